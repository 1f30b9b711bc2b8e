#include "login/open_session.h"

#include <utility>

#include "base/log.h"
#include "login/new_session.h"
#include "login/orphaned_tokens.h"
#include "login/session_limit.h"

namespace router::login {

using base::Result;
using base::Task;

Task<Result<OpenedSession>> open_session(const Setting& setting, const http::Request& request,
                                         const http::External& external, identity::Login login,
                                         LoginOrigin from) {
  auto named = setting.session_cookie.read(request.headers);
  auto ids = named.all();
  auto looking = session::find_user(setting.store, std::move(named));
  const auto held = co_await looking;
  const session::Snapshot before = held && *held ? **held : nullptr;

  const SessionOrigin origin{std::move(from.provider), std::move(from.application), before.get(),
                             from.started};
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
  OpenedSession opened;
  for (auto& old : ids) {
    auto ending = setting.store.end(std::move(old));
    auto ended = co_await ending;
    if (!ended || !*ended) continue;
    const bool is_taken_over = before && (**ended)->id == before->id && is_same_user(*before, session);
    (is_taken_over ? opened.taken_over : opened.replaced.emplace_back()) = **std::move(ended);
  }
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
