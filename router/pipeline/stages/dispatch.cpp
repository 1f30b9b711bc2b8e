#include "config/chosen_destinations.h"
#include "pipeline/anonymous_opener.h"
#include "pipeline/filters/filters.h"
#include "pipeline/stages/stages.h"
#include "pipeline/while_signed_in.h"
#include "routing/rewrite.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

Result<std::optional<std::string>> destination_name(const Context& context) {
  return routing::destination_name(context.route(), context.match.match, context.target(), context.external.authority,
                                   context.graph.destination_host_pattern());
}

// Null: the destination service has to be asked.
Result<backend::Backend*> find_backend(Context& context) {
  if (auto* fixed = context.graph.by_route[context.match.position]) return fixed;
  if (context.route().service) {
    return Error{ErrorCode::unavailable, Side::router, "the service " + *context.route().service + " is not bound"};
  }
  auto name = destination_name(context);
  if (!name) return name.error();
  const auto known = *name ? context.graph.destinations.find(**name) : context.graph.destinations.end();
  if (known == context.graph.destinations.end()) {
    if (*name && context.graph.looked_up) return nullptr;
    return Error{ErrorCode::not_found, Side::client, "the route's destination is not known"};
  }
  return known->second.get();
}

Task<Result<std::shared_ptr<backend::Backend>>> ask_for(std::shared_ptr<const Graph> graph, std::string name, bool dynamic,
                                                        base::Loop& home) {
  auto asking = graph->looked_up->find(std::move(name), dynamic, home);
  auto found = co_await asking;
  co_return found;
}

Task<Result<std::shared_ptr<backend::Backend>>> look_up(Context& context, std::string name) {
  const bool dynamic = config::is_chosen_by_client(*context.route().destination);
  auto asking = while_signed_in(context, ask_for(context.graph.shared_from_this(), std::move(name), dynamic,
                                                 context.exchange.loop()));
  auto found = co_await asking;
  co_return found;
}

}  // namespace

Task<Result<Verdict>> dispatch(Context& context) {
  auto found = find_backend(context);
  if (!found) co_return found.error();
  std::shared_ptr<backend::Backend> looked_up;  // keeps what *found points to
  if (*found == nullptr) {
    auto name = destination_name(context);
    if (!name) co_return name.error();
    const auto later = context.graph.looked_up->must_wait(**name, context.external.client_address);
    if (later) co_return come_again(*later);
    auto looking = look_up(context, std::move(**name));
    auto answer = co_await looking;
    if (!answer) co_return answer.error();
    looked_up = std::move(*answer);
    found = looked_up.get();
  }
  if (context.user.token.empty() && (*found)->takes_user_token() && has_expired_token(context)) {
    auto asking = ask_for_login(context);
    auto verdict = co_await asking;
    co_return verdict;
  }
  ReplyFields reply(context);
  AnonymousOpener opener(context);
  backend::Call call{.exchange = context.exchange,
                     .facts = context,
                     .match = context.match,
                     .pool = context.pool,
                     .sessions = context.graph.parts.sessions.store,
                     .live = context.graph.parts.sessions.live,
                     .own_cookies = context.graph.session_cookie.names(),
                     .clock = context.graph.parts.clock,
                     .opener = context.may_open_session && !context.needs_login() ? &opener : nullptr,
                     .authenticated = context.needs_login(),
                     .cors_is_ours = context.cors_is_ours,
                     .reply = reply};
  auto served = co_await (*found)->serve(call);
  context.status = call.status;
  context.bytes_sent = call.bytes_sent;
  context.upstream_time = call.upstream_time;
  if (!served) co_return served.error();
  co_return Verdict(Answered{});
}

}  // namespace router::pipeline
