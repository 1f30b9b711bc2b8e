// The session that a login makes.
//
// With a new id and a CSRF token of its own, always. If the same user held a session before, the back-ends'
// cookies and the logout details go over to the new one, and of the applications that were logged out of, the
// one that is logged in to again comes back. Pure. Source: descriptor.md "Session"; logout.md section 2.
#pragma once

#include "config/model.h"
#include "http/external.h"
#include "identity/provider.h"
#include "login/pending_login.h"
#include "session/session.h"

namespace router::login {

bool is_same_user(const session::Session& a, const session::Session& b);

// `before`: what the browser held, may be null.
session::Session make_session(const config::Configuration& config, identity::Login login,
                              const PendingLogin& attempt, const session::Session* before,
                              const http::External& external, base::WallTime now);

}  // namespace router::login
