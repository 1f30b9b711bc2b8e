// What starting and finishing a login needs of the world around it.
//
// Owner: login::Service. Everything referred to outlives it; immutable, but for `ongoing` (background loop).
#pragma once

#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "config/model.h"
#include "login/ongoing.h"
#include "login/pending_login.h"
#include "login/refresh.h"
#include "session/session_cookie.h"
#include "session/store.h"

namespace router::login {

// How often a login whose attempt got lost is started again before the browser is shown an error.
inline constexpr int kMostRestarts = 3;
inline constexpr std::string_view kDefaultReturnPath = "/";

struct Setting {
  const config::Configuration& config;
  session::Store& store;
  base::Loop& background;
  const base::Clock& clock;
  FindProvider find_provider;
  Ongoing& ongoing;
  session::SessionCookie session_cookie;
  PendingLogins pending;  // refers to session_cookie
  session::SessionsOver session_over;  // told, on the background loop, of sessions that a login has ended
};

// The back-ends of sessions that have ended hear of it, whatever becomes of the login. Any thread.
inline void tell_over(const Setting& setting, std::vector<session::Snapshot> ended) {
  if (ended.empty()) return;
  setting.background.post(
      [tell = setting.session_over, ended = std::move(ended)] { base::start_detached(tell(ended)); });
}

}  // namespace router::login
