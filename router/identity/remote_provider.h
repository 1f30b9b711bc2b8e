// What xsuaa and OpenID providers have in common: the grants, revocation, the reachability probe.
//
// The protocols differ in where the endpoints come from and in which token says who the user is; those parts
// are virtual. Owner, threads and errors: see identity/provider.h. Metadata and keys outlive this object
// while a fetch is under way; the object itself must outlive its Tasks.
#pragma once

#include <memory>
#include <string>

#include "identity/access_token.h"
#include "identity/jwks_cache.h"
#include "identity/parts.h"
#include "identity/provider.h"
#include "identity/reachability.h"
#include "identity/token_client.h"

namespace router::identity {

class RemoteProvider : public Provider {
 public:
  const config::IdentityProvider& config() const final { return config_; }
  std::string authorization_url(const Metadata& metadata, const AuthorizationRequest& request) const final;

  base::Task<base::Result<Login>> exchange_code(CodeGrant grant) final;
  base::Task<base::Result<Login>> refresh(RefreshGrant grant) final;
  base::Task<base::Result<Login>> password_grant(PasswordGrant grant) final;
  base::Task<base::Result<void>> revoke(base::Secret token, std::string hint) final;
  base::Task<base::Result<void>> end_session(base::Secret id_token) final;
  base::Task<bool> is_reachable() final;

 protected:
  using Endpoints = std::shared_ptr<const Metadata>;

  RemoteProvider(config::IdentityProvider config, Parts parts);

  // What the tokens of an answer must say.
  struct Expectation {
    std::string nonce;    // empty: none was sent
    std::string subject;  // empty: any
    std::string tenant;   // empty: any
    bool is_refresh = false;
  };
  // Verifies the tokens and tells who the user is.
  virtual base::Task<base::Result<Login>> verify_answer(Endpoints endpoints, TokenAnswer answer,
                                                        Expectation expectation) = 0;

  // Signature of a token made for us, by the registered algorithm: with the provider's keys or the client
  // secret.
  base::Task<base::Result<crypto::JwsPayload>> verify_signature(Endpoints endpoints, std::string token);
  // Signature of an access token, which the provider signs as it likes, but never with our secret.
  base::Task<base::Result<crypto::JwsPayload>> verify_access_signature(Endpoints endpoints, std::string token,
                                                                       JwksCache::Refetch refetch);
  TokenSet token_set(TokenAnswer answer, std::optional<base::WallTime> access_expires) const;
  base::WallTime now() const { return parts_.clock.wall(); }

 private:
  base::Task<Endpoints> metadata_soon();

  const config::IdentityProvider config_;
  Parts parts_;
  TokenClient tokens_;
  std::shared_ptr<JwksCache> keys_;
  std::shared_ptr<Reachability> reachability_;
  const crypto::KeySet secret_keys_;
};

}  // namespace router::identity
