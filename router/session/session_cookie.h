// The cookie that carries the session id: reading, writing, deleting.
//
// What deletes it has exactly the attributes of what set it. Secure and Partitioned depend on the request
// (scheme seen from outside, browser), everything else on the environment. Cookie tossing: a sibling domain
// can make a browser send several cookies of this name. So there are two questions: "who is it" (find_visitor)
// has an answer only where exactly one of the ids lives; "what does this browser hold" (find_held) is all of
// them, for who leaves. Immutable; any thread. Source: docs/contract/descriptor.md "Session"; docs/contract/logout.md
// sections 1 and 3; RFC 6265bis sections 4.1.3 and 8.6; docs/contract/oidc.md 51-56, 86.
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

// What has the form of a session's id in a request, each once, in the order of the request. Only the length
// of the head bounds how many there are.
struct NamedSessions {
  std::vector<SessionId> by_field;   // in the field of REST clients (am.cookieName)
  std::vector<SessionId> by_cookie;  // in cookies of our names
  std::size_t fields = 0;            // how often that field comes

  // Of whom the request may be: the field alone decides where it is; a second one says nothing.
  std::vector<SessionId> of_user() const;
  std::vector<SessionId> all() const;
};

class SessionCookie {
 public:
  explicit SessionCookie(const config::Environment& environment)
      : SessionCookie(environment, CookieNames(environment)) {}
  explicit SessionCookie(const config::Configuration& configuration)
      : SessionCookie(configuration.environment, CookieNames(configuration)) {}

  const CookieNames& names() const { return names_; }
  const std::string& name() const { return names_.session(); }
  bool is_router_cookie(std::string_view cookie_name) const { return names_.is_router_cookie(cookie_name); }

  NamedSessions read(const http::Headers& request) const;

  // Set-Cookie values. `user_agent` may be empty.
  http::SetCookie make(const SessionId& id, const http::External& external, std::string_view user_agent) const;
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

// More candidates than this are not looked at: such a request is nobody's.
inline constexpr std::size_t kMostCandidates = 16;

struct Visitor {
  Snapshot user;       // who is signed in
  Snapshot anonymous;  // where nobody is: the anonymous session of this browser
  // Certainly no session of this browser lives: it may be given one.
  bool is_new = false;
};

// "Who is it": the one user's session that the request names, else its one anonymous session. Neither where more than
// one of a kind lives, or if there are too many candidates to say.
base::Task<base::Result<Visitor>> find_visitor(Store& store, NamedSessions named);

// "What does this browser hold": all of `ids` that live, whoever they belong to, each once. For one that a login has
// succeeded, what stands for it now: the request was sent before the browser had the new cookie.
base::Task<base::Result<std::vector<Snapshot>>> find_held(Store& store, std::vector<SessionId> ids);
bool holds(const std::vector<Snapshot>& held, const SessionId& id);
// Of them those that somebody is signed in with.
std::vector<Snapshot> users_of(const std::vector<Snapshot>& held);

// Those that were made on a host of `tenant` (http::External): on another one they are not known.
std::vector<Snapshot> of_tenant(std::vector<Snapshot> held, std::string_view tenant);

}  // namespace router::session
