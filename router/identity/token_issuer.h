// Somebody whose signed tokens count here although he is not bound as an identity provider: a transmitter of signals,
// who may ask for a global revocation. Keys by the metadata that he publishes.
//
// Asymmetric algorithms alone. Owner: TokenIssuers, one per issuer. Background loop. Errors: unauthenticated (the token
// is bad), unavailable (metadata or keys are missing for now, or the key may be new and the keys are not looked up again
// yet). Source: OpenID Shared Signals Framework 1.0 section 7;
// OpenID Connect Discovery 1.0 section 4; RFC 8725 section 3.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "crypto/jws.h"
#include "identity/discovery.h"
#include "identity/jwks_cache.h"

namespace router::identity {

class TokenIssuer {
 public:
  TokenIssuer(std::string issuer, std::string metadata_url, Parts parts);

  base::Task<base::Result<crypto::JwsPayload>> verify(std::string token);
  base::Task<base::Result<std::shared_ptr<const Metadata>>> metadata() { return discovery_->get(); }

 private:
  std::shared_ptr<Discovery> discovery_;
  std::shared_ptr<JwksCache> keys_;
};

class TokenIssuers {
 public:
  // Where the metadata of an issuer is.
  using MetadataUrl = std::string (*)(const std::string& issuer);

  TokenIssuers(const std::vector<std::string>& issuers, MetadataUrl metadata_url, Parts parts);

  // Whether it is these and no others.
  bool are(const std::vector<std::string>& issuers) const;
  // nullptr: nobody who counts here.
  TokenIssuer* find(std::string_view issuer) const;

 private:
  std::map<std::string, std::unique_ptr<TokenIssuer>, std::less<>> issuers_;
};

}  // namespace router::identity
