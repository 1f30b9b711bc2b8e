// The checks on a token that asks for a global revocation, whose signature is right.
//
// It names us (`aud`: the URL of the endpoint), says when it was made, lives ten minutes at most and has a name; it is
// no access token and no id token, which an issuer signs with the same keys. A repeated `jti` is the caller's business.
// Pure; any thread. Errors: unauthenticated, the detail names the claim. Source:
// draft-parecki-oauth-global-token-revocation-05, "Revocation Request"; RFC 7519 section 4.1; RFC 8725 section 3.11.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/jws.h"

namespace router::identity {

// Its `jti`.
base::Result<std::string> check_revocation_token(const crypto::JwsPayload& token, std::string_view issuer,
                                                 std::string_view audience, base::WallTime now);

}  // namespace router::identity
