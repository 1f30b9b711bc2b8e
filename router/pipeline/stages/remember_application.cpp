#include "logout/application_calls.h"
#include "pipeline/stages/stages.h"
#include "session/change.h"

namespace router::pipeline {

namespace {

using Logouts = std::vector<session::ApplicationLogout>;

Task<Result<Verdict>> remember(Context& context, std::string segment, Logouts logouts) {
  auto changing =
      session::change(context.graph.parts.sessions.store, context.user.session, [&](session::Session& current) {
        if (logout::has_logouts(current, segment, logouts)) return false;
        logout::remember_logouts(current, segment, logouts);
        return true;
      });
  auto changed = co_await changing;
  // a back-end that nobody would tell must not see this session
  if (!changed) co_return changed.error();
  if (changed->is_over()) {
    co_return base::Error{base::ErrorCode::unauthenticated, base::Side::client, "the session has ended meanwhile"};
  }
  context.user.session = std::move(changed->now);
  co_return Verdict(Continue{});
}

}  // namespace

Task<Result<Verdict>> remember_application(Context& context) {
  const bool is_used = context.application != nullptr && context.needs_login() && context.user.is_signed_in();
  if (!is_used) return Verdict(Continue{});
  const auto& segment = context.application->name.segment;
  auto logouts = logout::application_logouts(context.config(), segment, context.user.session->provider);
  if (logout::has_logouts(*context.user.session, segment, logouts)) return Verdict(Continue{});
  return remember(context, segment, std::move(logouts));
}

std::optional<Foreseen> explain_remember_application(RequestState&, Told&) { return std::nullopt; }

}  // namespace router::pipeline
