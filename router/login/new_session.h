// The session that a login makes.
//
// With a new id and a CSRF token of its own, always. If the same user held a session before, the back-ends'
// cookies and the logout details go over to the new one, and of the applications that were logged out of, the
// one that is logged in to again comes back: of that session as it was when it ended, so that nothing that happened to
// it until then is lost. Pure. Source: docs/contract/descriptor.md "Session"; docs/contract/logout.md section 2.
#pragma once

#include "config/model.h"
#include "http/external.h"
#include "identity/provider.h"
#include "session/session.h"

namespace router::login {

// Of the same tenant: one who is known in two is two users.
bool is_same_user(const session::Session& a, const session::Session& b);

struct SessionOrigin {
  std::string provider;    // binding name
  base::WallTime started;  // when the browser was sent to the provider, or the password came
};
session::Session make_session(const config::Configuration& config, identity::Login login, const SessionOrigin& origin,
                              const http::External& external, base::WallTime now);

// `before`: a session of the same user that has ended. `application`: the one that is logged in to again, may be empty.
void take_over(const session::Session& before, const std::string& application, session::Session& session);

// Who the user is, and nothing else: a session in form, without id, that no store knows.
session::Session make_user(const std::string& provider, identity::Login login, const http::External& external);

}  // namespace router::login
