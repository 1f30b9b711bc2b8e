#include "login/refresh.h"
#include "pipeline/stages/stages.h"
#include "pipeline/while_signed_in.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

Task<Result<session::Snapshot>> refresh(std::shared_ptr<const Graph> graph, session::Snapshot session,
                                        base::Loop& home) {
  auto refreshing = graph->login->fresh_tokens(std::move(session), home);
  auto fresh = co_await refreshing;
  co_return fresh;
}

Task<Result<Verdict>> take_fresh_tokens(Context& context) {
  auto& home = context.exchange.loop();
  const bool waits = context.graph.login->waits_for_tokens(*context.user.session);
  auto refreshing =
      waits ? while_signed_in(context, refresh(context.graph.shared_from_this(), context.user.session, home))
            : context.graph.login->fresh_tokens(context.user.session, home);
  auto fresh = co_await refreshing;
  if (!fresh) co_return fresh.error();
  const bool are_new = *fresh != context.user.session;
  context.user.session = *fresh;
  // what the new ones say of scopes holds for this request already
  if (context.user.session) co_return are_new ? authorize(context) : Result<Verdict>(Continue{});
  // the provider has taken the grant back: the user has to log in again
  auto verdict = co_await authenticate(context);
  co_return verdict;
}

}  // namespace

Task<Result<Verdict>> refresh_tokens(Context& context) {
  if (!context.needs_login() || !context.user.is_signed_in()) return Verdict(Continue{});
  return take_fresh_tokens(context);
}

std::optional<Foreseen> explain_refresh_tokens(RequestState&, Told&) { return std::nullopt; }

// Here nothing could refresh it: there is no refresh token, or JWT_REFRESH is 0.
bool has_expired_token(const RequestState& state) {
  return state.needs_login() && state.user.is_signed_in() &&
         login::has_expired(state.user.session->tokens, state.graph.parts.clock.wall());
}

Task<Result<Verdict>> ask_for_login(Context& context) {
  const auto& tokens = context.user.session->tokens;
  // The next login would bring such a one, too: no redirects without end.
  if (tokens.access_expires <= tokens.obtained) {
    return Error{ErrorCode::protocol, Side::identity_provider, "access tokens have expired when they come"};
  }
  context.user.session = nullptr;
  return authenticate(context);
}

}  // namespace router::pipeline
