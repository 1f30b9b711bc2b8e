#include "identity/revocation_token.h"

#include <nlohmann/json.hpp>

#include "identity/claims.h"
#include "identity/faults.h"

namespace router::identity {

namespace {

constexpr long long kLongestRevocationLife = 600;

}  // namespace

base::Result<std::string> check_revocation_token(const crypto::JwsPayload& token, std::string_view issuer,
                                                 std::string_view audience, base::WallTime now) {
  if (!has_type(token.header.typ, {"jwt", "global-token-revocation+jwt"}))
    return refused_credential("the token asks for no revocation: typ");
  const auto claims = parse_claims(token.payload);
  if (!claims) return claims.error();
  for (const char* foreign : {"scope", "scp", "client_id", "nonce"}) {
    if (claims->contains(foreign))
      return refused_credential(std::string("the token asks for no revocation: ") + foreign);
  }
  if (auto good = check_issuer(*claims, issuer); !good) return good.error();
  if (auto good = check_recipient(*claims, audience); !good) return good.error();
  TimeRule times;
  times.iat_required = true;
  if (auto good = check_times(*claims, now, times); !good) return good.error();
  if (**time_claim(*claims, "exp") - **time_claim(*claims, "iat") > kLongestRevocationLife)
    return refused_credential("the token lives longer than ten minutes");
  return required_claim(*claims, "jti");
}

}  // namespace router::identity
