#include "identity/revocation_token.h"

#include <algorithm>
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
  const auto list = audiences(*claims);
  if (!list) return list.error();
  if (std::find(list->begin(), list->end(), audience) == list->end())
    return refused_credential("claim aud is not the URL of the endpoint");
  TimeRule times;
  times.iat_required = true;
  if (auto good = check_times(*claims, now, times); !good) return good.error();
  if (**time_claim(*claims, "exp") - **time_claim(*claims, "iat") > kLongestRevocationLife)
    return refused_credential("the token lives longer than ten minutes");
  const auto jti = string_claim(*claims, "jti");
  if (!jti) return jti.error();
  if (!*jti) return refused_credential("claim jti is missing");
  return **jti;
}

}  // namespace router::identity
