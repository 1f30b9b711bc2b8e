// Logging in, as the pipeline sees it: start, callback, REST login, fresh tokens.
//
// Owner: the graph, one per configuration; what outlives a reload is in `Ongoing`. Threads: each call on the
// loop of its request, named `home`, where it also ends; the providers are asked on the background loop.
// References given to a call outlive its Task. Errors: see login/start.h, login/callback.h, login/refresh.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "http/external.h"
#include "http/message.h"
#include "login/callback.h"
#include "login/refresh.h"
#include "login/rest_login.h"
#include "login/setting.h"
#include "login/start.h"

namespace router::login {

// All of it outlives the service.
struct Surroundings {
  session::Store& store;
  base::Loop& background;
  const base::Clock& clock;
  Ongoing& ongoing;
  FindProvider find_provider;
  // Told, on the background loop, of sessions that ended because the provider took their grant back.
  session::SessionsOver session_over;
};

class Service {
 public:
  Service(const config::Configuration& config, Surroundings around);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // The answer to a navigation that needs a login: the page that keeps the fragment, or a 302, with its
  // cookies. `login.return_path`: usually return_path_of(target).
  base::Task<base::Result<http::Response>> start(const http::Request& request, const http::External& external,
                                                 LoginRequest login, base::Loop& home) const;
  bool is_callback(const http::Target& target) const { return target.path == config_.callback_endpoint; }
  base::Task<CallbackOutcome> callback(const http::Request& request, const http::External& external,
                                       base::Loop& home) const;
  // Null unless `am` is configured. See login/rest_login.h.
  const RestLogin* rest() const { return rest_ ? &*rest_ : nullptr; }
  // The session to go on with; null: it is over. Waits only for a session whose access token has expired; one
  // whose token is still good is refreshed meanwhile.
  base::Task<base::Result<session::Snapshot>> fresh_tokens(session::Snapshot session, base::Loop& home) const;

 private:
  const config::Configuration& config_;
  Setting setting_;
  std::optional<RestLogin> rest_;  // refers to setting_
  std::shared_ptr<const RefreshParts> refresh_;
};

}  // namespace router::login
