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

Result<Verdict> own_endpoints(RequestState& state) {
  if (asks_this_router(state.request)) {
    auto response = http::text_response(200, "");
    response.headers.add("Allow", http::kEveryMethod);
    return Verdict(std::move(response));
  }
  // a page that starts with the token handshake wants its answer here, not behind a redirect
  const auto& request = state.request;
  if (!asks_for_welcome_file(state) || http::is_absolute_http(state.config().welcome_file) ||
      !session::asks_for_csrf_token(request.method, request.headers)) {
    return Verdict(Continue{});
  }
  // a fragment is for the browser
  const auto target = welcome_target(state);
  auto other = http::parse_target(request.method, base::cut(target, '#').before);
  if (!other) return other.error();
  state.other_target = std::move(*other);
  return Verdict(Continue{});
}

std::optional<Foreseen> explain_own_endpoints(RequestState& state, Told&) {
  if (asks_this_router(state.request)) return foresee(200, "the methods there are");
  return foresee(own_endpoints(state));
}

}  // namespace router::pipeline
