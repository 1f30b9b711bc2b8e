#include "base/log.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

Task<Result<Verdict>> load_session(Context& context) {
  auto ids = context.graph.session_cookie.read(context.request.headers);
  if (ids.empty()) co_return Verdict(Continue{});
  auto found = co_await session::find_live(context.graph.services.sessions, std::move(ids));
  if (found) {
    if (*found) context.session = **found;
    co_return Verdict(Continue{});
  }
  // A store that is away must not take public pages with it; what needs a session answers 503 (operations.md).
  const bool may_go_on = context.match.found() && !context.needs_login();
  if (may_go_on) co_return Verdict(Continue{});
  co_return found.error();
}

}  // namespace router::pipeline
