// What request methods promise. Source: RFC 9110 section 9.2.
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

}  // namespace router::http
