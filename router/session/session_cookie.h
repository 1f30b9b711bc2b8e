// The cookie that carries the session id: reading, writing, deleting.
//
// What deletes it has exactly the attributes of what set it. Secure and Partitioned depend on the request
// (scheme seen from outside, browser), everything else on the environment. Cookie tossing: a sibling domain
// can make a browser send several cookies of this name; only ids that live count, and if several do, none
// does. Immutable; any thread. Source: descriptor.md "Session"; RFC 6265bis sections 4.1.3 and 8.6;
// oidc_cases.md 51-56, 86; logout.md section 3 (tokenId).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/pattern.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "http/cookie.h"
#include "http/external.h"
#include "http/headers.h"
#include "session/cookie_names.h"
#include "session/store.h"

namespace router::session {

class SessionCookie {
 public:
  static constexpr std::size_t kMostTried = 4;

  explicit SessionCookie(const config::Environment& environment)
      : SessionCookie(environment, CookieNames(environment)) {}
  explicit SessionCookie(const config::Configuration& configuration)
      : SessionCookie(configuration.environment, CookieNames(configuration)) {}

  const CookieNames& names() const { return names_; }
  const std::string& name() const { return names_.session(); }
  bool is_router_cookie(std::string_view cookie_name) const { return names_.is_router_cookie(cookie_name); }

  // What has the form of an id in cookies of our names, each once, at most kMostTried. The field of REST
  // clients (am.cookieName), where there is one, alone decides.
  std::vector<SessionId> read(const http::Headers& request) const;

  // Set-Cookie values. `user_agent` may be empty.
  http::SetCookie make(const SessionId& id, const http::External& external,
                       std::string_view user_agent) const;
  http::SetCookie deletion(const http::External& external, std::string_view user_agent) const;

  // The attributes of all cookies of the router: HttpOnly, Path=/, SameSite, Secure, Partitioned.
  http::SetCookie with_attributes(std::string name, std::string value, const http::External& external,
                                  std::string_view user_agent) const;

 private:
  SessionCookie(const config::Environment& environment, CookieNames names);
  bool is_partitioned(std::string_view user_agent) const;

  CookieNames names_;
  std::string same_site_;
  std::optional<bool> always_secure_;
  bool prefix_;
  bool partitioned_;
  std::vector<base::Pattern> partitioned_agents_;
  std::vector<base::Pattern> not_partitioned_agents_;
};

// The one of `ids` that is a live session; absent if none is, or more than one.
base::Task<base::Result<std::optional<Snapshot>>> find_live(Store& store, std::vector<SessionId> ids);

}  // namespace router::session
