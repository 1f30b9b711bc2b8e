#include "login/open_session.h"

#include <utility>

#include "base/log.h"
#include "login/anonymous_jar.h"
#include "login/new_session.h"
#include "login/orphaned_tokens.h"
#include "login/session_limit.h"
#include "session/user_fingerprint.h"

namespace router::login {

using base::Result;
using base::Task;

namespace {

// Nobody has heard of `session`: it ends, and its tokens go back.
Task<void> take_back(const Parts& parts, session::Snapshot session) {
  auto ending = parts.store.end(session->id);
  const auto ended = co_await ending;
  if (ended && *ended) {
    auto telling = tell_nobody(parts, session->id);
    co_await telling;
  }
  if (ended) give_back_soon(parts, session->provider, session->tokens.refresh_token);
}

// `before` is over, and `session` stands for it, or for what stands for it by now: a login in another tab was faster.
Task<Result<OpenedSession>> go_on_from(const Parts& parts, session::Snapshot before, std::string application,
                                       session::Session session) {
  for (;;) {
    session::TakeOver taking_over = [&application](const session::Session& last, session::Session& next) {
      take_over(last, application, next);
    };
    auto succeeding = parts.store.succeed(before->id, session, std::move(taking_over));
    auto succeeded = co_await succeeding;
    if (!succeeded) co_return succeeded.error();
    if (*succeeded) {
      OpenedSession opened;
      opened.taken_over = std::move((*succeeded)->before);
      opened.created = std::move((*succeeded)->now);
      co_return opened;
    }
    auto following = session::find_successor(parts.store, before->id);
    auto next = co_await following;
    if (!next) co_return next.error();
    if (!*next || !is_same_user(***next, session))
      co_return base::Error{base::ErrorCode::conflict, base::Side::store, "a logout came in between"};
    before = **std::move(next);
  }
}

Task<Result<OpenedSession>> bring_in(const Parts& parts, session::Snapshot before, std::string application,
                                     session::Session session) {
  if (before && is_same_user(*before, session)) {
    auto going_on = go_on_from(parts, std::move(before), std::move(application), std::move(session));
    auto opened = co_await going_on;
    co_return opened;
  }
  auto creating = parts.store.create(session);
  const auto created = co_await creating;
  if (!created) co_return created.error();
  OpenedSession opened;
  opened.created = std::make_shared<const session::Session>(std::move(session));
  co_return opened;
}

// Other sessions that the browser held are over. False: somebody else ended the one in force meanwhile, a logout.
Task<bool> end_others(const Parts& parts, const std::vector<session::Snapshot>& held, session::Snapshot before,
                      OpenedSession& opened) {
  bool is_undisturbed = true;
  for (const auto& session : held) {
    if (opened.taken_over && (session == before || session->id == opened.taken_over->id)) continue;
    auto ending = parts.store.end(session->id);
    auto ended = co_await ending;
    if (!ended) continue;
    if (*ended)
      opened.replaced.push_back(**std::move(ended));
    else if (session == before)
      is_undisturbed = false;
  }
  if (!opened.replaced.empty()) {
    auto keeping = parts.store.keep_ends();
    co_await keeping;
  }
  co_return is_undisturbed;
}

}  // namespace

Task<Result<OpenedSession>> open_session(const Parts& parts, const http::Request& request,
                                         const http::External& external, identity::Login login, LoginOrigin from) {
  auto holding = session::find_held(parts.store, parts.session_cookie.read(request.headers).all());
  const auto found = co_await holding;
  const auto held = found ? *found : std::vector<session::Snapshot>();
  const auto users = session::users_of(held);
  // of several nobody can say which is in force
  const session::Snapshot before = users.size() == 1 ? users.front() : nullptr;

  const SessionOrigin origin{std::move(from.provider), from.started};
  auto session = make_session(*parts.config, std::move(login), origin, external, parts.clock.wall());
  const std::string provider = session.provider;
  const base::Secret refresh_token = session.tokens.refresh_token;
  auto taking = take_anonymous_jar(parts, held, session);
  const auto anonymous = co_await taking;
  auto bringing_in = bring_in(parts, before, std::move(from.application), std::move(session));
  auto opened = co_await bringing_in;
  auto settling = settle_anonymous(parts, anonymous, opened.has_value());
  co_await settling;
  if (!opened) {
    // its refresh token would outlive the logout that came first
    if (opened.error().code == base::ErrorCode::conflict) give_back_soon(parts, provider, refresh_token);
    co_return opened.error();
  }
  auto ending = end_others(parts, held, before, *opened);
  const bool is_undisturbed = co_await ending;
  const session::Session& created = *opened->created;
  if (!is_undisturbed) {
    tell_over(parts, std::move(opened->replaced));
    auto taking_back = take_back(parts, opened->created);
    co_await taking_back;
    co_return base::Error{base::ErrorCode::conflict, base::Side::store, "a logout came in between"};
  }
  auto making_room = make_room(parts, created);
  co_await making_room;
  base::log_info("login.done", {{"audit", true},
                                {"session", created.id.fingerprint()},
                                {"user", created.user_name},
                                {"user_fingerprint", session::user_fingerprint(created.user_name)},
                                {"provider", created.provider}});
  const auto agent = request.headers.get("User-Agent").value_or(std::string_view());
  opened->set_cookie = parts.session_cookie.make(created.id, external, agent).to_string();
  co_return opened;
}

}  // namespace router::login
