// The log: one event per line, JSON for machines or text for people. The fence around spdlog.
//
//   base::log_info("route.loaded", {{"source", route.source}, {"index", 3}});
//
// Keys and event names are ours; values may be hostile: control characters are escaped. Secret has no conversion
// to a value, so a token cannot be logged without reveal() standing in the line.
// Threads: any. configure_log is called once at start (and by tests).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace router::base {

enum class LogLevel { debug, info, warning, error, off };
enum class LogFormat { json, text };

class LogValue {
 public:
  LogValue(std::string_view text) : text_(text), quoted_(true) {}
  LogValue(const std::string& text) : text_(text), quoted_(true) {}
  LogValue(const char* text) : text_(text), quoted_(true) {}
  LogValue(bool value) : text_(value ? "true" : "false") {}
  template <class Number>
  requires(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>) LogValue(Number value)
      : text_(std::to_string(value)) {}

  const std::string& text() const { return text_; }
  bool quoted() const { return quoted_; }

 private:
  std::string text_;
  bool quoted_ = false;
};

struct LogField {
  std::string_view key;
  LogValue value;
};
using LogFields = std::initializer_list<LogField>;

void configure_log(LogLevel level, LogFormat format);
// Whether some event of that level is logged (base/log_level.h).
bool log_enabled(LogLevel level);
void log(LogLevel level, std::string_view event, LogFields fields);
void flush_log();

inline void log_debug(std::string_view event, LogFields fields = {}) { log(LogLevel::debug, event, fields); }
inline void log_info(std::string_view event, LogFields fields = {}) { log(LogLevel::info, event, fields); }
inline void log_warning(std::string_view event, LogFields fields = {}) { log(LogLevel::warning, event, fields); }
inline void log_error(std::string_view event, LogFields fields = {}) { log(LogLevel::error, event, fields); }

// One line as it is written, without time and level; for tests.
std::string render_log_line(LogFormat format, std::string_view event, LogFields fields);

}  // namespace router::base
