#include "session/store.h"

#include <algorithm>
#include <utility>

namespace router::session {

namespace {

bool fits(const std::string& wanted, const std::string& value) { return wanted.empty() || wanted == value; }

bool fits_address(const SessionFilter& filter, const Session& session) {
  const auto& known = session.addresses;
  return filter.address.empty() || std::find(known.begin(), known.end(), filter.address) != known.end();
}

bool fits_login(const SessionFilter& filter, const Session& session) {
  if (filter.idp_session_id.empty() || filter.subject.empty())
    return fits(filter.subject, session.subject) && fits(filter.idp_session_id, session.idp_session_id);
  return session.idp_session_id.empty() ? filter.subject == session.subject
                                        : filter.idp_session_id == session.idp_session_id;
}

bool holds_cookie_of(const std::string& destination, const Session& session) {
  const auto& cookies = session.backend_cookies;
  return std::any_of(cookies.begin(), cookies.end(), [&](const auto& one) { return one.destination == destination; });
}

bool fits_time(const SessionFilter& filter, const Session& session) {
  return (!filter.created_from || session.created >= *filter.created_from) &&
         (!filter.created_until || session.created <= *filter.created_until);
}

}  // namespace

bool matches(const SessionFilter& filter, const Session& session) {
  return fits(filter.issuer, session.issuer) && fits_login(filter, session) &&
         fits(filter.user_name, session.user_name) && fits(filter.tenant, session.tenant) &&
         (!filter.subdomain || *filter.subdomain == session.subdomain) && fits(filter.provider, session.provider) &&
         fits_time(filter, session) && (filter.destination.empty() || holds_cookie_of(filter.destination, session)) &&
         fits_address(filter, session) &&
         (filter.fingerprint.empty() || filter.fingerprint == session.id.fingerprint()) &&
         (!filter.also || filter.also(session));
}

namespace {

// Logins in a row that one request may come too late for.
constexpr int kMostSuccessions = 8;

}  // namespace

base::Task<base::Result<std::optional<Snapshot>>> find_successor(Store& store, SessionId ended) {
  for (int passed = 0; passed < kMostSuccessions; ++passed) {
    auto asking = store.successor(std::move(ended));
    auto next = co_await asking;
    if (!next) co_return next.error();
    if (next->empty()) break;
    ended = *next;
    auto looking = store.find(*std::move(next));
    auto found = co_await looking;
    if (!found || *found) co_return found;
  }
  co_return std::optional<Snapshot>();
}

base::Task<base::Result<std::vector<Snapshot>>> Store::select(SessionFilter filter, std::size_t limit) {
  auto listing = page(std::move(filter), std::nullopt, limit);
  auto listed = co_await listing;
  if (!listed) co_return listed.error();
  std::vector<Snapshot> sessions;
  sessions.reserve(listed->size());
  for (auto& one : *listed) sessions.push_back(std::move(one.session));
  co_return sessions;
}

bool is_known_everywhere(const Store& store) { return store.health().is_reachable && store.unsaid() == 0; }

}  // namespace router::session
