// The authorization endpoint and the sign-in form of the demo identity provider.
// Source: OpenID Connect Core 1.0 section 3.1.2, RFC 7636 section 4.3, RFC 9207.
#pragma once

#include <httplib.h>

#include <optional>
#include <string>

#include "demo/provider_context.h"

namespace router::demo {

// GET /authorize, POST /sign-in. `context` must outlive the server.
void add_sign_in(httplib::Server& server, ProviderContext& context);

inline constexpr const char* kProviderCookie = "demo_provider";

// The cookie's value, empty if there is none.
std::string provider_cookie(const httplib::Request& request);
// Who is signed in at the provider in this browser.
std::optional<ProviderSession> current_session(const httplib::Request& request, ProviderContext& context);

}  // namespace router::demo
