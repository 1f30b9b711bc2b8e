// Signing out at the demo identity provider: asked for by the application, or by the user on the provider's
// own page. Source: OpenID Connect RP-Initiated Logout 1.0 section 2, Back-Channel Logout 1.0 section 2.5.
#pragma once

#include <httplib.h>

#include "demo/provider_context.h"

namespace router::demo {

// GET /end-session, GET /, POST /sign-out. `context` must outlive the server.
void add_sign_out(httplib::Server& server, ProviderContext& context);

}  // namespace router::demo
