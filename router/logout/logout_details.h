// The answer of the REST dialect to a logout: {"result": ...} and, beside it, the details that were fixed at login.
// Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http/message.h"

namespace router::logout {

inline constexpr std::string_view kLoggedOut = "Successfully logged out";
inline constexpr std::string_view kTokenExpired = "Token has expired";

http::Response details_answer(std::string_view result, const std::map<std::string, std::string>& details);

}  // namespace router::logout
