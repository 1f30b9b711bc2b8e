#include "pipeline/stages/stages.h"

namespace router::pipeline {

Task<Result<Verdict>> refresh_tokens(Context& context) {
  if (!context.needs_login() || !context.session) co_return Verdict(Continue{});
  auto fresh = co_await context.graph.login->fresh_tokens(context.session, context.exchange.loop());
  if (!fresh) co_return fresh.error();
  context.session = *fresh;
  if (context.session) co_return Verdict(Continue{});
  // the provider has taken the grant back: the user has to log in again
  auto verdict = co_await authenticate(context);
  co_return verdict;
}

}  // namespace router::pipeline
