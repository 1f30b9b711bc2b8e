// Whether a request to open a WebSocket may pass.
//
// A page of another site can open a WebSocket with our user's cookie, and only the Origin tells (RFC 6455
// section 10.2): it has to be our own or an allowed one. Each field of the handshake must be there once, so
// that nobody behind us reads another one than we did. Pure. Errors: forbidden (origin), bad_request (form).
// Source: RFC 6455 section 4.2.1.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/origin.h"

namespace router::http {

// Whether it asks for one at all, in whatever form: Request::is_upgrade.
bool asks_for_websocket(const Request& request);

bool is_allowed_websocket_origin(std::string_view origin, std::string_view own_origin,
                                 const std::vector<OriginRule>& allowed);

base::Result<void> check_websocket_handshake(const Request& request, std::string_view own_origin,
                                             const std::vector<OriginRule>& allowed);

}  // namespace router::http
