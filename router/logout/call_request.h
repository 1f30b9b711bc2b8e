// The request that tells a back-end. Pure.
#pragma once

#include "logout/call.h"
#include "net/http_client.h"

namespace router::logout {

// `proxy_token`: where the target is behind a Cloud Connector. `own_token`: a logout token (Back-Channel Logout 1.0 section
// 2.5) or a signal (RFC 8935 section 2.1), where it gets one.
net::ClientRequest make_request(const CallRecord& call, const CallTarget& target, bool with_token,
                                const base::Secret& proxy_token = {}, const std::string& own_token = {});

}  // namespace router::logout
