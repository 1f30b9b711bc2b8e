// The #fragment of the page that a login began at: the start page's script (static/start-login.js) puts it into a
// cookie, for servers never see it, and the end of the login takes it out.
//
// The value is the fragment with "<" for ";", which no browser leaves in a fragment as it is, so that it takes no more
// room than it has to; percent-encoded ones, of logins begun before an update, are read, too. One that was too long to
// keep is "!" and its length. Hostile: anybody may set the cookie. Stateless. Source: docs/contract/descriptor.md
// "Identity".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/cookie.h"
#include "http/headers.h"
#include "session/cookie_names.h"

namespace router::login {

struct KeptFragment {
  std::string text;                   // "#..." or empty: none, or none that fits `path`
  std::optional<std::uint64_t> lost;  // its length, if it was too long
};
KeptFragment kept_fragment(const http::Headers& request, const std::string& cookie_name, const std::string& path);

// `secure`: as COOKIE_PREFIX wants it.
http::SetCookie fragment_deletion(std::string cookie_name, bool secure);

// Which of those slots have such a cookie.
std::vector<char> fragment_slots(const http::Headers& request, const session::CookieNames& names,
                                 const std::vector<char>& slots);

}  // namespace router::login
