// Lists in fields: how they are written, and questions that a look-up by name does not answer. No owner; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/headers.h"

namespace router::http {

// Of fields that Connection names: more is nobody's honest list, and would have to be looked up for each field.
inline constexpr std::size_t kMostConnectionOptions = 32;

// "GET, HEAD"
std::string written_list(const std::vector<std::string>& items);
// The items of a comma-separated list in all of its lines, empty ones left out (RFC 9110 section 5.6.1).
std::size_t count_items(const Headers& headers, std::string_view name);

}  // namespace router::http
