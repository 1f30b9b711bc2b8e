#include "pipeline/opened_session.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

namespace {

Task<Result<Verdict>> take_callback(Context& context) {
  auto outcome = co_await context.graph.login->callback(context.request, context.external, context.exchange.loop());
  for (const auto& cookie : outcome.set_cookies) context.reply_fields.add("Set-Cookie", cookie);
  take_opened_session(context, std::move(outcome.opened));
  if (!outcome.answer) co_return outcome.answer.error();
  co_return Verdict(std::move(*outcome.answer));
}

}  // namespace

Task<Result<Verdict>> login_callback(Context& context) {
  if (!context.graph.login->is_callback(context.request.target)) return Verdict(Continue{});
  return take_callback(context);
}

std::optional<Foreseen> explain_login_callback(RequestState& state, Told&) {
  if (!state.graph.login->is_callback(state.request.target)) return std::nullopt;
  return Foreseen{0, "login.callbackEndpoint: the way back from the identity provider"};
}

}  // namespace router::pipeline
