// REST login: user and password in, a session token out, without a browser.
//
// The provider checks the password (OAuth 2 password grant); wrong ones are limited. The answer's `tokenId`
// is the session's id. The details that its logout will show are those of the journey at this moment. A
// journey without session, or `?noSession=true`, only says that the password is right. No cookie is set.
// Owner: Service. Immutable. answer() is called on the request's loop, named `home`, and ends there; errors
// are answers, in the dialect's JSON. Source: "Set Logout Details node"; docs/contract/logout.md section 3.
#pragma once

#include <string>

#include "base/loop.h"
#include "base/task.h"
#include "http/external.h"
#include "http/message.h"
#include "login/check_password.h"
#include "login/parts.h"
#include "login/rest_request.h"

namespace router::login {

class RestLogin {
 public:
  // All of it outlives this object.
  RestLogin(const config::Am& am, const Parts& parts, const crypto::SealingSecrets& secrets)
      : am_(am), parts_(parts), requests_(am, secrets) {}

  bool is_login(const http::Target& target) const { return requests_.is_login(target); }
  // `body`: at most kMaxRestBody + 1 bytes of it. All references outlive the Task.
  base::Task<http::Response> answer(const http::Request& request, const http::External& external, std::string body,
                                    base::Loop& home) const;

 private:
  base::Task<http::Response> log_in(RestAsk ask, const http::Request& request, const http::External& external,
                                    base::Loop& home) const;
  base::Task<http::Response> open_session(const identity::Provider& provider, RestStart start, identity::Login login,
                                          const http::Request& request, const http::External& external,
                                          base::WallTime started) const;
  std::string success(std::string_view member, std::string_view value) const;

  const config::Am& am_;
  const Parts& parts_;
  RestRequests requests_;
};

}  // namespace router::login
