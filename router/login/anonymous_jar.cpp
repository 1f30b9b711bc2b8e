#include "login/anonymous_jar.h"

#include <utility>

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

}  // namespace router::login
