// What outlives a reload of the configuration: the key that login cookies are sealed with where no secret is
// configured, the states that have been used, the refreshes under way, the passwords that were wrong.
//
// Owner: app/wiring, one per process. Loop: background, but for `process_key`, which never changes.
#pragma once

#include <memory>

#include "base/secret.h"
#include "crypto/random.h"
#include "login/refresh.h"
#include "login/throttle.h"
#include "session/recent_set.h"

namespace router::login {

struct Ongoing {
  explicit Ongoing(ThrottleRule password_rule = {}) : throttle(password_rule) {}

  const base::Secret process_key = base::Secret(crypto::random_token());
  session::RecentSet used_states{base::minutes(10), 256 * 1024};
  Throttle throttle;  // for every login with a password: REST, basic
  const std::shared_ptr<Refreshes> refreshes = std::make_shared<Refreshes>();
};

}  // namespace router::login
