#include "net/bounded_body.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

Task<Result<Verdict>> rest_login(Context& context) {
  const auto* rest = context.graph.login->rest();
  if (rest == nullptr || !rest->is_login(context.request.target)) co_return Verdict(Continue{});
  std::string body;
  if (login::RestRequests::wants_body(context.request)) {
    auto read = co_await net::read_bounded_body(context.exchange, login::kMaxRestBody);
    if (!read) co_return read.error();
    body = std::move(*read);
  }
  auto answering = rest->answer(context.request, context.external, std::move(body), context.exchange.loop());
  auto answer = co_await answering;
  co_return Verdict(std::move(answer));
}

}  // namespace router::pipeline
