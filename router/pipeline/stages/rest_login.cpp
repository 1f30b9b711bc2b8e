#include "net/bounded_body.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {
namespace {

// Null: the request is no such login.
const login::RestLogin* rest_login_of(const RequestState& state) {
  const auto* rest = state.graph.login->rest();
  return rest != nullptr && rest->is_login(state.request.target) ? rest : nullptr;
}

Task<Result<Verdict>> log_in_by_rest(Context& context, const login::RestLogin& rest) {
  std::string body;
  if (login::RestRequests::wants_body(context.request)) {
    auto read = co_await net::read_bounded_body(context.exchange, login::kMaxRestBody);
    if (!read) co_return read.error();
    body = std::move(*read);
  }
  auto answering = rest.answer(context.request, context.external, std::move(body), context.exchange.loop());
  auto answer = co_await answering;
  co_return Verdict(std::move(answer));
}

}  // namespace

Task<Result<Verdict>> rest_login(Context& context) {
  const auto* rest = rest_login_of(context);
  if (rest == nullptr) return Verdict(Continue{});
  return log_in_by_rest(context, *rest);
}

std::optional<Foreseen> explain_rest_login(RequestState& state, Told&) {
  if (rest_login_of(state) == nullptr) return std::nullopt;
  return Foreseen{0, "am: a login with user and password, answered with JSON"};
}

}  // namespace router::pipeline
