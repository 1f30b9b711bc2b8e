// What logging in is made of: what it is given of the world around it, and the cookies that this makes.
//
// Owner: login::Service, through std::shared_ptr, for a refresh outlives a reload. Everything referred to
// outlives it. Immutable, but for `ongoing` (background loop).
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "config/model.h"
#include "login/ongoing.h"
#include "login/pending_login.h"
#include "login/refresh.h"
#include "login/service_tokens.h"
#include "session/session_cookie.h"
#include "session/store.h"

namespace router::login {

// How often a login whose attempt got lost is started again before the browser is shown an error.
inline constexpr int kMostRestarts = 3;
inline constexpr std::string_view kDefaultReturnPath = "/";

// What cookies and tokens of logins on their way are sealed with. Replicas share the configured secrets, so
// that any of them can finish what another one started.
crypto::SealingSecrets sealing_secrets(const config::Environment& environment, const Ongoing& ongoing);

struct Parts {
  std::shared_ptr<const config::Configuration> config;
  session::Store& store;
  base::Loop& background;
  const base::Clock& clock;
  Ongoing& ongoing;
  FindProvider find_provider;
  // Told, on the background loop, of sessions that a login has ended, that ended because the provider took
  // their grant back, or because the user has too many.
  session::SessionsOver session_over;
  AskServiceToken ask_service_token;

  // Made of the above.
  RefreshRules rules = refresh_rules(*config);
  session::SessionCookie session_cookie{*config};
  PendingLogins pending{sealing_secrets(config->environment, ongoing), session_cookie, config->environment.state_cache};
};

// The back-ends of sessions that have ended hear of it, whatever becomes of the login. Any thread.
void tell_over(const Parts& parts, std::vector<session::Snapshot> ended);

}  // namespace router::login
