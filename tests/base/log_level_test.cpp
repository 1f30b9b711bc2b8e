#include "base/log_level.h"

#include <doctest/doctest.h>

namespace router::log_level_test {
namespace {

using namespace router::base;

// The configured level of before, and no other, when it dies.
struct LevelsAsBefore {
  LogLevel before = log_level();
  std::vector<std::uint64_t> numbers;
  std::uint64_t add(const std::string& event, LogLevel level) {
    numbers.push_back(override_log_level(event, level).value_or(0));
    return numbers.back();
  }
  ~LevelsAsBefore() {
    for (const auto number : numbers) end_log_override(number);
    set_configured_level(before);
  }
};

}  // namespace

TEST_CASE("log level: a level for a while holds until it is ended, and the configured one then [issue 14]") {
  LevelsAsBefore levels;
  set_configured_level(LogLevel::warning);
  CHECK_FALSE(may_log(LogLevel::info));
  const auto first = levels.add("", LogLevel::debug);
  CHECK(may_log(LogLevel::debug, "request"));
  CHECK(log_level() == LogLevel::debug);
  const auto second = levels.add("", LogLevel::error);
  end_log_override(first);  // replaced meanwhile
  CHECK(log_level() == LogLevel::error);
  CHECK_FALSE(may_log(LogLevel::warning));
  end_log_override(second);
  CHECK(log_level() == LogLevel::warning);
}

TEST_CASE("log level: an event with a level of its own is logged from there on, the others are not [issue 14]") {
  LevelsAsBefore levels;
  set_configured_level(LogLevel::warning);
  levels.add("request", LogLevel::debug);
  levels.add("noise", LogLevel::off);
  CHECK(may_log(LogLevel::debug));  // some event
  CHECK(may_log(LogLevel::debug, "request"));
  CHECK_FALSE(may_log(LogLevel::info, "login"));
  CHECK(may_log(LogLevel::error, "login"));
  CHECK_FALSE(may_log(LogLevel::error, "noise"));
  CHECK(log_level() == LogLevel::warning);
  CHECK(log_overrides().size() == 2);
}

TEST_CASE("log level: off logs nothing at all, and there is an end to levels of events [issue 14]") {
  LevelsAsBefore levels;
  set_configured_level(LogLevel::off);
  CHECK_FALSE(may_log(LogLevel::error));
  CHECK_FALSE(may_log(LogLevel::off));
  for (std::size_t i = 0; i < kMostOverrides; ++i) levels.add("event" + std::to_string(i), LogLevel::info);
  CHECK_FALSE(override_log_level("one more", LogLevel::info).has_value());
  CHECK(override_log_level("event3", LogLevel::debug).has_value());
  for (const auto& [event, level] : log_overrides()) {
    if (event == "event3") CHECK(level == LogLevel::debug);
  }
  // the one that was replaced has another number
  for (std::uint64_t number = 1; number < 1000; ++number) end_log_override(number);
  CHECK(log_overrides().empty());
}

TEST_CASE("log level: words and levels go both ways [issue 14]") {
  for (const auto level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error, LogLevel::off}) {
    CHECK(log_level_named(to_string(level)) == level);
  }
  for (const auto* word : {"", "Debug", "warn", "trace", "debug "}) CHECK_FALSE(log_level_named(word).has_value());
}

}  // namespace router::log_level_test
