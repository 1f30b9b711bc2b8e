// A logout token that is taken says who is logged out, is for us, is new, and is no other kind of token. The
// input is its claims.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz/signed_claims.h"
#include "identity/logout_token.h"

using namespace router;
using fuzz::require;

namespace {

void check_taken(const nlohmann::json& claims, const identity::LogoutToken& token) {
  require(claims.at("iss") == fuzz::kIssuer && token.issuer == fuzz::kIssuer, "it is our issuer's");
  const auto& aud = claims.at("aud");
  require(aud == fuzz::kClient || (aud.is_array() && std::find(aud.begin(), aud.end(), fuzz::kClient) != aud.end()),
          "it is for us");
  require(!token.subject.empty() || !token.idp_session_id.empty(), "it says who");
  require(!token.jti.empty() && token.jti.size() <= 1024, "it has a name, of a bounded length");
  require(!claims.contains("nonce"), "it is no id token");
  require(claims.at("events").contains("http://schemas.openid.net/event/backchannel-logout"), "it is a logout");
  const auto issued = claims.at("iat").get<double>();
  require(issued <= fuzz::kNow + 61 && issued >= fuzz::kNow - 301, "it is new");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto claims = fuzz::as_text(data, size);
  if (claims.empty() || claims.size() > crypto::kMaxTokenBytes / 2) return 0;  // no token
  const auto other =
      identity::check_logout_token(fuzz::verified(claims, "at+jwt"), fuzz::kIssuer, fuzz::kClient, fuzz::now());
  require(!other.has_value(), "an access token is no logout token");
  const auto token =
      identity::check_logout_token(fuzz::verified(claims, "logout+jwt"), fuzz::kIssuer, fuzz::kClient, fuzz::now());
  if (token) check_taken(nlohmann::json::parse(claims), *token);
  require(token.has_value() || !token.error().detail.empty(), "a refusal says why");
  return 0;
}
