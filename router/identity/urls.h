// The URLs that the browser is sent to. Pure; no secret ever appears in them but the id token as hint.
// Source: OpenID Connect Core 1.0 section 3.1.2.1, RFC 7636 section 4.3; docs/contract/logout.md section 1 step 3.
// `logout_request` is declared in identity/provider.h.
#pragma once

#include <string>

#include "config/model.h"
#include "identity/provider.h"

namespace router::identity {

// What is asked for: always with openid for OpenID providers; for xsuaa none unless configured, which means
// "all that the client has".
std::string requested_scope(const config::IdentityProvider& provider);

// Parameters that are empty in `request` are left out.
std::string authorization_url(const config::IdentityProvider& provider, const Metadata& metadata,
                              const AuthorizationRequest& request);

}  // namespace router::identity
