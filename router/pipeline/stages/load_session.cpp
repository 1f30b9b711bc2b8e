#include <optional>

#include "base/log.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

namespace {

session::Snapshot of_this_tenant(const Context& context, session::Snapshot session) {
  if (!session || session->subdomain == context.external.tenant) return session;
  base::log_warning("session.of_another_tenant", {{"session", session->id.fingerprint()}});
  return nullptr;
}

// Whether the request may go on without anybody knowing who makes it: a store that is away must not take public pages
// with it, nor keep anybody from leaving; what needs a session answers 503 (docs/contract/operations.md).
bool goes_on_without(const Context& context) {
  const auto& target = context.request.target;
  if (context.graph.logout && context.graph.logout->may_handle(context.request.method, target.path, target.query))
    return true;
  return context.match.found() && !context.needs_login();
}

// Nobody could come back from a login.
std::optional<base::Error> login_fault(const Context& context) {
  if (!context.needs_login() || goes_on_without(context)) return std::nullopt;
  auto health = context.graph.parts.sessions.store.health();
  if (health.is_reachable) return std::nullopt;
  return base::Error{base::ErrorCode::unavailable, base::Side::store, std::move(health.fault), true};
}

Task<Result<Verdict>> find_session(Context& context, session::NamedSessions named) {
  auto finding = session::find_visitor(context.graph.parts.sessions.store, std::move(named));
  auto found = co_await finding;
  if (found) {
    context.user.session = of_this_tenant(context, std::move(found->user));
    context.may_open_session = found->is_new;
    context.user.anonymous = of_this_tenant(context, std::move(found->anonymous));
    co_return Verdict(Continue{});
  }
  if (goes_on_without(context)) co_return Verdict(Continue{});
  co_return found.error();
}

}  // namespace

Task<Result<Verdict>> load_session(Context& context) {
  // a caller that says who it is, is not whom a cookie names
  if (context.request.headers.contains(kCallerField)) return Verdict(Continue{});
  auto named = context.graph.session_cookie.read(context.request.headers);
  if (!named.by_field.empty() || !named.by_cookie.empty()) return find_session(context, std::move(named));
  if (auto fault = login_fault(context)) return *std::move(fault);
  context.may_open_session = named.fields == 0;
  return Verdict(Continue{});
}

std::optional<Foreseen> explain_load_session(RequestState&, Told&) { return std::nullopt; }

}  // namespace router::pipeline
