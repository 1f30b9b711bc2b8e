#include "base/log.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

Task<Result<Verdict>> load_session(Context& context) {
  // a caller that says who it is, is not whom a cookie names
  if (context.request.headers.contains(kCallerField)) co_return Verdict(Continue{});
  auto named = context.graph.session_cookie.read(context.request.headers);
  if (named.by_field.empty() && named.by_cookie.empty()) co_return Verdict(Continue{});
  auto found = co_await session::find_user(context.graph.services.sessions, std::move(named));
  if (found) {
    const bool is_ours = *found && (**found)->subdomain == context.external.tenant;
    if (is_ours) context.session = **found;
    if (*found && !is_ours) base::log_warning("session.of_another_tenant", {{"session", (**found)->id.fingerprint()}});
    co_return Verdict(Continue{});
  }
  // A store that is away must not take public pages with it; what needs a session answers 503
  // (docs/contract/operations.md).
  const bool may_go_on = context.match.found() && !context.needs_login();
  if (may_go_on) co_return Verdict(Continue{});
  co_return found.error();
}

}  // namespace router::pipeline
