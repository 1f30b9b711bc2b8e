#include "login/anonymous_jar.h"

#include <utility>

#include "base/log.h"

namespace router::login {

base::Task<session::Snapshot> take_anonymous_jar(const Parts& parts, std::vector<session::Snapshot> held,
                                                 session::Session& session) {
  if (held.size() != 1 || !held.front()->is_anonymous || held.front()->subdomain != session.subdomain)
    co_return nullptr;
  auto ending = parts.store.end(held.front()->id);
  auto ended = co_await ending;
  // a store that is away keeps it until its time is over: its cookies are not worth the login
  if (!ended || !*ended) co_return nullptr;
  const session::Snapshot last = **std::move(ended);
  session.backend_cookies = last->backend_cookies;
  session.anonymous_before = last->id;
  co_return last;
}

base::Task<void> settle_anonymous(const Parts& parts, session::Snapshot anonymous, bool has_come_in) {
  if (!anonymous) co_return;
  if (!has_come_in) {
    auto keeping = parts.store.keep_ends();
    co_await keeping;
    tell_over(parts, {anonymous});
    co_return;
  }
  // what its back-ends know goes on in the jar of the new session
  auto telling = tell_nobody(parts, anonymous->id);
  co_await telling;
}

base::Task<void> tell_nobody(const Parts& parts, session::SessionId ended) {
  std::vector<session::SessionId> ids{std::move(ended)};
  auto telling = parts.store.told(std::move(ids));
  const auto told = co_await telling;
  if (!told) base::log_warning("login.end_not_noted", {{"detail", base::describe(told.error())}});
}

}  // namespace router::login
