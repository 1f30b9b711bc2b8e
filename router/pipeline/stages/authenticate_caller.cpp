#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

Result<std::string> caller_field(const http::Request& request) {
  if (request.headers.count(kCallerField) == 1) return std::string(*request.headers.get(kCallerField));
  return Error{ErrorCode::bad_request, Side::client, "x-approuter-authorization comes twice"};
}

Task<Result<Verdict>> authenticate_caller(Context& context) {
  auto field = caller_field(context.request);
  if (!field) co_return field.error();
  auto verdict = co_await context.graph.login->caller(context.external, context.route().provider, std::move(*field),
                                                      context.exchange.loop());
  if (const auto* later = std::get_if<base::seconds>(&verdict)) co_return come_again(*later);
  auto& caller = std::get<Result<session::Snapshot>>(verdict);
  if (!caller) co_return caller.error();
  context.user.session = std::move(*caller);
  context.user.is_caller = true;
  co_return Verdict(Continue{});
}

}  // namespace router::pipeline
