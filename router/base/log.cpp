#include "base/log.h"

#include <spdlog/pattern_formatter.h>

#include <atomic>
#include <optional>

#include "base/byte_scan.h"
#include "base/current_loop.h"
#include "base/log_level.h"
#include "base/log_writer.h"
#include "base/loop.h"
#include "base/put_text.h"
#include "base/text.h"

namespace router::base {
namespace {

constexpr std::size_t kMostGathered = 32 * 1024;
constexpr milliseconds kGatheredFor{40};  // a loop's timer is up to a tick late
constexpr milliseconds kLastWait{1'000};

std::atomic<LogFormat> g_format{LogFormat::json};  // process-wide like stderr itself

using Text = spdlog::memory_buf_t;

// Room for so many more at the end, to be written at once.
char* grow(Text& text, std::size_t by) {
  const auto size = text.size();
  text.resize(size + by);
  return text.data() + size;
}

void append(Text& out, std::string_view text) { put_text(text, grow(out, text.size())); }

// Room is made once for a field, and its parts are put there.
void append_field(Text& out, bool is_json, const LogField& field) {
  const auto& value = field.value;
  const bool is_escaped = value.quoted() && find_unquotable(value.text()) < value.text().size();
  const auto escaped = is_escaped ? json_quote(value.text()) : std::string();
  const std::string_view shown = is_escaped ? escaped : value.text();
  const bool has_marks = value.quoted() && !is_escaped;
  char* to = grow(out, field.key.size() + shown.size() + (is_json ? 4 : 2) + (has_marks ? 2 : 0));
  *to++ = is_json ? ',' : ' ';
  if (is_json) *to++ = '"';
  to = put_text(field.key, to);
  if (is_json) *to++ = '"';
  *to++ = is_json ? ':' : '=';
  if (has_marks) *to++ = '"';
  to = put_text(shown, to);
  if (has_marks) *to = '"';
}

// Without time and level.
void append_event(Text& out, LogFormat format, std::string_view event, LogFields fields) {
  const bool is_json = format == LogFormat::json;
  if (is_json) append(out, R"("event":")");
  append(out, event);
  if (is_json) out.push_back('"');
  for (const auto& field : fields) append_field(out, is_json, field);
}

// The start of a line down to the second, which is the same for many.
class LineStart {
 public:
  void append_to(Text& out, LogFormat format, LogLevel level) {
    const auto now = spdlog::log_clock::now();
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second != second_ || format != format_) make(second, format);
    const bool is_json = format == LogFormat::json;
    append(out, {text_.data(), text_.size()});
    const auto ms = static_cast<unsigned>(std::chrono::floor<milliseconds>(now - second).count());
    char* const digits = grow(out, 3);
    digits[0] = static_cast<char>('0' + ms / 100);
    digits[1] = static_cast<char>('0' + ms / 10 % 10);
    digits[2] = static_cast<char>('0' + ms % 10);
    const auto name = to_string(level);
    append(out, is_json ? R"(Z","level":")" : " ");
    append(out, name);
    append(out, is_json ? "\"," : std::string_view("        ").substr(name.size()));
  }

 private:
  void make(spdlog::log_clock::time_point second, LogFormat format) {
    second_ = second;
    format_ = format;
    text_.clear();
    spdlog::pattern_formatter(format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.)" : "%H:%M:%S.",
                              spdlog::pattern_time_type::utc, "")
        .format(spdlog::details::log_msg(second, {}, {}, spdlog::level::info, {}), text_);
  }

  spdlog::log_clock::time_point second_;
  LogFormat format_ = LogFormat::json;
  Text text_;
};

// What a thread has logged and not handed on yet.
class ThreadLines {
 public:
  static ThreadLines& of_thread() {
    thread_local ThreadLines lines;
    return lines;
  }
  ~ThreadLines() { hand_on(); }

  void add(LogLevel level, std::string_view event, LogFields fields) {
    const auto format = g_format.load(std::memory_order_relaxed);
    start_.append_to(lines_, format, level);
    append_event(lines_, format, event, fields);
    append(lines_, format == LogFormat::json ? "}\n" : "\n");
  }

  // Or gather more, where somebody will come back for them.
  void hand_on_in_time() {
    Loop* const loop = current_loop();
    if (loop == nullptr || lines_.size() >= kMostGathered) return hand_on();
    if (loop == awaited_) return;
    awaited_ = loop;
    loop->after(kGatheredFor, [] {
      of_thread().awaited_ = nullptr;
      of_thread().hand_on();
    });
  }

  void hand_on() {
    if (lines_.size() == 0) return;
    LogWriter::of_process().write({lines_.data(), lines_.size()});
    lines_.clear();
  }

 private:
  LineStart start_;
  Text lines_;
  Loop* awaited_ = nullptr;  // whose timer hands on
};

}  // namespace

void configure_log(LogLevel level, LogFormat format) {
  g_format = format;
  set_configured_level(level);
  LogWriter::of_process();  // its thread is made by the first one, while signals are held
}

bool log_enabled(LogLevel level) { return may_log(level); }

std::string render_log_line(LogFormat format, std::string_view event, LogFields fields) {
  Text line;
  append_event(line, format, event, fields);
  return {line.data(), line.size()};
}

void log(LogLevel level, std::string_view event, LogFields fields) {
  if (!may_log(level, event)) return;
  auto& lines = ThreadLines::of_thread();
  lines.add(level, event, fields);
  lines.hand_on();
}

void log_gathered(LogLevel level, std::string_view event, LogFields fields) {
  if (!may_log(level, event)) return;
  auto& lines = ThreadLines::of_thread();
  lines.add(level, event, fields);
  lines.hand_on_in_time();
}

Result<void> log_to_file(const std::string& path) { return LogWriter::of_process().open(path); }

void reopen_log() { LogWriter::of_process().reopen(); }

void flush_log() {
  ThreadLines::of_thread().hand_on();
  LogWriter::of_process().flush(kLastWait);
}

}  // namespace router::base
