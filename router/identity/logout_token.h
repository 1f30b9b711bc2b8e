// The checks on a logout token whose signature is right.
//
// `exp` may be missing, as in the first version of the standard: then `iat` may be 120 s old, else 300 s. A
// repeated `jti` is the caller's business. Pure. Errors: unauthenticated, the detail names the claim. Source:
// OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6; docs/contract/logout.md section 5.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/jws.h"
#include "identity/verified_claims.h"

namespace router::identity {

base::Result<LogoutToken> check_logout_token(const crypto::JwsPayload& token, std::string_view issuer,
                                             std::string_view client_id, base::WallTime now);

}  // namespace router::identity
