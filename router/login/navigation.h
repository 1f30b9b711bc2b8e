// Whether a request without a session is a person opening a page, who can be sent to log in, or a script or
// form, which needs a 401: a redirect would end in a page it cannot read, and its body would be lost.
//
// Pure; any thread. Source: docs/contract/descriptor.md "Identity"; Fetch Metadata (W3C); docs/contract/oidc.md 72.
#pragma once

#include "http/message.h"

namespace router::login {

bool is_navigation(const http::Request& request);

}  // namespace router::login
