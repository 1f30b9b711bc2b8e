#include "identity/claimed_token.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/jose_json.h"
#include "crypto/jws.h"

namespace router::identity {

namespace {

using nlohmann::json;

// More than these are nobody's honest audiences; a token with more is still checked, by each that its issuer fits.
constexpr std::size_t kMostParties = 64;

void add_texts(const json& claims, const char* name, std::vector<std::string>& texts) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) return;
  if (claim->is_string()) texts.push_back(claim->get<std::string>());
  if (!claim->is_array()) return;
  for (const json& entry : *claim) {
    if (entry.is_string() && texts.size() < kMostParties) texts.push_back(entry.get<std::string>());
  }
}

}  // namespace

std::optional<ClaimedToken> read_claimed_token(std::string_view token) {
  if (token.size() > crypto::kMaxTokenBytes) return std::nullopt;
  const auto [header, rest] = base::cut(token, '.');
  if (header.empty() || !rest) return std::nullopt;
  const auto payload = crypto::base64url_decode(base::cut(*rest, '.').before);
  return payload ? read_claims_of(*payload) : std::nullopt;
}

std::optional<ClaimedToken> read_claims_of(std::string_view payload) {
  const auto claims = crypto::parse_json_object(payload);
  if (!claims) return std::nullopt;
  ClaimedToken claimed;
  if (const auto issuer = claims->find("iss"); issuer != claims->end() && issuer->is_string())
    claimed.issuer = issuer->get<std::string>();
  for (const char* name : {"azp", "client_id", "cid", "aud"}) add_texts(*claims, name, claimed.parties);
  return claimed;
}

}  // namespace router::identity
