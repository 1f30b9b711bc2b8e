#include "identity/access_token.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "identity/claims.h"
#include "identity/faults.h"

namespace router::identity {

namespace {

using nlohmann::json;

bool names_client(const json& claims, std::initializer_list<const char*> names, const std::string& client_id) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) {
    const auto claim = string_claim(claims, name);
    return claim && *claim && **claim == client_id;
  });
}

// xsuaa lists audiences also as "<xsappname>.<scope>".
bool is_meant_for(const json& claims, const config::IdentityProvider& provider) {
  const auto list = audiences(claims);
  if (!list) return false;
  return std::any_of(list->begin(), list->end(), [&](const std::string& audience) {
    const auto application = base::cut(audience, '.').before;
    return audience == provider.client_id || application == provider.client_id ||
           (!provider.xsappname.empty() && (audience == provider.xsappname || application == provider.xsappname));
  });
}

// A logout token or the like, signed with the same key, is no bearer token (RFC 8725 section 3.11).
base::Result<json> access_claims(const crypto::JwsPayload& token) {
  auto claims = parse_claims(token.payload);
  if (!claims) return claims;
  if (!has_type(token.header.typ, {"jwt", "at+jwt"})) return refused_credential("the token is no access token: typ");
  if (claims->contains("events")) return refused_credential("the token is no access token: events");
  return claims;
}

bool holds_any(const json& claims, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return claims.contains(name); });
}

// Keycloak's and Cognito's words for it.
bool is_called_id_token(const json& claims) {
  const auto says = [&](const char* name, std::string_view word) {
    const auto claim = string_claim(claims, name);
    return claim && *claim && base::equals_ignoring_case(**claim, word);
  };
  return says("typ", "ID") || says("token_use", "id");
}

bool has_mark_of_id_token(const json& claims) {
  return holds_any(claims, {"nonce", "at_hash", "c_hash"}) || is_called_id_token(claims);
}

bool is_issued_to_another_for(const json& claims, const std::string& client_id) {
  const auto list = audiences(claims);
  const auto party = string_claim(claims, "azp");
  return list && std::find(list->begin(), list->end(), client_id) != list->end() && party && *party &&
         **party != client_id;
}

}  // namespace

base::Result<void> check_bearer_kind(const crypto::JwsPayload& token, const config::IdentityProvider& provider) {
  const auto claims = access_claims(token);
  if (!claims) return claims.error();
  if (!token.header.typ.empty() && has_type(token.header.typ, {"at+jwt"})) return {};
  const bool grants = holds_any(*claims, {"scope", "client_id", "cid"});
  if (grants && !has_mark_of_id_token(*claims)) return {};
  if (provider.kind == config::ProviderKind::ias && is_issued_to_another_for(*claims, provider.client_id)) return {};
  return refused_credential("the token is no access token: an id token is no credential");
}

base::Result<AccessToken> check_xsuaa_token(const crypto::JwsPayload& token, const config::IdentityProvider& provider,
                                            base::WallTime now) {
  const auto claims = access_claims(token);
  if (!claims) return claims.error();
  if (auto good = check_times(*claims, now, TimeRule{}); !good) return good.error();
  if (!names_client(*claims, {"cid", "client_id"}, provider.client_id) && !is_meant_for(*claims, provider)) {
    return refused_credential("neither cid nor aud names this client");
  }
  if (const auto tenant = required_claim(*claims, "zid"); !tenant) return tenant.error();
  return AccessToken{collect_claims(*claims, token.payload), expiry_of(*claims)};
}

base::Result<AccessToken> check_openid_access_token(const crypto::JwsPayload& token, const std::string& issuer,
                                                    const std::string& client_id, base::WallTime now) {
  const auto claims = access_claims(token);
  if (!claims) return claims.error();
  if (auto good = check_issuer(*claims, issuer); !good) return good.error();
  if (auto good = check_times(*claims, now, TimeRule{}); !good) return good.error();
  const auto list = audiences(*claims);
  const bool meant = list && std::find(list->begin(), list->end(), client_id) != list->end();
  if (!meant && !names_client(*claims, {"azp", "client_id"}, client_id)) {
    return refused_credential("neither aud nor azp nor client_id names this client");
  }
  return AccessToken{collect_claims(*claims, token.payload), expiry_of(*claims)};
}

}  // namespace router::identity
