// A verified login becomes a session: made, stored, and whatever the browser held before ended (fixation).
//
// What the same user's session was in its last moment goes over to the new one, and of an anonymous one the back-ends'
// cookies (login/anonymous_jar.h); where a logout was faster in ending it,
// the login ends with it. References outlive the Task. Errors: conflict (the provider, or a logout, has ended it while
// it was being made), and the store's. Loop: the request's. Source: docs/contract/descriptor.md "Session";
// docs/contract/oidc.md 51, 57.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/external.h"
#include "http/message.h"
#include "identity/provider.h"
#include "login/parts.h"

namespace router::login {

struct OpenedSession {
  session::Snapshot created;
  std::string set_cookie;
  // Other users' sessions that the browser held, ended now: their back-ends have to hear of it.
  std::vector<session::Snapshot> replaced;
  // The same user's session that `created` stands for now, null if none: its back-ends go on, with their cookies;
  // what lasts (WebSockets) under the old id has to be closed.
  session::Snapshot taken_over;
};

struct LoginOrigin {
  std::string provider;     // binding name
  std::string application;  // the one that is logged in to again, may be empty
  base::WallTime started;   // when the browser was sent to the provider, or the password came
};

base::Task<base::Result<OpenedSession>> open_session(const Parts& parts, const http::Request& request,
                                                     const http::External& external, identity::Login login,
                                                     LoginOrigin from);

}  // namespace router::login
