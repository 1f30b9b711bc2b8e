// The log: one event per line, JSON for machines or text for people. The fence around spdlog.
//
//   base::log_info("route.loaded", {{"source", route.source}, {"index", 3}});
//
// Keys and event names are ours; values may be hostile: control characters are escaped. Secret has no conversion
// to a value, so a token cannot be logged without reveal() standing in the line. Values refer to what they are made of:
// they live as long as the call.
// Nobody waits for what is written (base/log_writer). Threads: any. configure_log is called once at start (and by tests).
#pragma once

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"

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
      : length_(static_cast<std::uint8_t>(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr - digits_)) {}

  std::string_view text() const { return length_ == 0 ? text_ : std::string_view(digits_, length_); }
  bool quoted() const { return quoted_; }

 private:
  std::string_view text_;
  char digits_[32];
  std::uint8_t length_ = 0;  // of the digits; 0: it is text
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
// For lines that come with every request. Those of a loop are gathered, with no lock and no system call, and handed on
// together: with the next line of log() on that loop, when they are 32 KiB, and within 100 ms.
void log_gathered(LogLevel level, std::string_view event, LogFields fields);
// To the end of that file instead of standard error (LOG_FILE). Before other threads log.
Result<void> log_to_file(const std::string& path);
// Opens that file anew.
void reopen_log();
// What this thread and those that have ended have logged is written when it returns, unless that takes a second.
void flush_log();

inline void log_debug(std::string_view event, LogFields fields = {}) { log(LogLevel::debug, event, fields); }
inline void log_info(std::string_view event, LogFields fields = {}) { log(LogLevel::info, event, fields); }
inline void log_warning(std::string_view event, LogFields fields = {}) { log(LogLevel::warning, event, fields); }
inline void log_error(std::string_view event, LogFields fields = {}) { log(LogLevel::error, event, fields); }

// One line as it is written, without time and level; for tests.
std::string render_log_line(LogFormat format, std::string_view event, LogFields fields);

}  // namespace router::base
