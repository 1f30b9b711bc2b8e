#include "base/log.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

namespace {

session::Snapshot of_this_tenant(const Context& context, session::Snapshot session) {
  if (!session || session->subdomain == context.external.tenant) return session;
  base::log_warning("session.of_another_tenant", {{"session", session->id.fingerprint()}});
  return nullptr;
}

}  // namespace

Task<Result<Verdict>> load_session(Context& context) {
  // a caller that says who it is, is not whom a cookie names
  if (context.request.headers.contains(kCallerField)) co_return Verdict(Continue{});
  auto named = context.graph.session_cookie.read(context.request.headers);
  if (named.by_field.empty() && named.by_cookie.empty()) {
    context.may_open_session = named.fields == 0;
    co_return Verdict(Continue{});
  }
  auto finding = session::find_visitor(context.graph.parts.sessions.store, std::move(named));
  auto found = co_await finding;
  if (found) {
    context.user.session = of_this_tenant(context, std::move(found->user));
    context.may_open_session = found->is_new;
    context.user.anonymous = of_this_tenant(context, std::move(found->anonymous));
    co_return Verdict(Continue{});
  }
  // A store that is away must not take public pages with it; what needs a session answers 503
  // (docs/contract/operations.md).
  const bool may_go_on = context.match.found() && !context.needs_login();
  if (may_go_on) co_return Verdict(Continue{});
  co_return found.error();
}

std::optional<Foreseen> explain_load_session(RequestState&, Told&) { return std::nullopt; }

}  // namespace router::pipeline
