// The request that tells a back-end. Pure.
#pragma once

#include "logout/call.h"
#include "net/http_client.h"

namespace router::logout {

net::ClientRequest make_request(const CallRecord& call, const CallTarget& target, bool with_token);

}  // namespace router::logout
