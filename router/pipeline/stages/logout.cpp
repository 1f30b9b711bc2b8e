#include "net/bounded_body.h"
#include "pipeline/look_ups.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

namespace {

// It was no logout.
Result<Verdict> go_on(const Context& context) {
  if (context.application_fault) return *context.application_fault;
  if (context.application_later) return too_many_look_ups(*context.application_later);
  return Verdict(Continue{});
}

Task<Result<Verdict>> perhaps_log_out(Context& context, bool has_body, logout::Service::Application application) {
  std::string body;
  if (has_body) {
    auto read = co_await net::read_bounded_body(context.exchange, logout::kMaxBody);
    if (!read) co_return read.error();
    body = std::move(*read);
  }
  // after the body, so that the connection goes on: a new one would cost more
  if (auto refused = context.graph.logout->refuse_flood(context.request, context.external))
    co_return Verdict(*std::move(refused));
  std::string seen = body.substr(0, logout::kMaxBody + 1);
  auto answer = co_await context.graph.logout->handle(context.request, context.external, context.user.session,
                                                      std::move(seen), context.exchange.loop(), std::move(application));
  if (!answer) co_return answer.error();
  if (!*answer) {
    if (has_body) context.exchange.put_back_body(std::move(body));
    co_return go_on(context);
  }
  // its session is over, or never was asked about: nothing to touch when the request ends
  context.user.session = context.user.anonymous = nullptr;
  co_return Verdict(std::move(**answer));
}

}  // namespace

Task<Result<Verdict>> logout(Context& context) {
  const auto& service = *context.graph.logout;
  logout::Service::Application application = context.application ? context.application->config : nullptr;
  const bool perhaps =
      service.may_concern(context.request) || (application && service.may_handle_in(application, context.request));
  if (!perhaps) return go_on(context);
  return perhaps_log_out(context, service.wants_body(context.request), std::move(application));
}

}  // namespace router::pipeline
