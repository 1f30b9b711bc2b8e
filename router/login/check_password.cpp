#include "login/check_password.h"

#include <utility>

#include "login/login_outcome.h"

namespace router::login {

using base::ErrorCode;

namespace {

using Outcome = session::Doors::Outcome;

// An xsuaa has the users of each tenant apart; elsewhere the host a client names makes no other user.
std::string realm_of(const identity::Provider& provider, const std::string& tenant) {
  const bool per_tenant = provider.config().kind == config::ProviderKind::xsuaa;
  return provider.config().name + '\n' + (per_tenant ? tenant : "");
}

Outcome outcome_of(const base::Result<identity::Login>& login) {
  if (login) return Outcome::succeeded;
  return login.error().code == ErrorCode::unauthenticated ? Outcome::failed : Outcome::undecided;
}

}  // namespace

base::Task<PasswordVerdict> check_password(session::Doors& doors, const base::Clock& clock,
                                           identity::Provider& provider, PasswordTry attempt) {
  // Most directories take an empty password for a login as nobody, and say yes.
  if (attempt.user.empty() || attempt.password.empty()) {
    base::Error error{ErrorCode::unauthenticated, base::Side::client, "no user or no password"};
    co_return PasswordVerdict(base::Result<identity::Login>(std::move(error)));
  }
  const session::Doors::Visitor visitor(realm_of(provider, attempt.tenant), attempt.user, attempt.address);
  auto admitting = session::admit(doors, clock, visitor);
  const auto refused_for = co_await admitting;
  if (refused_for) co_return PasswordVerdict(*refused_for);
  identity::PasswordGrant grant{std::move(attempt.user), std::move(attempt.password), std::move(attempt.tenant)};
  auto asking = provider.password_grant(std::move(grant));
  auto login = co_await asking;
  auto concluding = session::conclude(doors, visitor, outcome_of(login));
  co_await concluding;
  note_login(provider.config().name, visitor.address, login ? nullptr : &login.error());
  co_return PasswordVerdict(std::move(login));
}

}  // namespace router::login
