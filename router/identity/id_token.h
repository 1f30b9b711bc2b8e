// The checks on an id token whose signature is right.
//
// Pure. Errors: unauthenticated, the detail names the claim.
// Source: OpenID Connect Core 1.0 section 3.1.3.7 (login), 12.2 (refresh); RP-Initiated Logout 1.0 section 2
// (hint).
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/jws.h"
#include "identity/verified_claims.h"

namespace router::identity {

struct IdTokenExpectation {
  std::string issuer;          // empty: not compared (xsuaa)
  std::string client_id;       // among `aud`
  std::string nonce;           // empty: none was sent
  std::string subject;         // empty: any
  bool expiry_checked = true;  // false for a hint, which is old by nature
};

base::Result<Claims> check_id_token(const crypto::JwsPayload& token, const IdTokenExpectation& expected,
                                    base::WallTime now);

}  // namespace router::identity
