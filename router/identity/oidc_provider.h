// An OpenID provider (kinds ias and oidc): endpoints by discovery, the id token says who the user is.
//
// Owner, threads, errors: see identity/provider.h. Source: OpenID Connect Core 1.0; docs/contract/descriptor.md
// "Identity".
#pragma once

#include "identity/discovery.h"
#include "identity/remote_provider.h"

namespace router::identity {

class OidcProvider final : public RemoteProvider {
 public:
  OidcProvider(config::IdentityProvider config, Parts parts);

  base::Task<base::Result<std::shared_ptr<const Metadata>>> metadata() override;
  std::shared_ptr<const Metadata> known_metadata() const override { return discovery_->known(); }
  base::Result<void> check_callback_issuer(const Metadata& metadata,
                                           const std::optional<std::string>& iss) const override;
  base::Task<base::Result<Claims>> verify_access_token(std::string token) override;
  base::Task<base::Result<Claims>> verify_id_token_hint(std::string token) override;
  base::Task<base::Result<LogoutToken>> verify_logout_token(std::string token) override;

 protected:
  base::Task<base::Result<Login>> verify_answer(Endpoints endpoints, TokenAnswer answer,
                                                Expectation expectation) override;

 private:
  base::Task<std::optional<AccessToken>> readable_access_token(Endpoints endpoints, std::string token);
  base::Task<base::Result<Claims>> verify_id_token(Endpoints endpoints, std::string token, Expectation expectation);

  std::shared_ptr<Discovery> discovery_;
};

}  // namespace router::identity
