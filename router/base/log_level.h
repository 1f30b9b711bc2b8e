// Which lines are logged: from the configured level on, and for a while from another one, of all events or of one.
//
// Any thread; whether a line is logged costs an atomic load, and a lock only while an event has a level of its own.
// base/log asks; management/ sets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"

namespace router::base {

inline constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLogLevelWords{{{"debug", LogLevel::debug},
                                                                                      {"info", LogLevel::info},
                                                                                      {"warning", LogLevel::warning},
                                                                                      {"error", LogLevel::error},
                                                                                      {"off", LogLevel::off}}};
std::string_view to_string(LogLevel level);
std::optional<LogLevel> log_level_named(std::string_view word);

// LOG_LEVEL; by configure_log. What holds for a while goes on holding.
void set_configured_level(LogLevel level);
// Of events without a level of their own.
LogLevel log_level();
// Whether a line of some event may be logged, and whether one of this event is.
bool may_log(LogLevel level);
bool may_log(LogLevel level, std::string_view event);

// `event`: empty for all. Holds until it is ended by its number, or replaced. Absent: kMostOverrides are there already.
inline constexpr std::size_t kMostOverrides = 32;
std::optional<std::uint64_t> override_log_level(std::string event, LogLevel level);
void end_log_override(std::uint64_t number);
std::vector<std::pair<std::string, LogLevel>> log_overrides();

}  // namespace router::base
