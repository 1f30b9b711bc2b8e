#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "base/log_level.h"
#include "base/text.h"

namespace router::base {
namespace {

std::atomic<LogFormat> g_format{LogFormat::json};  // process-wide like stderr itself

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto made = std::make_shared<spdlog::logger>("xs-router", sink);
    made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *instance;
}

}  // namespace

void configure_log(LogLevel level, LogFormat format) {
  g_format = format;
  set_configured_level(level);
  logger().set_level(spdlog::level::trace);  // what is logged has been decided before (base/log_level.h)
  logger().set_pattern(
      format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%H:%M:%S.%e %-7l %v",
      spdlog::pattern_time_type::utc);
  logger().flush_on(spdlog::level::warn);
}

bool log_enabled(LogLevel level) { return may_log(level); }

std::string render_log_line(LogFormat format, std::string_view event, LogFields fields) {
  std::string line;
  if (format == LogFormat::json) {
    line.append(R"("event":)").append(json_quote(event));
    for (const auto& field : fields) {
      line.append(",").append(json_quote(field.key)).append(":");
      line.append(field.value.quoted() ? json_quote(field.value.text()) : field.value.text());
    }
    return line;
  }
  line.append(event);
  for (const auto& field : fields) {
    line.append(" ").append(field.key).append("=");
    line.append(field.value.quoted() ? json_quote(field.value.text()) : field.value.text());
  }
  return line;
}

void log(LogLevel level, std::string_view event, LogFields fields) {
  if (!may_log(level, event)) return;
  logger().log(to_spdlog(level), "{}", render_log_line(g_format, event, fields));
}

void flush_log() { logger().flush(); }

}  // namespace router::base
