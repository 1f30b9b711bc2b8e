#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

Task<Result<Verdict>> authenticate_caller(Context& context) {
  const auto& headers = context.request.headers;
  if (headers.count(kCallerField) != 1) {
    co_return Error{ErrorCode::bad_request, Side::client, "x-approuter-authorization comes twice"};
  }
  std::string field(*headers.get(kCallerField));
  auto verdict = co_await context.graph.login->caller(context.external, context.route().provider, std::move(field),
                                                      context.exchange.loop());
  if (const auto* later = std::get_if<base::seconds>(&verdict)) co_return come_again(*later);
  auto& caller = std::get<Result<session::Snapshot>>(verdict);
  if (!caller) co_return caller.error();
  context.user.session = std::move(*caller);
  context.user.is_caller = true;
  co_return Verdict(Continue{});
}

}  // namespace router::pipeline
