// The handshake against cross-site request forgery: `x-csrf-token`.
//
// A GET or HEAD with "fetch" is given the session's token; every other method must bring it back. Only for
// routes with csrfProtection and authentication. Pure; any thread. Source: docs/contract/descriptor.md "Session";
// docs/contract/oidc.md 65, 67.
#pragma once

#include <string_view>

#include "base/secret.h"
#include "http/headers.h"

namespace router::session {

inline constexpr std::string_view kCsrfHeader = "x-csrf-token";
// What the answer to a refused request says in that field.
inline constexpr std::string_view kCsrfRequired = "Required";

enum class CsrfOutcome {
  pass,
  give_token,  // pass, and answer with the token
  refuse,      // 403 with kCsrfRequired
};

base::Secret make_csrf_token();

bool asks_for_csrf_token(std::string_view method, const http::Headers& headers);
CsrfOutcome check_csrf(std::string_view method, const http::Headers& headers, const base::Secret& expected);

}  // namespace router::session
