// An XSUAA binding: fixed endpoints below its url, the access token says who the user is.
//
// Its access tokens are always JWTs, verified before anything is taken from them; their issuer is not
// compared (docs/contract/descriptor.md "Identity"). XSUAA knows no back-channel logout: verify_logout_token refuses.
// Owner, threads, errors: see identity/provider.h.
#pragma once

#include "identity/remote_provider.h"

namespace router::identity {

class XsuaaProvider final : public RemoteProvider {
 public:
  XsuaaProvider(config::IdentityProvider config, Parts parts);

  base::Task<base::Result<std::shared_ptr<const Metadata>>> metadata() override;
  std::shared_ptr<const Metadata> known_metadata() const override { return metadata_; }
  base::Result<void> check_callback_issuer(const Metadata& metadata,
                                           const std::optional<std::string>& iss) const override;
  base::Task<base::Result<Claims>> verify_access_token(std::string token) override;
  base::Task<base::Result<Claims>> verify_id_token_hint(std::string token) override;
  base::Task<base::Result<LogoutToken>> verify_logout_token(std::string token) override;

 protected:
  base::Task<base::Result<Login>> verify_answer(Endpoints endpoints, TokenAnswer answer,
                                                Expectation expectation) override;

 private:
  base::Task<base::Result<AccessToken>> check_access_token(std::string token);
  base::Task<base::Result<Claims>> check_identity(std::string id_token, Expectation expectation, bool expiry_checked);

  const std::shared_ptr<const Metadata> metadata_;
};

}  // namespace router::identity
