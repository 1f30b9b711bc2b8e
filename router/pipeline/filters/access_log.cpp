#include <charconv>

#include "base/log.h"
#include "pipeline/filters/filters.h"
#include "session/user_fingerprint.h"

namespace router::pipeline {

namespace {

// The route's place among its own: "none", "3", "plugin reports".
class RouteName {
 public:
  explicit RouteName(const Context& context) {
    if (!context.match.found()) {
      text_ = "none";
    } else if (const auto& plugin = context.route().plugin; !plugin.empty()) {
      text_ = of_plugin_.append("plugin ").append(plugin);
    } else {
      text_ = {digits_, std::to_chars(digits_, digits_ + sizeof digits_, context.route().index).ptr};
    }
  }
  std::string_view text() const { return text_; }

 private:
  std::string of_plugin_;
  char digits_[24];
  std::string_view text_;
};

constexpr int kFirstError = 400;

bool is_wanted(config::AccessLog kind, int status) {
  if (kind == config::AccessLog::errors) return status == 0 || status >= kFirstError;  // 0: nothing was answered
  return kind == config::AccessLog::all;
}

}  // namespace

void log_access(const Context& context) {
  if (!base::log_enabled(base::LogLevel::info) || !is_wanted(context.config().environment.access_log, context.status))
    return;
  const auto took =
      std::chrono::duration_cast<base::milliseconds>(context.graph.parts.clock.steady() - context.started);
  const RouteName route(context);
  const auto& session = context.user.session;
  const auto user = session ? session::user_fingerprint(session->user_name) : std::string();
  base::log_gathered(base::LogLevel::info, "request",
                     {{"request_id", context.trace.request_id},
                      {"correlation_id", context.trace.correlation_id()},
                      {"client", context.external.client_address},
                      {"user_fingerprint", user},
                      {"method", context.request.method},
                      {"path", context.request.target.path},
                      {"route", route.text()},
                      {"status", context.status},
                      {"ms", took.count()},
                      {"upstream_ms", context.upstream_time.count()},
                      {"bytes", context.bytes_sent}});
}

void log_fault(const Context& context, const base::Error& error) {
  const bool ours = error.side == base::Side::router && error.code == base::ErrorCode::internal;
  base::log(ours ? base::LogLevel::error : base::LogLevel::info, "request.failed",
            {{"request_id", context.trace.request_id},
             {"code", base::to_string(error.code)},
             {"side", base::to_string(error.side)},
             {"detail", error.detail}});
}

}  // namespace router::pipeline
