#include "backend/cookie_jar.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "config/applications.h"
#include "http/cookie.h"
#include "session/change.h"

namespace router::backend {

using base::Result;
using base::Task;
using session::BackendCookie;
using session::Snapshot;

namespace {

// RFC 6265bis section 5.1.4
std::string_view default_path(std::string_view request_path) {
  const auto last = request_path.rfind('/');
  return last == std::string_view::npos || last == 0 ? "/" : request_path.substr(0, last);
}

bool is_sent(const BackendCookie& cookie, const JarScope& scope) {
  if (cookie.destination != scope.jar || (cookie.secure && !scope.secure)) return false;
  return http::path_matches(scope.backend_path, cookie.path) || http::path_matches(scope.client_path, cookie.path);
}

bool is_same(const BackendCookie& a, const BackendCookie& b) {
  return a.destination == b.destination && a.name == b.name && a.path == b.path;
}

bool has_expired(const http::SetCookie& cookie, base::WallTime now) {
  if (cookie.max_age) return *cookie.max_age <= 0;  // wins over Expires
  return cookie.expires && *cookie.expires <= now;
}

BackendCookie to_backend_cookie(http::SetCookie cookie, const JarScope& scope) {
  BackendCookie kept;
  kept.destination = scope.jar;
  kept.name = std::move(cookie.name);
  kept.value = base::Secret(std::move(cookie.value));
  kept.path = cookie.path.empty() ? std::string(default_path(scope.backend_path)) : std::move(cookie.path);
  kept.secure = cookie.secure;
  return kept;
}

void sort_one(std::string_view field, const JarScope& scope, const SetCookieRules& rules, base::WallTime now,
              SetCookies& sorted) {
  auto cookie = http::parse_set_cookie(field);
  if (!cookie) return;
  const bool own_name = rules.own.is_router_cookie(cookie->name);
  const bool passes = rules.set_backend_session_cookies || !cookie->is_session_cookie();
  if (passes && !own_name) sorted.to_browser.push_back(field);
  if (!rules.has_jar) return;
  if (cookie->is_session_cookie() && (!passes || own_name)) {
    sorted.to_jar.push_back({to_backend_cookie(*std::move(cookie), scope), false});
  } else if (!own_name || has_expired(*cookie, now)) {
    // the one in the jar would hide its successor in the browser, and a deletion is meant for either
    sorted.to_jar.push_back({to_backend_cookie(*std::move(cookie), scope), true});
  }
}

std::size_t bytes_of(const BackendCookie& cookie) {
  return cookie.destination.size() + cookie.name.size() + cookie.value.size() + cookie.path.size();
}

bool forget(const BackendCookie& cookie, std::vector<BackendCookie>& jar) {
  return std::erase_if(jar, [&](const BackendCookie& kept) { return is_same(kept, cookie); }) != 0;
}

bool make_room(const BackendCookie& for_this, std::size_t most_bytes, std::vector<BackendCookie>& jar) {
  std::size_t used = bytes_of(for_this);
  for (const auto& kept : jar) used += bytes_of(kept);
  for (auto it = jar.begin(); used > most_bytes && it != jar.end();) {
    if (it->destination != for_this.destination) {
      ++it;
      continue;
    }
    used -= bytes_of(*it);
    it = jar.erase(it);
  }
  return used <= most_bytes;
}

bool keep(const BackendCookie& cookie, std::size_t most_bytes, std::vector<BackendCookie>& jar) {
  const auto known =
      std::find_if(jar.begin(), jar.end(), [&](const BackendCookie& kept) { return is_same(kept, cookie); });
  if (known != jar.end()) {
    if (known->value == cookie.value && known->secure == cookie.secure) return false;
    jar.erase(known);
  }
  if (make_room(cookie, most_bytes, jar)) {
    jar.push_back(cookie);
  } else {
    base::limits::kCookieJar.hit();
    base::log_warning("cookie_jar.full", {{"destination", cookie.destination}, {"cookie", cookie.name}});
  }
  return true;
}

// Of several in the jar with one name, the one for the longest path is sent.
const BackendCookie* sent_cookie(const std::vector<BackendCookie>& jar, const JarScope& scope, std::string_view name) {
  const BackendCookie* best = nullptr;
  for (const auto& cookie : jar) {
    if (cookie.name != name || !is_sent(cookie, scope)) continue;
    if (best == nullptr || cookie.path.size() > best->path.size()) best = &cookie;
  }
  return best;
}

}  // namespace

SetCookies sort_set_cookies(const http::Headers& answer, const JarScope& scope, const SetCookieRules& rules,
                            base::WallTime now) {
  SetCookies sorted;
  for (const auto& field : answer) {
    if (base::equals_ignoring_case(field.name, "Set-Cookie")) sort_one(field.value, scope, rules, now, sorted);
  }
  return sorted;
}

bool apply_changes(const std::vector<CookieChange>& changes, std::size_t most_bytes, std::vector<BackendCookie>& jar) {
  bool changed = false;
  for (const auto& change : changes) {
    const bool differs = change.forget ? forget(change.cookie, jar) : keep(change.cookie, most_bytes, jar);
    changed = changed || differs;
  }
  return changed;
}

Task<Result<Snapshot>> save_cookies(session::Store& store, Snapshot session, std::string destination,
                                    std::vector<CookieChange> changes, std::size_t most_bytes,
                                    const config::Logout& logout) {
  if (changes.empty()) co_return session;
  auto changing = session::change(store, session, [&](session::Session& current) {
    return !config::left_application(logout, current.ended_applications, destination) &&
           apply_changes(changes, most_bytes, current.backend_cookies);
  });
  auto changed = co_await changing;
  if (changed) co_return std::move(changed->now);
  if (changed.error().code != base::ErrorCode::conflict) co_return changed.error();
  // a cookie is worth no more
  base::log_warning("cookie_jar.not_saved", {{"session", session->id.fingerprint()}});
  co_return session;
}

void write_cookie_field(const http::Headers& request, const std::vector<BackendCookie>& jar, const JarScope& scope,
                        const session::CookieNames& own, std::string& out) {
  std::string_view before = "Cookie: ";
  const auto write = [&](std::string_view first, std::string_view second = {}, std::string_view third = {}) {
    out.append(before).append(first).append(second).append(third);
    before = "; ";
  };
  http::for_each_cookie(request, [&](const http::CookiePair& pair) {
    if (!own.is_router_cookie(pair.name) && sent_cookie(jar, scope, pair.name) == nullptr) write(pair.raw);
  });
  for (const auto& cookie : jar) {
    if (sent_cookie(jar, scope, cookie.name) == &cookie) write(cookie.name, "=", cookie.value.reveal());
  }
  if (before == "; ") out.append("\r\n");
}

}  // namespace router::backend
