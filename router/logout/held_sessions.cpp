#include "logout/held_sessions.h"

#include <algorithm>

#include "base/log.h"

namespace router::logout {

namespace {

base::Error too_many_ids() {
  return {base::ErrorCode::overloaded, base::Side::client, "the address has named too many sessions that are none",
          true};
}

}  // namespace

Task<Result<std::vector<session::Snapshot>>> HeldSessions::find(const SourceInput& input) {
  auto ids = cookie_.read(input.request.headers).all();
  const session::Snapshot user = input.session;
  auto looking = look_up(ids, input.external.client_address, user);
  auto held = co_await looking;
  if (!held && held.error().code == base::ErrorCode::unavailable) held = named(ids, input.external);
  if (!held) {
    if (held.error().side != base::Side::client)
      base::log_error("logout.store", {{"what", "find"}, {"fault", describe(held.error())}});
    co_return held.error();
  }
  auto ours = session::of_tenant(*std::move(held), input.external.tenant);
  if (!user) co_return ours;
  std::erase_if(ours, [&](const session::Snapshot& session) { return session->id == user->id; });
  ours.insert(ours.begin(), user);
  co_return ours;
}

Task<Result<std::vector<session::Snapshot>>> HeldSessions::find_if_affordable(const SourceInput& input) {
  auto finding = find(input);
  auto held = co_await finding;
  if (!held && held.error().code == base::ErrorCode::overloaded) co_return std::vector<session::Snapshot>();
  co_return held;
}

Task<Result<std::vector<session::Snapshot>>> HeldSessions::look_up(std::vector<session::SessionId> ids,
                                                                   std::string address, session::Snapshot user) {
  const std::size_t known = user && !ids.empty() ? 1 : 0;
  if (const auto charged = charge(address, ids.size() - known); !charged) co_return charged.error();
  auto looking = session::find_held(store_, std::move(ids));
  auto held = co_await looking;
  if (!held) co_return held.error();
  for (const auto& session : *held) {
    if (!user || !(session->id == user->id)) ongoing_.held_look_ups.give_back(address, clock_.steady());
  }
  co_return held;
}

Result<void> HeldSessions::charge(const std::string& address, std::size_t ids) {
  for (std::size_t i = 0; i < ids; ++i) {
    if (ongoing_.held_look_ups.take(address, clock_.steady())) return too_many_ids();
  }
  return {};
}

Result<std::vector<session::Snapshot>> HeldSessions::named(const std::vector<session::SessionId>& ids,
                                                           const http::External& external) {
  std::vector<session::Snapshot> named;
  for (const auto& id : ids) {
    auto known = store_.last_known(id);
    if (!known) {
      if (ongoing_.unseen_sessions.take(external.client_address, clock_.steady())) return too_many_ids();
      auto unseen = std::make_shared<session::Session>();
      unseen->id = id;
      unseen->subdomain = external.tenant;
      known = std::move(unseen);
    }
    named.push_back(std::move(known));
  }
  return named;
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
  const auto hinted = std::find_if(held.begin(), held.end(),
                                   [](const session::Snapshot& session) { return !session->tokens.id_token.empty(); });
  return hinted == held.end() ? held.front() : *hinted;
}

}  // namespace

void select_held(std::vector<session::Snapshot> held, Trigger& trigger) {
  const auto users = session::users_of(held);
  if (!trigger.session && !users.empty()) trigger.session = spoken_about(users);
  trigger.selection.sessions = std::move(held);
  trigger.selection.with_successors = true;
}

}  // namespace router::logout
