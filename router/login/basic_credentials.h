// User and password as HTTP Basic sends them. Pure; any thread. Source: RFC 7617 section 2 (UTF-8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace router::login {

struct BasicCredentials {
  std::string user;
  base::Secret password;
};

// The value of an Authorization field. Absent: another scheme, no base64, no colon, no user, or control characters.
std::optional<BasicCredentials> read_basic_credentials(std::string_view field);
// The token of a Bearer field; absent for another scheme, or where it cannot be a token.
std::optional<std::string> read_bearer_token(std::string_view field);

}  // namespace router::login
