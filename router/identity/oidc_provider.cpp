#include "identity/oidc_provider.h"

#include "identity/claims.h"
#include "identity/faults.h"
#include "identity/id_token.h"
#include "identity/logout_token.h"

namespace router::identity {

OidcProvider::OidcProvider(config::IdentityProvider config, Parts parts)
    : RemoteProvider(std::move(config), parts), discovery_(std::make_shared<Discovery>(this->config(), parts)) {}

base::Task<base::Result<std::shared_ptr<const Metadata>>> OidcProvider::metadata() { return discovery_->get(); }

base::Result<void> OidcProvider::check_callback_issuer(const Metadata& metadata,
                                                       const std::optional<std::string>& iss) const {
  const auto refused = [](std::string detail) {
    return base::Error{base::ErrorCode::bad_request, base::Side::client, std::move(detail)};
  };
  if (iss && *iss != metadata.issuer) return refused("callback: iss is not the issuer that was asked");
  if (!iss && metadata.announces_iss) return refused("callback: iss is missing, the provider announces it");
  return {};
}

base::Task<base::Result<Login>> OidcProvider::verify_answer(Endpoints endpoints, TokenAnswer answer,
                                                            Expectation expectation) {
  const bool has_id_token = !answer.id_token.empty();
  if (!has_id_token && !expectation.nonce.empty()) co_return bad_answer("token endpoint: no id_token");

  Login login;
  if (has_id_token) {
    auto verifying = verify_id_token(endpoints, std::string(answer.id_token.reveal()), expectation);
    auto claims = co_await verifying;
    if (!claims) co_return std::move(claims).error();
    login.claims = *std::move(claims);
  }
  auto reading = readable_access_token(endpoints, std::string(answer.access_token.reveal()));
  auto access = co_await reading;
  if (!has_id_token) {
    if (expectation.is_refresh) {
      login.claims.issuer = endpoints->issuer;
      login.claims.subject = expectation.subject;
    } else if (access && !access->claims.subject.empty()) {
      login.claims = access->claims;
      login.claims.addresses.clear();  // an id token alone says so
    } else {
      co_return bad_answer("token endpoint: no id_token, and the access token does not say who the user is");
    }
  }
  if (const auto tenant = check_tenant(login.claims, expectation.tenant, false); !tenant) co_return tenant.error();
  if (access) {
    if (const auto tenant = check_tenant(access->claims, expectation.tenant, false); !tenant) co_return tenant.error();
  }
  login.claims.scopes = access ? access->claims.scopes : std::move(answer.scopes);
  login.tokens = token_set(std::move(answer), access ? access->expires : std::nullopt);
  co_return login;
}

base::Task<base::Result<Claims>> OidcProvider::verify_id_token(Endpoints endpoints, std::string token,
                                                               Expectation expectation) {
  const auto verified = co_await verify_signature(endpoints, std::move(token));
  if (!verified) co_return verified.error();
  IdTokenExpectation expected;
  expected.issuer = endpoints->issuer;
  expected.client_id = config().client_id;
  expected.nonce = expectation.nonce;
  expected.subject = expectation.subject;
  co_return check_id_token(*verified, expected, now());
}

// OpenID says nothing about the form of access tokens: one that is no token of ours is simply opaque.
base::Task<std::optional<AccessToken>> OidcProvider::readable_access_token(Endpoints endpoints, std::string token) {
  const auto verified = co_await verify_access_signature(endpoints, std::move(token), JwksCache::Refetch::never);
  if (!verified) co_return std::nullopt;
  auto checked = check_openid_access_token(*verified, endpoints->issuer, config().client_id, now());
  if (!checked) co_return std::nullopt;
  co_return *std::move(checked);
}

base::Task<base::Result<Claims>> OidcProvider::verify_access_token(std::string token) {
  const auto endpoints = co_await metadata();
  if (!endpoints) co_return endpoints.error();
  const auto verified = co_await verify_access_signature(*endpoints, std::move(token), JwksCache::Refetch::allowed);
  if (!verified) co_return verified.error();
  if (const auto kind = check_bearer_kind(*verified, config()); !kind) co_return kind.error();
  auto checked = check_openid_access_token(*verified, (*endpoints)->issuer, config().client_id, now());
  if (!checked) co_return std::move(checked).error();
  co_return std::move(checked->claims);
}

base::Task<base::Result<Claims>> OidcProvider::verify_id_token_hint(std::string token) {
  const auto endpoints = co_await metadata();
  if (!endpoints) co_return endpoints.error();
  const auto verified = co_await verify_signature(*endpoints, std::move(token));
  if (!verified) co_return verified.error();
  IdTokenExpectation expected;
  expected.issuer = (*endpoints)->issuer;
  expected.client_id = config().client_id;
  expected.expiry_checked = false;
  co_return check_id_token(*verified, expected, now());
}

base::Task<base::Result<LogoutToken>> OidcProvider::verify_logout_token(std::string token) {
  const auto endpoints = co_await metadata();
  if (!endpoints) co_return endpoints.error();
  const auto verified = co_await verify_signature(*endpoints, std::move(token));
  if (!verified) co_return verified.error();
  co_return check_logout_token(*verified, (*endpoints)->issuer, config().client_id, now());
}

}  // namespace router::identity
