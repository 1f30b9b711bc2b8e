// What outlives a reload of the configuration, on this replica only: the key that login cookies are sealed with where no
// secret is configured, the refreshes under way, the passwords that were wrong, what strangers tried.
//
// Owner: app/parts, one per process. Loop: background, but for `process_key`, which never changes.
#pragma once

#include <memory>

#include "base/secret.h"
#include "crypto/random.h"
#include "login/refresh.h"
#include "session/address_limit.h"
#include "session/doors.h"
#include "session/token_attempt.h"

namespace router::login {

struct Ongoing {
  // `callbacks`: that may fail, a minute and address; 0 = no limit.
  explicit Ongoing(std::shared_ptr<session::Doors> with = std::make_shared<session::Doors>(), unsigned callbacks = 300)
      : doors(std::move(with)), failed_callbacks(callbacks) {}

  const base::Secret process_key = base::Secret(crypto::random_token());
  const std::shared_ptr<session::Doors> doors;  // for every login with a password: REST, basic, callers
  // Each costs the provider a call with our credentials. Any thread.
  session::AddressLimit failed_callbacks;
  session::BadTokens bad_bearer_tokens;
  const std::shared_ptr<Refreshes> refreshes = std::make_shared<Refreshes>();
};

}  // namespace router::login
