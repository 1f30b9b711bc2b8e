// Request methods, and what they promise. Source: RFC 9110 section 9.2.
#pragma once

#include <string_view>

namespace router::http {

// Asking changes nothing. Unknown methods promise nothing.
inline bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

// Asking twice does no more than asking once. Unknown methods promise nothing.
inline bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" || method == "DELETE";
}

// What routes may take, as Allow says it.
inline constexpr std::string_view kEveryMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

}  // namespace router::http
