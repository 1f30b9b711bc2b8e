// Dates as HTTP fields and cookies write them.
//
// Reading takes the three forms of RFC 9110 section 5.6.7 and everything else that the algorithm for cookie
// dates takes (RFC 6265bis section 5.1.1: any order, two-digit years 70..99 and 00..69); writing makes the
// fixed form. Whole seconds.
// Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace router::http {

// Absent if it is no date.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);
// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string format_http_date(std::chrono::system_clock::time_point time);

}  // namespace router::http
