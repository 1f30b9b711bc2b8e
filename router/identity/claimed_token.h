// What a token says about itself before anything of it is believed: only to choose by whose keys it is checked.
//
// Linear in its length, at most crypto::kMaxTokenBytes. Pure; any thread. Source: RFC 7519 section 4.1; RFC 9068
// section 2.2; OpenID Connect Core 1.0 section 2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace router::identity {

struct ClaimedToken {
  std::string issuer;                // empty: it does not say
  std::vector<std::string> parties;  // whom it is for or was issued to: aud, azp, client_id, cid; a bounded few
};

// Absent: opaque, or no token that could be checked.
std::optional<ClaimedToken> read_claimed_token(std::string_view token);
// The same of its payload, as JSON.
std::optional<ClaimedToken> read_claims_of(std::string_view payload);

}  // namespace router::identity
