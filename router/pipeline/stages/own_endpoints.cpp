#include "http/method.h"
#include "pipeline/stages/stages.h"
#include "pipeline/welcome.h"
#include "session/csrf.h"

namespace router::pipeline {
namespace {

// OPTIONS about this server as a whole, or about the last hop that the client cares for (RFC 9110 section 7.6.2).
bool asks_this_router(const http::Request& request) {
  if (request.target.path == "*") return true;
  const auto hops = request.headers.get("Max-Forwards");
  return request.is("OPTIONS") && hops && base::parse_unsigned(*hops) == 0;
}

}  // namespace

Result<Verdict> own_endpoints(Context& context) {
  if (asks_this_router(context.request)) {
    auto response = http::text_response(200, "");
    response.headers.add("Allow", http::kEveryMethod);
    return Verdict(std::move(response));
  }
  // a page that starts with the token handshake wants its answer here, not behind a redirect
  const auto& request = context.request;
  if (!asks_for_welcome_file(context) || http::is_absolute_http(context.config().welcome_file) ||
      !session::asks_for_csrf_token(request.method, request.headers)) {
    return Verdict(Continue{});
  }
  // a fragment is for the browser
  const auto target = welcome_target(context);
  auto other = http::parse_target(request.method, base::cut(target, '#').before);
  if (!other) return other.error();
  context.other_target = std::move(*other);
  return Verdict(Continue{});
}

}  // namespace router::pipeline
