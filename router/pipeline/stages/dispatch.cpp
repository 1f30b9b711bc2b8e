#include "config/chosen_destinations.h"
#include "pipeline/anonymous_opener.h"
#include "pipeline/filters/filters.h"
#include "pipeline/stages/stages.h"
#include "pipeline/while_signed_in.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

// A back-end, or the name that the destination service is asked for.
using Found = std::variant<backend::Backend*, std::string>;

Result<Found> find_backend(const Context& context) {
  const auto& lead = context.match.lead();
  if (auto* const* fixed = std::get_if<backend::Backend*>(&lead)) return Found(*fixed);
  if (std::holds_alternative<backend::NotBound>(lead)) {
    return Error{ErrorCode::unavailable, Side::router, "the service " + context.route().service()->name + " is not bound"};
  }
  auto name = context.match.destination_name(context.target(), context.external.authority);
  if (!name) return name.error();
  const auto& back_ends = context.match.set->back_ends();
  const auto known = *name ? back_ends.destinations.find(**name) : back_ends.destinations.end();
  if (known != back_ends.destinations.end()) return Found(known->second.get());
  if (*name && back_ends.looked_up) return Found(std::move(**name));
  return Error{ErrorCode::not_found, Side::client, "the route's destination is not known"};
}

Task<Result<std::shared_ptr<backend::Backend>>> ask_for(std::shared_ptr<const backend::RouteSet> routes, std::string name,
                                                        bool dynamic, base::Loop& home) {
  auto asking = routes->back_ends().looked_up->find(std::move(name), dynamic, home);
  auto found = co_await asking;
  co_return found;
}

Task<Result<std::shared_ptr<backend::Backend>>> look_up(Context& context, std::string name) {
  const bool dynamic = config::is_chosen_by_client(context.route().destination()->name);
  auto asking = while_signed_in(context, ask_for(context.match.set, std::move(name), dynamic, context.exchange.loop()));
  auto found = co_await asking;
  co_return found;
}

}  // namespace

Task<Result<Verdict>> dispatch(Context& context) {
  auto found = find_backend(context);
  if (!found) co_return found.error();
  std::shared_ptr<backend::Backend> looked_up;
  if (auto* name = std::get_if<std::string>(&*found)) {
    const auto& destinations = *context.match.set->back_ends().looked_up;
    const auto later = destinations.must_wait(*name, context.external.client_address);
    if (later) co_return come_again(*later);
    auto looking = look_up(context, std::move(*name));
    auto answer = co_await looking;
    if (!answer) co_return answer.error();
    looked_up = std::move(*answer);
  }
  auto& back_end = looked_up ? *looked_up : *std::get<backend::Backend*>(*found);
  if (context.user.token.empty() && back_end.takes_user_token() && has_expired_token(context)) {
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
  auto served = co_await back_end.serve(call);
  context.status = call.status;
  context.bytes_sent = call.bytes_sent;
  context.upstream_time = call.upstream_time;
  if (!served) co_return served.error();
  co_return Verdict(Answered{});
}

}  // namespace router::pipeline
