#include "identity/xsuaa_provider.h"

#include "identity/claims.h"
#include "identity/faults.h"
#include "identity/id_token.h"
#include "identity/metadata.h"

namespace router::identity {

XsuaaProvider::XsuaaProvider(config::IdentityProvider config, Parts parts)
    : RemoteProvider(std::move(config), parts),
      metadata_(std::make_shared<const Metadata>(xsuaa_metadata(this->config()))) {}

base::Task<base::Result<std::shared_ptr<const Metadata>>> XsuaaProvider::metadata() {
  co_return base::Result<std::shared_ptr<const Metadata>>(metadata_);
}

// XSUAA sends no `iss`. One that names somebody else means an answer from another provider (RFC 9207
// section 2.4).
base::Result<void> XsuaaProvider::check_callback_issuer(const Metadata& metadata,
                                                        const std::optional<std::string>& iss) const {
  if (!iss || *iss == metadata.issuer || *iss == metadata.issuer + "/oauth/token") return {};
  return base::Error{base::ErrorCode::bad_request, base::Side::client, "callback: iss names another provider"};
}

base::Task<base::Result<Login>> XsuaaProvider::verify_answer(Endpoints, TokenAnswer answer, Expectation expectation) {
  auto checking_access = check_access_token(std::string(answer.access_token.reveal()));
  auto access = co_await checking_access;
  if (!access) co_return std::move(access).error();
  if (access->claims.subject.empty()) co_return refused_credential("claim sub is missing");
  if (!expectation.subject.empty() && access->claims.subject != expectation.subject) {
    co_return refused_credential("claim sub names another user");
  }
  if (const auto tenant = check_tenant(access->claims, expectation.tenant, true); !tenant) co_return tenant.error();
  if (!answer.id_token.empty()) {
    expectation.subject = access->claims.subject;
    auto checking_identity = check_identity(std::string(answer.id_token.reveal()), std::move(expectation), true);
    const auto identity = co_await checking_identity;
    if (!identity) co_return identity.error();
    if (access->claims.idp_session_id.empty()) access->claims.idp_session_id = identity->idp_session_id;
    if (!access->claims.authenticated) access->claims.authenticated = identity->authenticated;
  }
  Login login;
  login.claims = std::move(access->claims);
  login.tokens = token_set(std::move(answer), access->expires);
  co_return login;
}

base::Task<base::Result<AccessToken>> XsuaaProvider::check_access_token(std::string token) {
  const auto verified = co_await verify_access_signature(metadata_, std::move(token), JwksCache::Refetch::allowed);
  if (!verified) co_return verified.error();
  co_return check_xsuaa_token(*verified, config(), now());
}

base::Task<base::Result<Claims>> XsuaaProvider::check_identity(std::string id_token, Expectation expectation,
                                                               bool expiry_checked) {
  const auto verified = co_await verify_signature(metadata_, std::move(id_token));
  if (!verified) co_return verified.error();
  IdTokenExpectation expected;
  expected.client_id = config().client_id;
  expected.nonce = std::move(expectation.nonce);
  expected.subject = std::move(expectation.subject);
  expected.expiry_checked = expiry_checked;
  co_return check_id_token(*verified, expected, now());
}

base::Task<base::Result<Claims>> XsuaaProvider::verify_access_token(std::string token) {
  const auto verified = co_await verify_access_signature(metadata_, std::move(token), JwksCache::Refetch::allowed);
  if (!verified) co_return verified.error();
  if (const auto kind = check_bearer_kind(*verified, config()); !kind) co_return kind.error();
  auto access = check_xsuaa_token(*verified, config(), now());
  if (!access) co_return std::move(access).error();
  co_return std::move(access->claims);
}

base::Task<base::Result<Claims>> XsuaaProvider::verify_id_token_hint(std::string token) {
  Expectation expectation;
  auto claims = co_await check_identity(std::move(token), std::move(expectation), false);
  co_return claims;
}

base::Task<base::Result<LogoutToken>> XsuaaProvider::verify_logout_token(std::string) {
  co_return refused_credential("xsuaa sends no logout tokens");
}

}  // namespace router::identity
