#include "logout/outdated_tokens.h"

#include <utility>

#include "config/applications.h"
#include "logout/signal_subject.h"
#include "session/change.h"

namespace router::logout {

using base::Result;
using base::Task;
using session::Session;

namespace {

constexpr std::size_t kAtOnce = 100;
constexpr base::milliseconds kPauseBetween{1};

bool can_renew(const Session& session, bool renews) { return renews && !session.tokens.refresh_token.empty(); }

// Whether its tokens are of before that time, and it would go on with them.
bool goes_on_with_tokens_of(const Session& session, base::WallTime time, bool renews) {
  const auto& tokens = session.tokens;
  if (session.is_anonymous || tokens.obtained > time) return false;
  if (!session.service_tokens.empty() || !tokens.access_expires || *tokens.access_expires > time) return true;
  return !can_renew(session, renews) && !config::has_left_every(session.ended_applications);
}

void outdate(Session& session, base::WallTime time, bool renews) {
  session.tokens.access_expires = time;
  session.service_tokens.clear();
  if (can_renew(session, renews) || config::has_left_every(session.ended_applications)) return;
  session.ended_applications.emplace_back(config::kEveryApplication);
}

}  // namespace

Task<Result<void>> outdate_tokens(const Parts& parts, session::SessionFilter filter) {
  const auto now = parts.clock.wall();
  const bool renews = parts.config->environment.jwt_refresh > base::milliseconds::zero();
  add_condition(filter, [now, renews](const Session& session) { return goes_on_with_tokens_of(session, now, renews); });
  for (;;) {
    auto found = co_await parts.store.select(filter, kAtOnce);
    if (!found) co_return found.error();
    for (const auto& session : *found) {
      auto changing = session::change(parts.store, session, [now, renews](Session& current) {
        if (!goes_on_with_tokens_of(current, now, renews)) return false;
        outdate(current, now, renews);
        return true;
      });
      const auto changed = co_await changing;
      if (!changed) co_return changed.error();
      if (changed->was_written() && !changed->is_over() && config::has_left_every(changed->now->ended_applications))
        parts.live.close_back_ends(session->id);
    }
    if (found->size() < kAtOnce) co_return Result<void>();
    co_await base::sleep_for(parts.background, kPauseBetween);
  }
}

}  // namespace router::logout
