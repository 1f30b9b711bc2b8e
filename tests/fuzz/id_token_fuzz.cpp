// An id token that is taken is our issuer's, for us, of this login, in time; and what is kept of its claims
// is bounded. The input is its claims.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz/signed_claims.h"
#include "identity/claims.h"
#include "identity/id_token.h"

using namespace router;
using fuzz::require;

namespace {

constexpr const char* kNonce = "nonce";

void check_audience(const nlohmann::json& claims) {
  const auto& aud = claims.at("aud");
  if (aud.is_string()) {
    require(aud == fuzz::kClient, "it is for us");
  } else {
    require(std::find(aud.begin(), aud.end(), fuzz::kClient) != aud.end(), "it is for us");
    require(aud.size() == 1 || claims.contains("azp"), "of several, one is named");
  }
  require(!claims.contains("azp") || claims.at("azp") == fuzz::kClient, "it was issued to us");
}

void check_taken(const nlohmann::json& claims, const identity::Claims& taken, bool expiry_checked) {
  require(claims.at("iss") == fuzz::kIssuer && taken.issuer == fuzz::kIssuer, "it is our issuer's");
  check_audience(claims);
  require(claims.at("nonce") == kNonce, "it is of this login");
  require(claims.at("sub") == taken.subject && !taken.subject.empty(), "it says who");
  require(taken.subject.size() <= identity::kMaxNameChars && taken.idp_session_id.size() <= identity::kMaxNameChars,
          "names have a bounded length");
  require(!claims.contains("events"), "it is no logout token");
  require(claims.at("iat").get<double>() <= fuzz::kNow + 61, "it was not issued in the future");
  require(!expiry_checked || claims.at("exp").get<double>() > fuzz::kNow - 61, "it has not expired");
}

void check(std::string_view text, bool expiry_checked) {
  const identity::IdTokenExpectation expected{fuzz::kIssuer, fuzz::kClient, kNonce, "", expiry_checked};
  const auto taken = identity::check_id_token(fuzz::verified(text, "JWT"), expected, fuzz::now());
  if (taken) check_taken(nlohmann::json::parse(text), *taken, expiry_checked);
  require(taken.has_value() || !taken.error().detail.empty(), "a refusal says why");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto claims = fuzz::as_text(data, size);
  if (claims.empty() || claims.size() > crypto::kMaxTokenBytes / 2) return 0;  // no token
  check(claims, true);
  check(claims, false);
  return 0;
}
