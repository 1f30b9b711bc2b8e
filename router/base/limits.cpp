#include "base/limits.h"

#include <chrono>
#include <limits>

#include "base/log.h"

namespace router::base {
namespace {

constexpr std::int64_t kQuietSeconds = 60;

const CounterFamily<1>& limit_hits() {
  static const CounterFamily family("xsrouter_limit_hits_total",
                                    "How often a limit was hit, by the variable that sets it.", {"limit"});
  return family;
}

}  // namespace

Limit::Limit(const char* variable)
    : variable_(variable), hits_(limit_hits().with(variable)), quiet_until_(std::numeric_limits<std::int64_t>::min()) {}

void Limit::hit() const noexcept {
  hits_.add();
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch());
  auto until = quiet_until_.load(std::memory_order_relaxed);
  if (now.count() < until || !quiet_until_.compare_exchange_strong(until, now.count() + kQuietSeconds)) return;
  try {
    log_warning("limit.hit", {{"limit", variable_}});
  } catch (...) {
    // no memory to say so: it has been counted
  }
}

namespace limits {
const Limit kConnections("LIMIT_CONNECTIONS");
const Limit kConnectionsPerAddress("LIMIT_CONNECTIONS_PER_ADDRESS");
const Limit kUrlBytes("LIMIT_URL_BYTES");
const Limit kHeaderBytes("LIMIT_HEADER_BYTES");
const Limit kHeaderCount("LIMIT_HEADER_COUNT");
const Limit kBodyBytes("LIMIT_BODY_BYTES");
const Limit kHeaderTimeout("HEADER_TIMEOUT");
const Limit kBodyRate("MINIMUM_BODY_RATE");
const Limit kReadRate("MINIMUM_READ_RATE");
const Limit kAnswerHeadBytes("LIMIT_ANSWER_HEAD_BYTES");
const Limit kAnswerFields("LIMIT_ANSWER_FIELDS");
const Limit kUpstreamConnections("LIMIT_UPSTREAM_CONNECTIONS");
const Limit kUpstreamQueue("LIMIT_UPSTREAM_QUEUE");
const Limit kUpstreamStreams("LIMIT_UPSTREAM_STREAMS");
const Limit kSessions("LIMIT_SESSIONS");
const Limit kAnonymousSessions("LIMIT_ANONYMOUS_SESSIONS");
const Limit kSessionsPerUser("LIMIT_SESSIONS_PER_USER");
const Limit kCookieJar("LIMIT_COOKIE_JAR_BYTES");
const Limit kLogins("LIMIT_LOGINS_PER_ADDRESS");
const Limit kFailedLogins("LIMIT_FAILED_LOGINS");
const Limit kFailedCallbacks("LIMIT_FAILED_CALLBACKS_PER_ADDRESS");
const Limit kLookUps("LIMIT_LOOK_UPS_PER_ADDRESS");
const Limit kEventStreams("event streams");
}  // namespace limits

}  // namespace router::base
