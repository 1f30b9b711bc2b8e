#include "identity/logout_token.h"

#include <nlohmann/json.hpp>

#include "identity/claims.h"
#include "identity/faults.h"

namespace router::identity {

namespace {

using nlohmann::json;

constexpr const char* kLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
constexpr long long kMaxAge = 300;
constexpr long long kMaxAgeWithoutExpiry = 120;

base::Result<void> check_event(const json& claims) {
  const auto events = claims.find("events");
  if (events == claims.end() || !events->is_object()) return refused_credential("claim events is missing");
  const auto event = events->find(kLogoutEvent);
  if (event == events->end() || !event->is_object()) return refused_credential("claim events names no logout");
  return {};
}

base::Result<void> check_age(const json& claims, base::WallTime now) {
  TimeRule times;
  times.exp_required = false;
  times.iat_required = true;
  if (auto good = check_times(claims, now, times); !good) return good;
  const auto issued = time_claim(claims, "iat");
  const long long age = base::unix_seconds(now) - **issued;
  if (age > (claims.contains("exp") ? kMaxAge : kMaxAgeWithoutExpiry)) {
    return refused_credential("the logout token is too old");
  }
  return {};
}

}  // namespace

base::Result<LogoutToken> check_logout_token(const crypto::JwsPayload& token, std::string_view issuer,
                                             std::string_view client_id, base::WallTime now) {
  const auto claims = parse_claims(token.payload);
  if (!claims) return claims.error();
  // Most providers say JWT, as of every token; the claims below tell it from any other kind.
  if (!has_type(token.header.typ, {"jwt", "logout+jwt"}))
    return refused_credential("the token is no logout token: typ");
  if (claims->contains("nonce")) return refused_credential("a logout token must not have a nonce");
  if (auto good = check_event(*claims); !good) return good.error();
  if (auto good = check_issuer(*claims, issuer); !good) return good.error();
  // `azp` is no claim of a logout token
  if (auto good = check_recipient(*claims, client_id); !good) return good.error();
  if (auto good = check_age(*claims, now); !good) return good.error();

  const auto jti = string_claim(*claims, "jti");
  const auto subject = string_claim(*claims, "sub");
  const auto sid = string_claim(*claims, "sid");
  for (const auto* claim : {&jti, &subject, &sid}) {
    if (!*claim) return claim->error();
  }
  if (!*jti) return refused_credential("claim jti is missing");
  if (!*subject && !*sid) return refused_credential("neither sub nor sid");
  return LogoutToken{std::string(issuer), subject->value_or(""), sid->value_or(""), **jti};
}

}  // namespace router::identity
