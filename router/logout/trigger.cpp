#include "logout/trigger.h"

#include <utility>

namespace router::logout {

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::browser:
      return "browser";
    case Cause::timeout:
      return "timeout";
    case Cause::back_channel:
      return "back_channel";
    case Cause::front_channel:
      return "front_channel";
    case Cause::rest:
      return "rest";
    case Cause::agent_url:
      return "agent_url";
    case Cause::hosted:
      return "hosted";
    case Cause::admin:
      return "admin";
    case Cause::refresh_failed:
      return "refresh_failed";
    case Cause::signal:
      return "signal";
    case Cause::global_revocation:
      return "global_revocation";
    case Cause::recovered:
      return "recovered";
  }
  return "unknown";
}

Trigger told_from_elsewhere(Cause cause) {
  Trigger trigger;
  trigger.cause = cause;
  trigger.provider_step = ProviderStep::revoke_tokens;
  trigger.form = ReplyForm::given;
  trigger.clears_browser = false;
  return trigger;
}

Trigger signal_trigger() {
  Trigger trigger = told_from_elsewhere(Cause::signal);
  trigger.selection.is_paced = true;  // many may come at once
  return trigger;
}

base::Task<base::Result<bool>> has_been_seen(session::SharedState& shared, SeenOnce what) {
  auto looking = shared.tally(what.kind, std::move(what.key), 0, what.kept_for);
  const auto tally = co_await looking;
  if (!tally) co_return tally.error();
  co_return tally->count > 0;
}

}  // namespace router::logout
