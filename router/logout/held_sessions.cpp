#include "logout/held_sessions.h"

#include <algorithm>

#include "base/log.h"

namespace router::logout {

Task<Result<std::vector<session::Snapshot>>> HeldSessions::find(const SourceInput& input) const {
  auto ids = cookie_.read(input.request.headers).all();
  const session::Snapshot user = input.session;
  if (user) std::erase(ids, user->id);
  auto looking = session::find_held(store_, std::move(ids));
  auto held = co_await looking;
  if (!held) {
    base::log_error("logout.store", {{"what", "find"}, {"fault", describe(held.error())}});
    co_return held.error();
  }
  if (user) held->insert(held->begin(), user);
  co_return held;
}

void select_held(std::vector<session::Snapshot> held, Trigger& trigger) {
  const auto has_hint = [](const session::Snapshot& session) { return !session->tokens.id_token.empty(); };
  const auto hinted = std::find_if(held.begin(), held.end(), has_hint);
  if (!trigger.session && !held.empty()) trigger.session = hinted == held.end() ? held.front() : *hinted;
  trigger.selection.sessions = std::move(held);
}

}  // namespace router::logout
