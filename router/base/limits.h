// The limits that are counted when they are hit, each under the name of its variable.
//
//   if (count_ >= most_) { base::limits::kConnections.hit(); return nullptr; }
//
// A hit is counted (xsrouter_limit_hits_total) and logged, at most once a minute and limit. Any thread; no lock.
// Source: docs/contract/operations.md "Limits".
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/metrics.h"

namespace router::base {

class Limit {
 public:
  explicit Limit(const char* variable);
  void hit() const noexcept;
  // The error that says so, of the client.
  Error refuse(ErrorCode code, std::string detail) const {
    hit();
    return {code, Side::client, std::move(detail)};
  }

 private:
  const char* const variable_;
  const Counter hits_;
  mutable std::atomic<std::int64_t> quiet_until_;  // seconds of the steady clock
};

namespace limits {
extern const Limit kConnections;            // LIMIT_CONNECTIONS
extern const Limit kConnectionsPerAddress;  // LIMIT_CONNECTIONS_PER_ADDRESS
extern const Limit kUrlBytes;               // LIMIT_URL_BYTES
extern const Limit kHeaderBytes;            // LIMIT_HEADER_BYTES
extern const Limit kHeaderCount;            // LIMIT_HEADER_COUNT
extern const Limit kBodyBytes;              // LIMIT_BODY_BYTES
extern const Limit kHeaderTimeout;          // HEADER_TIMEOUT
extern const Limit kBodyRate;               // MINIMUM_BODY_RATE
extern const Limit kReadRate;               // MINIMUM_READ_RATE
extern const Limit kAnswerHeadBytes;        // LIMIT_ANSWER_HEAD_BYTES
extern const Limit kAnswerFields;           // LIMIT_ANSWER_FIELDS
extern const Limit kUpstreamConnections;    // LIMIT_UPSTREAM_CONNECTIONS: a request waited in vain for one
extern const Limit kUpstreamQueue;          // LIMIT_UPSTREAM_QUEUE
extern const Limit kUpstreamStreams;        // LIMIT_UPSTREAM_STREAMS
extern const Limit kSessions;               // LIMIT_SESSIONS
extern const Limit kAnonymousSessions;      // LIMIT_ANONYMOUS_SESSIONS, and that per address
extern const Limit kSessionsPerUser;        // LIMIT_SESSIONS_PER_USER
extern const Limit kCookieJar;              // LIMIT_COOKIE_JAR_BYTES
extern const Limit kLogins;                 // LIMIT_LOGINS_PER_ADDRESS
extern const Limit kFailedLogins;           // LIMIT_FAILED_LOGINS, LIMIT_FAILED_LOGINS_PER_ADDRESS
extern const Limit kFailedCallbacks;        // LIMIT_FAILED_CALLBACKS_PER_ADDRESS
extern const Limit kLookUps;                // LIMIT_LOOK_UPS_PER_ADDRESS
extern const Limit kEventStreams;           // of one session or address (session/event_streams.h)
}  // namespace limits

}  // namespace router::base
