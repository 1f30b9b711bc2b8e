#include "http/query.h"
#include "pipeline/stages/stages.h"
#include "session/csrf.h"

namespace router::pipeline {
namespace {

constexpr std::string_view kEveryMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

// OPTIONS about this server as a whole, or about the last hop that the client cares for (RFC 9110 section 7.6.2).
bool asks_this_router(const http::Request& request) {
  if (request.target.path == "*") return true;
  const auto hops = request.headers.get("Max-Forwards");
  return request.is("OPTIONS") && hops && base::parse_unsigned(*hops) == 0;
}

}  // namespace

Result<Verdict> own_endpoints(Context& context) {
  const auto& target = context.request.target;
  if (asks_this_router(context.request)) {
    auto response = http::text_response(200, "");
    response.headers.add("Allow", kEveryMethod);
    return Verdict(std::move(response));
  }
  const auto& welcome = context.config().welcome_file;
  if (target.path != "/" || welcome.empty() || !context.request.is_get_or_head()) return Verdict(Continue{});

  const bool absolute = http::is_absolute_http(welcome);
  const std::string location = absolute || welcome.front() == '/' ? welcome : "/" + welcome;
  // a page that starts with the token handshake wants its answer here, not behind a redirect
  if (session::asks_for_csrf_token(context.request.method, context.request.headers) && !absolute) {
    auto other = http::parse_target(context.request.method, http::append_query(location, target.query));
    if (!other) return other.error();
    context.other_target = std::move(*other);
    return Verdict(Continue{});
  }
  return Verdict(http::redirect_response(http::append_query(location, target.query)));
}

}  // namespace router::pipeline
