// The token and revocation endpoints of the demo identity provider.
// Source: RFC 6749 sections 4.1.3, 4.3, 5 and 6; RFC 7636 section 4.6; RFC 7009; RFC 9068.
#pragma once

#include <httplib.h>

#include "demo/provider_context.h"

namespace router::demo {

// POST /token, POST /revoke. `context` must outlive the server.
void add_token_endpoint(httplib::Server& server, ProviderContext& context);

}  // namespace router::demo
