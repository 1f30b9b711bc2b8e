// The checks on an access token whose signature is right.
//
// Which kind of token it is, is told apart first where somebody else brought it (check_bearer_kind): whatever the
// router itself has put into a URL, an id token as hint, is no credential. xsuaa: `exp`, issued to us (`cid`) or meant
// for us (`aud`), a tenant (`zid`); `iss` is not compared. OpenID: `iss`, `exp`, and issued to us (`azp`, `client_id`)
// or meant for us (`aud`). Pure. Errors: unauthenticated. Source: docs/contract/descriptor.md "Identity", RFC 9068
// section 4, RFC 8725 section 3.11.
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

// An access token: by its `typ` (at+jwt); else it names scopes or a client and bears no mark of an id token (nonce,
// at_hash, c_hash, or a claim of some providers that says so). ias, whose callers have id tokens alone, takes one too
// that it issued to another application for this one: `aud` names us, `azp` somebody else.
base::Result<void> check_bearer_kind(const crypto::JwsPayload& token, const config::IdentityProvider& provider);

base::Result<AccessToken> check_xsuaa_token(const crypto::JwsPayload& token, const config::IdentityProvider& provider,
                                            base::WallTime now);
base::Result<AccessToken> check_openid_access_token(const crypto::JwsPayload& token, const std::string& issuer,
                                                    const std::string& client_id, base::WallTime now);

}  // namespace router::identity
