#include "logout/outdated_tokens.h"

#include <utility>

#include "logout/signal_subject.h"
#include "session/change.h"

namespace router::logout {

using base::Result;
using base::Task;
using session::Session;

namespace {

constexpr std::size_t kAtOnce = 100;
constexpr base::milliseconds kPauseBetween{1};

bool has_tokens_beyond(const Session& session, base::WallTime time) {
  const auto& tokens = session.tokens;
  return !tokens.access_token.empty() && (!tokens.access_expires || *tokens.access_expires > time);
}

}  // namespace

Task<Result<void>> outdate_tokens(const Parts& parts, session::SessionFilter filter) {
  const auto now = parts.clock.wall();
  add_condition(filter, [now](const Session& session) { return has_tokens_beyond(session, now); });
  for (;;) {
    auto found = co_await parts.store.select(filter, kAtOnce);
    if (!found) co_return found.error();
    std::size_t written = 0;
    for (const auto& session : *found) {
      auto changing = session::change(parts.store, session, [now](Session& current) {
        current.tokens.access_expires = now;
        return true;
      });
      const auto changed = co_await changing;
      if (!changed) co_return changed.error();
      if (changed->was_written()) ++written;
    }
    if (found->size() < kAtOnce || written == 0) co_return Result<void>();
    co_await base::sleep_for(parts.background, kPauseBetween);
  }
}

}  // namespace router::logout
