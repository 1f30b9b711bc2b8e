#include "login/password_login.h"

#include <utility>

#include "identity/claims.h"
#include "login/check_password.h"
#include "login/new_session.h"
#include "login/orphaned_tokens.h"

namespace router::login {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

Error refused(std::string detail) { return {ErrorCode::unauthenticated, Side::client, std::move(detail)}; }

Result<identity::Provider*> provider_of(const Parts& parts, const std::string& name) {
  auto* provider = name.empty() ? nullptr : parts.find_provider(name);
  if (provider != nullptr) return provider;
  return Error{ErrorCode::unavailable, Side::identity_provider, "no identity provider is bound for this route"};
}

Task<Throttled<identity::Login>> ask_password(const Parts& parts, const http::External& external, std::string name,
                                              BasicCredentials credentials, base::Loop& home) {
  const auto provider = provider_of(parts, name);
  if (!provider) co_return Result<identity::Login>(provider.error());
  PasswordTry attempt{std::move(credentials.user), std::move(credentials.password), external.client_address,
                      external.tenant};
  auto checking = base::run_on(parts.background, home,
                               check_password(*parts.ongoing.doors, parts.clock, **provider, std::move(attempt)));
  auto verdict = co_await checking;
  auto* login = std::get_if<Result<identity::Login>>(&verdict);
  if (login == nullptr || !*login) co_return verdict;
  const auto lasting =
      check_validity((*login)->tokens, parts.config->environment.minimum_token_validity, parts.clock.wall());
  if (!lasting) {
    give_back_soon(parts, name, std::move((*login)->tokens.refresh_token));
    co_return Result<identity::Login>(lasting.error());
  }
  co_return verdict;
}

Task<Result<identity::Login>> verify_token(identity::Provider& provider, std::string token, std::string tenant) {
  auto verifying = provider.verify_access_token(token);
  auto claims = co_await verifying;
  if (!claims) co_return std::move(claims).error();
  const bool is_xsuaa = provider.config().kind == config::ProviderKind::xsuaa;
  if (const auto fitting = identity::check_tenant(*claims, tenant, is_xsuaa); !fitting) co_return fitting.error();
  identity::Login login;
  login.claims = *std::move(claims);
  login.tokens.access_token = base::Secret(std::move(token));
  co_return login;
}

// On the background loop.
Task<Throttled<identity::Login>> try_token(const Parts& parts, identity::Provider& provider, std::string token,
                                           const http::External& external) {
  session::TokenAttempt attempt(parts.ongoing.bad_bearer_tokens, external.client_address, token, parts.clock.steady());
  if (!attempt.is_admitted()) co_return base::seconds(1);
  auto verifying = verify_token(provider, std::move(token), external.tenant);
  auto login = co_await verifying;
  // a provider that is away says nothing about the token
  if (login || login.error().code != ErrorCode::unauthenticated) attempt.accepted(parts.clock.steady());
  co_return login;
}

Task<Throttled<identity::Login>> ask_token(const Parts& parts, const http::External& external, std::string name,
                                           std::string token, base::Loop& home) {
  const auto provider = provider_of(parts, name);
  if (!provider) co_return Result<identity::Login>(provider.error());
  auto trying = base::run_on(parts.background, home, try_token(parts, **provider, std::move(token), external));
  auto login = co_await trying;
  co_return login;
}

}  // namespace

Task<Throttled<OpenedSession>> log_in_with_password(const Parts& parts, const http::Request& request,
                                                    const http::External& external, PasswordLogin wanted,
                                                    base::Loop& home) {
  const auto started = parts.clock.wall();
  auto asking = ask_password(parts, external, wanted.provider, std::move(wanted.credentials), home);
  auto verdict = co_await asking;
  if (const auto* wait = std::get_if<base::seconds>(&verdict)) co_return *wait;
  auto& login = std::get<Result<identity::Login>>(verdict);
  if (!login) co_return Result<OpenedSession>(login.error());
  LoginOrigin origin{std::move(wanted.provider), std::move(wanted.application), started};
  auto opening = open_session(parts, request, external, *std::move(login), std::move(origin));
  auto opened = co_await opening;
  co_return opened;
}

Task<Throttled<session::Snapshot>> verify_caller(const Parts& parts, const http::External& external,
                                                 std::string provider, std::string field, base::Loop& home) {
  Throttled<identity::Login> verdict =
      Result<identity::Login>(refused("x-approuter-authorization: no Bearer, no Basic"));
  if (auto token = read_bearer_token(field)) {
    auto asking = ask_token(parts, external, provider, *std::move(token), home);
    verdict = co_await asking;
  } else if (auto credentials = read_basic_credentials(field)) {
    auto asking = ask_password(parts, external, provider, *std::move(credentials), home);
    verdict = co_await asking;
  }
  if (const auto* wait = std::get_if<base::seconds>(&verdict)) co_return *wait;
  auto& login = std::get<Result<identity::Login>>(verdict);
  if (!login) co_return Result<session::Snapshot>(login.error());
  auto user = std::make_shared<const session::Session>(make_user(provider, *std::move(login), external));
  co_return Result<session::Snapshot>(std::move(user));
}

}  // namespace router::login
