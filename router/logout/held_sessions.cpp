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

namespace {

bool is_one_users(const std::vector<session::Snapshot>& held) {
  return std::all_of(held.begin(), held.end(), [&](const session::Snapshot& session) {
    return session->issuer == held.front()->issuer && session->subject == held.front()->subject;
  });
}

// The first with a hint for the provider. Of several users nobody can say who is signed in there: the provider is asked
// without a hint, and sees for itself.
session::Snapshot spoken_about(const std::vector<session::Snapshot>& held) {
  if (!is_one_users(held)) {
    auto anybody = std::make_shared<session::Session>();
    anybody->provider = held.front()->provider;
    anybody->subdomain = held.front()->subdomain;
    return anybody;
  }
  const auto hinted = std::find_if(held.begin(), held.end(), [](const session::Snapshot& session) {
    return !session->tokens.id_token.empty();
  });
  return hinted == held.end() ? held.front() : *hinted;
}

}  // namespace

void select_held(std::vector<session::Snapshot> held, Trigger& trigger) {
  if (!trigger.session && !held.empty()) trigger.session = spoken_about(held);
  trigger.selection.sessions = std::move(held);
}

}  // namespace router::logout
