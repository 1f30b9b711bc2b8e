#include "http/websocket_handshake.h"

#include "base/text.h"

namespace router::http {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

// 16 bytes in base64: 22 digits, of which the last carries two bits, and two signs of padding.
bool is_key(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return text.size() == 24 && text.ends_with("==") &&
         text.substr(0, 22).find_first_not_of(kDigits) == std::string_view::npos &&
         std::string_view("AQgw").find(text[21]) != std::string_view::npos;
}

}  // namespace

bool asks_for_websocket(const Request& request) {
  const auto upgrade = request.headers.get("Upgrade");
  return upgrade && base::equals_ignoring_case(*upgrade, "websocket") && request.minor_version == 1 &&
         request.is("GET") && request.headers.has_token("Connection", "upgrade");
}

bool is_allowed_websocket_origin(std::string_view origin, std::string_view own_origin,
                                 const std::vector<OriginRule>& allowed) {
  const auto url = parse_origin(origin);
  if (!url) return false;
  const auto own = parse_url(own_origin);
  if (own && own->origin() == url->origin()) return true;
  return any_allows(allowed, *url);
}

base::Result<void> check_websocket_handshake(const Request& request, std::string_view own_origin,
                                             const std::vector<OriginRule>& allowed) {
  const auto& headers = request.headers;
  if (headers.count("Origin") != 1 || !is_allowed_websocket_origin(*headers.get("Origin"), own_origin, allowed)) {
    return Error{ErrorCode::forbidden, Side::client, "WebSocket from an origin that is not allowed"};
  }
  if (headers.count("Sec-WebSocket-Version") != 1 || headers.get("Sec-WebSocket-Version") != "13") {
    return Error{ErrorCode::bad_request, Side::client, "WebSocket handshake of another version"};
  }
  if (headers.count("Sec-WebSocket-Key") != 1 || !is_key(*headers.get("Sec-WebSocket-Key"))) {
    return Error{ErrorCode::bad_request, Side::client, "WebSocket handshake without a key of 16 bytes"};
  }
  if (request.body != BodyKind::none) {
    return Error{ErrorCode::bad_request, Side::client, "WebSocket handshake with a body"};
  }
  return {};
}

}  // namespace router::http
