#include "login/open_session.h"

#include <utility>

#include "base/log.h"
#include "login/new_session.h"
#include "login/orphaned_tokens.h"
#include "login/session_limit.h"

namespace router::login {

using base::Result;
using base::Task;

namespace {

// The back-ends of sessions that have ended hear of it, whatever becomes of this login.
void tell_of(const Setting& setting, std::vector<session::Snapshot> ended) {
  if (ended.empty()) return;
  setting.background.post(
      [tell = setting.session_over, ended = std::move(ended)] { base::start_detached(tell(ended)); });
}

// What the browser held is over; absent: somebody else ended the session in force meanwhile, a logout.
struct Ended {
  std::vector<session::Snapshot> others;
  session::Snapshot taken_over;  // the same user's
  bool is_lost = false;
};

Task<Ended> end_held(const Setting& setting, std::vector<session::SessionId> ids, session::Snapshot before,
                     const session::Session& session) {
  Ended held;
  for (auto& id : ids) {
    const bool is_before = before && id == before->id;
    auto ending = setting.store.end(std::move(id));
    auto ended = co_await ending;
    if (!ended) continue;
    if (!*ended) {
      held.is_lost = held.is_lost || is_before;
    } else if (is_before && is_same_user(***ended, session)) {
      held.taken_over = **std::move(ended);
    } else {
      held.others.push_back(**std::move(ended));
    }
  }
  co_return held;
}

// The new session goes on from what the old one was in its last moment. False: it has been ended itself.
Task<Result<bool>> go_on_from(const Setting& setting, session::Snapshot before, const std::string& application,
                              session::Session& session) {
  take_over(*before, application, session);
  auto replacing = setting.store.replace(session);
  const auto replaced = co_await replacing;
  if (!replaced) co_return replaced.error();
  if (*replaced) session.generation = (**replaced)->generation;
  co_return replaced->has_value();
}

// Nobody has heard of `session`: it ends, and its tokens go back.
Task<void> take_back(const Setting& setting, session::SessionId id, std::string provider, base::Secret refresh_token) {
  auto ending = setting.store.end(std::move(id));
  const auto ended = co_await ending;
  if (ended) give_back_soon(setting, std::move(provider), std::move(refresh_token));
}

}  // namespace

Task<Result<OpenedSession>> open_session(const Setting& setting, const http::Request& request,
                                         const http::External& external, identity::Login login,
                                         LoginOrigin from) {
  auto named = setting.session_cookie.read(request.headers);
  auto ids = named.all();
  auto looking = session::find_user(setting.store, std::move(named));
  const auto held = co_await looking;
  const session::Snapshot before = held && *held ? **held : nullptr;

  const SessionOrigin origin{std::move(from.provider), from.started};
  auto session = make_session(setting.config, std::move(login), origin, external, setting.clock.wall());
  auto creating = setting.store.create(session);
  const auto created = co_await creating;
  if (!created) {
    // its refresh token would outlive the logout that came first
    if (created.error().code == base::ErrorCode::conflict) {
      give_back_soon(setting, session.provider, session.tokens.refresh_token);
    }
    co_return created.error();
  }
  auto ending = end_held(setting, std::move(ids), before, session);
  auto ended = co_await ending;
  Result<bool> goes_on = !ended.is_lost;
  if (ended.taken_over) {
    auto going_on = go_on_from(setting, ended.taken_over, from.application, session);
    goes_on = co_await going_on;
  }
  if (!goes_on || !*goes_on) {
    if (ended.taken_over) ended.others.push_back(std::move(ended.taken_over));
    tell_of(setting, std::move(ended.others));
    auto taking_back = take_back(setting, session.id, session.provider, session.tokens.refresh_token);
    co_await taking_back;
    if (!goes_on) co_return goes_on.error();
    co_return base::Error{base::ErrorCode::conflict, base::Side::store, "a logout came in between"};
  }
  OpenedSession opened;
  opened.replaced = std::move(ended.others);
  opened.taken_over = std::move(ended.taken_over);
  auto making_room = make_room(setting, session);
  co_await making_room;
  base::log_info(
      "login.done",
      {{"session", session.id.fingerprint()}, {"user", session.user_name}, {"provider", session.provider}});
  const auto agent = request.headers.get("User-Agent").value_or(std::string_view());
  opened.set_cookie = setting.session_cookie.make(session.id, external, agent).to_string();
  opened.created = std::make_shared<const session::Session>(std::move(session));
  co_return opened;
}

}  // namespace router::login
