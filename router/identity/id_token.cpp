#include "identity/id_token.h"

#include <nlohmann/json.hpp>

#include "base/secret.h"
#include "identity/claims.h"
#include "identity/faults.h"

namespace router::identity {

namespace {

using nlohmann::json;

base::Result<void> check_nonce(const json& claims, const std::string& nonce) {
  if (nonce.empty()) return {};
  const auto claim = required_claim(claims, "nonce");
  if (!claim) return claim.error();
  if (!base::Secret::constant_time_equal(*claim, nonce)) return refused_credential("claim nonce is not ours");
  return {};
}

base::Result<void> check_subject(const json& claims, const std::string& subject) {
  const auto claim = required_claim(claims, "sub");
  if (!claim) return claim.error();
  if (!subject.empty() && *claim != subject) return refused_credential("claim sub names another user");
  return {};
}

}  // namespace

base::Result<Claims> check_id_token(const crypto::JwsPayload& token, const IdTokenExpectation& expected,
                                    base::WallTime now) {
  auto claims = parse_claims(token.payload);
  if (!claims) return std::move(claims).error();
  // Tokens of other kinds carry the same signature (RFC 8725 section 3.11).
  if (!has_type(token.header.typ, {"jwt"})) return refused_credential("the token is no id token: typ");
  if (claims->contains("events")) return refused_credential("the token is no id token: events");

  TimeRule times;
  times.iat_required = true;
  times.exp_checked = expected.expiry_checked;
  if (!expected.issuer.empty()) {
    if (auto good = check_issuer(*claims, expected.issuer); !good) return good.error();
  }
  if (auto good = check_audience(*claims, expected.client_id); !good) return good.error();
  if (auto good = check_times(*claims, now, times); !good) return good.error();
  if (auto good = check_nonce(*claims, expected.nonce); !good) return good.error();
  if (auto good = check_subject(*claims, expected.subject); !good) return good.error();
  if (auto sid = string_claim(*claims, "sid"); !sid) return sid.error();
  return collect_claims(*claims, token.payload);
}

}  // namespace router::identity
