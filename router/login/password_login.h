// Logins without a redirect: user and password of HTTP Basic, and callers that bring who they are with each request.
//
// Passwords are asked of the provider (password grant), slowed down by the throttle, and never logged. All references
// outlive the Tasks. Loop: the request's, `home`. Errors: unauthenticated (wrong user, password or token), those of
// the provider and of the store. Source: RFC 7617; RFC 6749 section 4.3; RFC 6750; docs/contract/descriptor.md
// "Identity".
#pragma once

#include <string>
#include <variant>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "http/external.h"
#include "http/message.h"
#include "login/basic_credentials.h"
#include "login/open_session.h"
#include "login/parts.h"

namespace router::login {

// base::seconds: too many tries or wrong passwords; when to come again.
template <class T>
using Throttled = std::variant<base::seconds, base::Result<T>>;

struct PasswordLogin {
  std::string provider;     // binding name
  std::string application;  // the one that is logged in to again, may be empty
  BasicCredentials credentials;
};

base::Task<Throttled<OpenedSession>> log_in_with_password(const Parts& parts, const http::Request& request,
                                                          const http::External& external, PasswordLogin wanted,
                                                          base::Loop& home);

// `field`: what x-approuter-authorization says, Bearer or Basic. What comes of it is a session in form only: without
// id, in no store, for this request.
base::Task<Throttled<session::Snapshot>> verify_caller(const Parts& parts, const http::External& external,
                                                       std::string provider, std::string field, base::Loop& home);

}  // namespace router::login
