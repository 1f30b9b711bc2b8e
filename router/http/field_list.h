// Questions about fields that a look-up by name does not answer. No owner; any thread.
#pragma once

#include <string_view>

#include "http/headers.h"

namespace router::http {

// Of fields that Connection names: more is nobody's honest list, and would have to be looked up for each field.
inline constexpr std::size_t kMostConnectionOptions = 32;

// The items of a comma-separated list in all of its lines, empty ones left out (RFC 9110 section 5.6.1).
std::size_t count_items(const Headers& headers, std::string_view name);
// Whether complete lines ("Name: value\r\n") hold a field of that name.
bool has_field(std::string_view lines, std::string_view name);

}  // namespace router::http
