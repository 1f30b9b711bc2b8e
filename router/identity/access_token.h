// The checks on an access token whose signature is right.
//
// xsuaa: `exp`, issued to us (`cid`) or meant for us (`aud`), a tenant (`zid`); `iss` is not compared.
// OpenID: `iss`, `exp`, and issued to us (`azp`, `client_id`) or meant for us (`aud`).
// Pure. Errors: unauthenticated. Source: spec/descriptor.md "Identity", RFC 9068 section 4.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "config/model.h"
#include "crypto/jws.h"
#include "identity/verified_claims.h"

namespace router::identity {

struct AccessToken {
  Claims claims;
  std::optional<base::WallTime> expires;
};

base::Result<AccessToken> check_xsuaa_token(const crypto::JwsPayload& token,
                                            const config::IdentityProvider& provider, base::WallTime now);
base::Result<AccessToken> check_openid_access_token(const crypto::JwsPayload& token,
                                                    const std::string& issuer, const std::string& client_id,
                                                    base::WallTime now);

}  // namespace router::identity
