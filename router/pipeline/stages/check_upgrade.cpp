#include <algorithm>

#include "base/text.h"
#include "http/url.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

bool is_allowed_origin(const Context& context, std::string_view origin) {
  const auto url = http::parse_url(origin);
  if (!url || !url->path.empty() || url->query || url->fragment) return false;
  const auto own = http::parse_url(context.external.origin());
  if (own && own->origin() == url->origin()) return true;
  const auto& allowed = context.config().environment.ws_allowed_origins;
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& pattern) {
    if (pattern == "*") return true;
    // host, host:port or scheme://host:port; *.example.com for its subdomains
    if (pattern.starts_with("*.")) return url->host.size() >= pattern.size() && url->host.ends_with(pattern.substr(1));
    return base::equals_ignoring_case(pattern, url->origin()) || base::equals_ignoring_case(pattern, url->authority()) ||
           base::equals_ignoring_case(pattern, url->host);
  });
}

}  // namespace

Result<Verdict> check_upgrade(Context& context) {
  if (!context.request.is_upgrade) return Verdict(Continue{});
  if (!context.config().websockets_enabled) {
    return Error{ErrorCode::forbidden, Side::client, "WebSockets are not enabled"};
  }
  // A page of another site can open a WebSocket with our user's cookie: only the Origin tells (RFC 6455 section 10.2).
  const auto origin = context.request.headers.get("Origin");
  if (!origin || !is_allowed_origin(context, *origin)) {
    return Error{ErrorCode::forbidden, Side::client, "WebSocket from an origin that is not allowed"};
  }
  if (context.request.headers.get("Sec-WebSocket-Version").value_or("") != "13" ||
      !context.request.headers.contains("Sec-WebSocket-Key") || context.request.body != http::BodyKind::none) {
    return Error{ErrorCode::bad_request, Side::client, "incomplete WebSocket handshake"};
  }
  return Verdict(Continue{});
}

}  // namespace router::pipeline
