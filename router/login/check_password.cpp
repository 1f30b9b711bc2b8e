#include "login/check_password.h"

#include <utility>

#include "base/log.h"

namespace router::login {

using base::ErrorCode;

base::Task<PasswordVerdict> check_password(Throttle& throttle, const base::Clock& clock,
                                           identity::Provider& provider, PasswordTry attempt) {
  // Most directories take an empty password for a login as nobody, and say yes.
  if (attempt.user.empty() || attempt.password.empty()) {
    base::Error error{ErrorCode::unauthenticated, base::Side::client, "no user or no password"};
    co_return PasswordVerdict(base::Result<identity::Login>(std::move(error)));
  }
  const auto key = Throttle::key_of(attempt.user, attempt.address);
  auto admission = throttle.begin(key, clock.steady());
  while (admission.busy) {
    const auto settled = admission.busy;
    co_await settled->wait();
    admission = throttle.begin(key, clock.steady());
  }
  if (admission.refused_for) {
    base::log_warning("login.throttled", {{"client", attempt.address}});
    co_return PasswordVerdict(*admission.refused_for);
  }
  identity::PasswordGrant grant{std::move(attempt.user), std::move(attempt.password), std::move(attempt.tenant)};
  auto asking = provider.password_grant(std::move(grant));
  auto login = co_await asking;
  if (login) {
    throttle.succeeded(key);
  } else if (login.error().code == ErrorCode::unauthenticated) {
    throttle.failed(key);
  } else {
    throttle.undecided(key);
  }
  co_return PasswordVerdict(std::move(login));
}

}  // namespace router::login
