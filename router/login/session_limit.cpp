#include "login/session_limit.h"

#include <utility>
#include <vector>

#include "base/limits.h"

namespace router::login {
namespace {

constexpr std::size_t kMostEndedAtOnce = 16;

// Those of his at another tenant are another matter.
session::SessionFilter all_of_its_user(const session::Session& session) {
  session::SessionFilter filter;
  filter.issuer = session.issuer;
  filter.subject = session.subject;
  filter.subdomain = session.subdomain;
  return filter;
}

}  // namespace

base::Task<void> make_room(const Parts& parts, const session::Session& newest) {
  const std::size_t most = parts.config->environment.limits.sessions_per_user;
  if (most == 0 || newest.subject.empty()) co_return;
  auto selecting = parts.store.select(all_of_its_user(newest), most + kMostEndedAtOnce);
  const auto held = co_await selecting;  // oldest first
  std::vector<session::Snapshot> ended;
  for (std::size_t i = 0; held && i + most < held->size(); ++i) {
    session::SessionId id = (*held)[i]->id;
    auto ending = parts.store.end(std::move(id));
    auto over = co_await ending;
    if (over && *over) ended.push_back(**std::move(over));
  }
  if (ended.empty()) co_return;
  base::limits::kSessionsPerUser.hit();
  auto keeping = parts.store.keep_ends();
  co_await keeping;
  tell_over(parts, std::move(ended));
}

}  // namespace router::login
