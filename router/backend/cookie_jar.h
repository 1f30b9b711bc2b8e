// The back-ends' cookies: session cookies stay in the router, per destination; others pass to the browser. With the
// route's setBackendSessionCookies all do.
//
// A cookie in the jar is known by destination, name and path, as in a browser; domains play no part, because a jar
// belongs to one destination, and to one owner of it (config::Destination::jar). What is the router's own name never
// reaches the browser, neither set nor deleted; in the jar such a name is a back-end's like any other (many have a
// JSESSIONID of their own). Bounded by LIMIT_COOKIE_JAR_BYTES per session: the oldest cookies of the same destination
// make room. Functions on values; any thread. Source: docs/contract/descriptor.md "Session"; RFC 6265bis sections
// 5.1.4, 5.7, 5.8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "http/headers.h"
#include "session/cookie_names.h"
#include "session/session.h"
#include "session/store.h"

namespace router::backend {

// What a request to a back-end looks like to cookies. Paths are without query.
struct JarScope {
  std::string_view jar;           // config::Destination::jar_name()
  std::string_view backend_path;  // as it is sent to the back-end
  std::string_view client_path;   // as the client asked; back-ends that know their outer path set cookies for that
  bool secure = false;            // https to the back-end, or from the client: back-ends go by x-forwarded-proto
};

struct CookieChange {
  session::BackendCookie cookie;
  bool forget = false;  // else: keep it
};

// What becomes of the Set-Cookie fields of an answer.
struct SetCookies {
  std::vector<std::string_view> to_browser;  // field values, views into the answer's head
  std::vector<CookieChange> to_jar;
};

struct SetCookieRules {
  const session::CookieNames& own;
  bool has_jar = false;                      // there is a session, or there may be one for these
  bool set_backend_session_cookies = false;  // of the route: session cookies go to the browser
};

SetCookies sort_set_cookies(const http::Headers& answer, const JarScope& scope, const SetCookieRules& rules,
                            base::WallTime now);

// Whether the jar is another one afterwards.
bool apply_changes(const std::vector<CookieChange>& changes, std::size_t most_bytes,
                   std::vector<session::BackendCookie>& jar);

// Puts the changes into the session as it is now; writes nothing if they change nothing. The new state; null
// if the session has ended meanwhile, which a cookie does not bring back, as little as it brings back an
// application (`logout`) that the session has left meanwhile. `changes` are of this one `destination`. Errors:
// those of the store.
base::Task<base::Result<session::Snapshot>> save_cookies(session::Store& store, session::Snapshot session,
                                                         std::string destination, std::vector<CookieChange> changes,
                                                         std::size_t most_bytes, const config::Logout& logout);

// "Cookie: ...\r\n", or nothing: the client's without the router's own, and those of the jar, which win over
// the client's of the same name.
void write_cookie_field(const http::Headers& request, const std::vector<session::BackendCookie>& jar,
                        const JarScope& scope, const session::CookieNames& own, std::string& out);

}  // namespace router::backend
