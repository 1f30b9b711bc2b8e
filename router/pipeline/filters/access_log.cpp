#include "base/log.h"
#include "pipeline/filters/filters.h"

namespace router::pipeline {

void log_access(const Context& context) {
  if (!base::log_enabled(base::LogLevel::info)) return;
  const auto took =
      std::chrono::duration_cast<base::milliseconds>(context.graph.parts.clock.steady() - context.started);
  const std::string route = !context.match.found()           ? "none"
                            : context.route().plugin.empty() ? std::to_string(context.route().index)
                                                             : "plugin " + context.route().plugin;
  base::log_info("request", {{"request_id", context.trace.request_id},
                             {"correlation_id", context.trace.correlation_id},
                             {"client", context.external.client_address},
                             {"method", context.request.method},
                             {"path", context.request.target.path},
                             {"route", route},
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
