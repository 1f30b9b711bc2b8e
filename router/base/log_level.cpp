#include "base/log_level.h"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace router::base {
namespace {

struct LogOverride {
  std::uint64_t number;
  std::string event;
  LogLevel level;
};

// Process-wide, like stderr itself. Where the line between logged and not logged runs.
class LogLevels {
 public:
  static LogLevels& of_process() {
    static auto* const levels = new LogLevels();  // for lines of threads that end after main, too
    return *levels;
  }

  void configure(LogLevel level) {
    const std::lock_guard lock(mutex_);
    configured_ = level;
    settle();
  }

  std::optional<std::uint64_t> add(std::string event, LogLevel level) {
    const std::lock_guard lock(mutex_);
    std::erase_if(overrides_, [&](const auto& one) { return one.event == event; });
    const bool has_room = overrides_.size() < kMostOverrides;
    if (has_room) overrides_.push_back({++last_number_, std::move(event), level});
    settle();
    return has_room ? std::optional(last_number_) : std::nullopt;
  }

  void end(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    std::erase_if(overrides_, [&](const auto& one) { return one.number == number; });
    settle();
  }

  std::vector<std::pair<std::string, LogLevel>> overrides() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<std::string, LogLevel>> all;
    for (const auto& one : overrides_) all.emplace_back(one.event, one.level);
    return all;
  }

  LogLevel of_all() const { return of_all_; }
  LogLevel lowest() const { return lowest_.load(std::memory_order_relaxed); }

  LogLevel of(std::string_view event) const {
    if (!has_events_) return of_all_;
    const std::lock_guard lock(mutex_);
    for (const auto& one : overrides_) {
      if (!one.event.empty() && one.event == event) return one.level;
    }
    return of_all_;
  }

 private:
  // With the lock held.
  void settle() {
    LogLevel all = configured_;
    LogLevel lowest_of_events = LogLevel::off;
    bool has_events = false;
    for (const auto& one : overrides_) {
      if (one.event.empty()) {
        all = one.level;
      } else {
        has_events = true;
        lowest_of_events = std::min(lowest_of_events, one.level);
      }
    }
    of_all_ = all;
    has_events_ = has_events;
    lowest_ = std::min(all, lowest_of_events);
  }

  mutable std::mutex mutex_;
  LogLevel configured_ = LogLevel::info;
  std::vector<LogOverride> overrides_;
  std::uint64_t last_number_ = 0;
  // made of those, for who does not lock
  std::atomic<LogLevel> of_all_{LogLevel::info};
  std::atomic<LogLevel> lowest_{LogLevel::info};
  std::atomic<bool> has_events_{false};
};

}  // namespace

std::string_view to_string(LogLevel level) {
  for (const auto& [word, meaning] : kLogLevelWords) {
    if (meaning == level) return word;
  }
  return "";
}

std::optional<LogLevel> log_level_named(std::string_view word) {
  for (const auto& [known, meaning] : kLogLevelWords) {
    if (known == word) return meaning;
  }
  return std::nullopt;
}

void set_configured_level(LogLevel level) { LogLevels::of_process().configure(level); }
LogLevel log_level() { return LogLevels::of_process().of_all(); }
bool may_log(LogLevel level) { return level >= LogLevels::of_process().lowest() && level != LogLevel::off; }
bool may_log(LogLevel level, std::string_view event) {
  return may_log(level) && level >= LogLevels::of_process().of(event);
}
std::optional<std::uint64_t> override_log_level(std::string event, LogLevel level) {
  return LogLevels::of_process().add(std::move(event), level);
}
void end_log_override(std::uint64_t number) { LogLevels::of_process().end(number); }
std::vector<std::pair<std::string, LogLevel>> log_overrides() { return LogLevels::of_process().overrides(); }

}  // namespace router::base
