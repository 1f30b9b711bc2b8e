#include "session/session_cookie.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "base/log.h"

namespace router::session {

using base::Result;
using base::Task;

namespace {

std::vector<base::Pattern> compile_all(const std::vector<std::string>& sources) {
  std::vector<base::Pattern> patterns;
  for (const auto& source : sources) {
    auto compiled = base::Pattern::compile(source);
    // config/validate has refused bad ones
    if (auto* pattern = std::get_if<base::Pattern>(&compiled)) patterns.push_back(std::move(*pattern));
  }
  return patterns;
}

bool any_matches(const std::vector<base::Pattern>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const base::Pattern& pattern) {
    const auto match = pattern.match(text);
    return match && match->has_value();
  });
}

void add_id(std::vector<SessionId>& ids, std::string_view text) {
  if (auto id = SessionId::parse(text)) ids.push_back(*std::move(id));
}

// A head may hold hundreds: not by searching the list for each.
void drop_repeated(std::vector<SessionId>& ids) {
  if (ids.size() < 2) return;
  std::set<std::string, std::less<>> seen;
  std::erase_if(ids, [&](const SessionId& id) { return !seen.emplace(id.reveal()).second; });
}

// nullptr: the request says nothing.
template <class Named>
auto* candidates_of(Named& named) {
  auto* ids = named.fields == 0 ? &named.by_cookie : &named.by_field;
  return named.fields > 1 ? nullptr : ids;
}

}  // namespace

std::vector<SessionId> NamedSessions::of_user() const {
  const auto* ids = candidates_of(*this);
  return ids == nullptr ? std::vector<SessionId>() : *ids;
}

std::vector<SessionId> NamedSessions::all() const {
  std::vector<SessionId> ids = by_field;
  ids.insert(ids.end(), by_cookie.begin(), by_cookie.end());
  drop_repeated(ids);
  return ids;
}

SessionCookie::SessionCookie(const config::Environment& environment, CookieNames names)
    : names_(std::move(names)),
      same_site_(environment.cookies.same_site.empty() ? "Lax" : environment.cookies.same_site),
      always_secure_(environment.secure_session_cookie),
      prefix_(environment.cookie_prefix),
      partitioned_(environment.cookies.partitioned),
      partitioned_agents_(compile_all(environment.cookies.partitioned_agents)),
      not_partitioned_agents_(compile_all(environment.cookies.not_partitioned_agents)) {}

NamedSessions SessionCookie::read(const http::Headers& request) const {
  NamedSessions named;
  const std::string& token = names_.rest_token();
  const std::string& token_cookie = names_.rest_cookie();
  // most cookies are others' business
  const auto may_name_one = [&](std::string_view cookies) {
    return cookies.find(name()) != std::string_view::npos ||
           (!token_cookie.empty() && cookies.find(token_cookie) != std::string_view::npos);
  };
  for (const auto& field : request) {
    if (!token.empty() && base::equals_ignoring_case(field.name, token)) {
      ++named.fields;
      add_id(named.by_field, base::trim(field.value));
    }
    if (!base::equals_ignoring_case(field.name, "Cookie") || !may_name_one(field.value)) continue;
    http::for_each_cookie(field.value, [&](const http::CookiePair& pair) {
      if (pair.name == name() || (!token_cookie.empty() && pair.name == token_cookie))
        add_id(named.by_cookie, pair.value);
    });
  }
  drop_repeated(named.by_field);
  drop_repeated(named.by_cookie);
  return named;
}

bool SessionCookie::is_partitioned(std::string_view user_agent) const {
  if (!partitioned_ || any_matches(not_partitioned_agents_, user_agent)) return false;
  return partitioned_agents_.empty() || any_matches(partitioned_agents_, user_agent);
}

http::SetCookie SessionCookie::with_attributes(std::string cookie_name, std::string value,
                                               const http::External& external, std::string_view user_agent) const {
  http::SetCookie cookie;
  cookie.name = std::move(cookie_name);
  cookie.value = std::move(value);
  cookie.path = "/";
  cookie.http_only = true;
  cookie.same_site = same_site_;
  // browsers take neither __Host- nor Partitioned without Secure
  cookie.secure = always_secure_.value_or(external.secure() || prefix_);
  cookie.partitioned = cookie.secure && is_partitioned(user_agent);
  return cookie;
}

http::SetCookie SessionCookie::make(const SessionId& id, const http::External& external,
                                    std::string_view user_agent) const {
  return with_attributes(name(), std::string(id.reveal()), external, user_agent);
}

http::SetCookie SessionCookie::deletion(const http::External& external, std::string_view user_agent) const {
  return http::deletion_of(with_attributes(name(), {}, external, user_agent));
}

Task<Result<Visitor>> find_visitor(Store& store, NamedSessions named) {
  // on the way of every request: nothing is copied
  Visitor visitor;
  auto* candidates = candidates_of(named);
  if (candidates == nullptr) co_return visitor;
  auto ids = std::move(*candidates);
  if (ids.size() > kMostCandidates) {
    base::log_warning("session.ambiguous", {{"named", std::to_string(ids.size())}});
    co_return visitor;
  }
  std::size_t users = 0;
  std::size_t anonymous = 0;
  for (auto& id : ids) {
    auto looking = store.find(std::move(id));
    auto found = co_await looking;
    if (!found) co_return found.error();
    if (!*found) continue;
    const bool is_anonymous = (**found)->is_anonymous;
    ++(is_anonymous ? anonymous : users);
    (is_anonymous ? visitor.anonymous : visitor.user) = std::move(**found);
  }
  visitor.is_new = users + anonymous == 0 && named.fields == 0;
  // whoever plants an anonymous one beside a user's signs nobody out
  const auto& meant = users > 0 ? visitor.user : visitor.anonymous;
  if ((users > 0 ? users : anonymous) > 1) {
    base::log_warning("session.ambiguous", {{"session", meant->id.fingerprint()}});
    visitor.user = visitor.anonymous = nullptr;
  }
  if (visitor.user) visitor.anonymous = nullptr;
  co_return visitor;
}

Task<Result<std::vector<Snapshot>>> find_held(Store& store, std::vector<SessionId> ids) {
  std::vector<Snapshot> held;
  for (const auto& id : ids) {
    auto looking = store.find(id);
    auto found = co_await looking;
    if (found && !*found) {
      auto following = find_successor(store, id);
      found = co_await following;
    }
    if (!found) co_return found.error();
    if (*found && !holds(held, (**found)->id)) held.push_back(std::move(**found));
  }
  co_return held;
}

bool holds(const std::vector<Snapshot>& held, const SessionId& id) {
  return std::any_of(held.begin(), held.end(), [&](const Snapshot& session) { return session->id == id; });
}

std::vector<Snapshot> of_tenant(std::vector<Snapshot> held, std::string_view tenant) {
  std::erase_if(held, [&](const Snapshot& session) { return session->subdomain != tenant; });
  return held;
}

std::vector<Snapshot> users_of(const std::vector<Snapshot>& held) {
  std::vector<Snapshot> users;
  std::copy_if(held.begin(), held.end(), std::back_inserter(users),
               [](const Snapshot& session) { return !session->is_anonymous; });
  return users;
}

}  // namespace router::session
