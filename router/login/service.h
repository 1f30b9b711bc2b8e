// Logging in, as the pipeline sees it: start, callback, REST login, fresh tokens.
//
// Owner: the graph, one per configuration; what outlives a reload is in `Ongoing`. Threads: each call on the
// loop of its request, named `home`, where it also ends; the providers are asked on the background loop.
// References given to a call outlive its Task. Errors: see login/start.h, login/callback.h, login/refresh.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "http/external.h"
#include "http/message.h"
#include "login/callback.h"
#include "login/parts.h"
#include "login/password_login.h"
#include "login/refresh.h"
#include "login/rest_login.h"
#include "login/service_tokens.h"
#include "login/start.h"

namespace router::login {

class Service {
 public:
  explicit Service(Parts parts);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // The answer to a navigation that needs a login: the page that keeps the fragment, or a 302, with its
  // cookies. `login.return_path`: usually return_path_of(target).
  base::Task<base::Result<http::Response>> start(const http::Request& request, const http::External& external,
                                                 LoginRequest login, base::Loop& home) const;
  // At the root, where the application's own start page is, only what a provider sends.
  bool is_callback(const http::Target& target) const;
  base::Task<CallbackOutcome> callback(const http::Request& request, const http::External& external,
                                       base::Loop& home) const;
  // Set-Cookie values that delete what this browser holds of logins on their way: its user leaves.
  std::vector<std::string> forget_logins(const http::Request& request, const http::External& external) const;
  // Null unless `am` is configured. See login/rest_login.h.
  const RestLogin* rest() const { return rest_ ? &*rest_ : nullptr; }
  // See login/password_login.h.
  base::Task<Throttled<OpenedSession>> with_password(const http::Request& request, const http::External& external,
                                                     PasswordLogin wanted, base::Loop& home) const;
  base::Task<Throttled<session::Snapshot>> caller(const http::External& external, std::string provider,
                                                  std::string field, base::Loop& home) const;
  // Its request is over: a caller with a password had tokens of his own, which nobody will use again.
  void caller_left(const session::Session& caller) const;
  // The token that a bound service is called with, for a session's user or a caller.
  base::Task<base::Result<base::Secret>> service_token(ServiceOf service, session::Snapshot user, std::string tenant,
                                                       base::Loop& home) const;
  // The service has refused it (401). `user`: whose it is.
  base::Task<void> drop_service_token(session::Snapshot user, base::Secret token) const;
  // The session to go on with; null: it is over. Waits only for a session whose access token has expired; one
  // whose token is still good is refreshed meanwhile.
  // waits_for_tokens() says which: for those fresh_tokens() takes as long as the provider.
  bool waits_for_tokens(const session::Session& session) const;
  base::Task<base::Result<session::Snapshot>> fresh_tokens(session::Snapshot session, base::Loop& home) const;

 private:
  SharedParts parts_;
  std::optional<RestLogin> rest_;  // refers to parts_
  std::shared_ptr<ServiceTokens> service_tokens_;
};

}  // namespace router::login
