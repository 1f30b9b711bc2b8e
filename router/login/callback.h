// The browser comes back from the identity provider: from `code` and `state` to a session.
//
// Decides in this order: GET only; no parameter of the protocol twice; a `state` of ours; an attempt of this
// browser that goes with it and is not too old (else the login starts again, kMostRestarts times); a state is
// good for one token request; `iss`; the provider's error; then the code is exchanged. Who left an application has to
// prove anew who he is: `auth_time`, no older than the way to the provider, with a minute of skew. A new session always
// has a new id, and every session that the browser held ends (fixation). Source: OpenID Connect Core
// section 3.1.2.5; RFC 9207 section 2.4; RFC 9700 sections 2.1 and 4; docs/contract/oidc.md 4-17, 51, 57, 106.
#pragma once

#include <string>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "http/external.h"
#include "http/message.h"
#include "login/open_session.h"
#include "login/parts.h"

namespace router::login {

struct CallbackOutcome {
  // An error is for the usual error page.
  base::Result<http::Response> answer = http::Response();
  // Set-Cookie values that go with the answer, the error page included.
  std::vector<std::string> set_cookies;
  // `created` is null where no login came of it.
  OpenedSession opened;
};

// All references outlive the Task.
base::Task<CallbackOutcome> finish_login(const Parts& parts, const http::Request& request,
                                         const http::External& external, base::Loop& home);

}  // namespace router::login
