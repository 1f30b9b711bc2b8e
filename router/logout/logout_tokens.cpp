#include "logout/logout_tokens.h"

#include <nlohmann/json.hpp>

#include "crypto/random.h"

namespace router::logout {
namespace {

using crypto::SigningKey;
using nlohmann::json;

constexpr const char* kBackChannelLogout = "http://schemas.openid.net/event/backchannel-logout";
constexpr base::seconds kGoodFor{120};
constexpr std::size_t kTransactionPrefix = 12;
constexpr std::string_view kKeyPurpose = "logout tokens";

// Absent: neither says one.
std::optional<SigningKey> key_from(const base::Secret& pem, const base::Secret& secret) {
  // what the configuration gives has been checked there
  if (auto key = SigningKey::from_pem(pem)) return *std::move(key);
  if (!secret.empty()) return SigningKey::derive_p256(secret, kKeyPurpose);
  return std::nullopt;
}

SigningKey key_or_own(const base::Secret& pem, const base::Secret& secret) {
  auto key = key_from(pem, secret);
  return key ? *std::move(key) : SigningKey::generate_p256();
}

}  // namespace

LogoutTokens::LogoutTokens(const Keys& keys, const crypto::SealingSecrets& secrets, std::string issuer,
                           const base::Clock& clock)
    : key_(key_or_own(keys.current, secrets.current)), issuer_(std::move(issuer)), clock_(clock) {
  own_transactions_ = key_.kid().substr(0, kTransactionPrefix) + ".";
  jwks_ = "{\"keys\":[" + key_.public_jwk();
  const auto previous = key_from(keys.previous, secrets.previous);
  if (previous && previous->kid() != key_.kid()) jwks_ += "," + previous->public_jwk();
  jwks_ += "]}";
}

base::Result<std::string> LogoutTokens::make(const CallRecord& call, const CallTarget& target) const {
  const auto& issuer = issuer_.empty() ? call.session_origin : issuer_;
  // nobody could believe it, and who refuses one is never told again
  if (issuer.empty() || call.session_name.empty()) {
    return base::Error{base::ErrorCode::internal, base::Side::router, "the call does not say of which session it is"};
  }
  const auto now = base::unix_seconds(clock_.wall());
  json claims{{"iss", issuer},
              {"aud", target.audience},
              {"iat", now},
              {"exp", now + kGoodFor.count()},
              {"jti", crypto::random_token(16)},
              {"sid", call.session_name},
              {"events", {{kBackChannelLogout, json::object()}}}};
  if (!call.subject.empty()) claims["sub"] = call.subject;
  return key_.sign(claims.dump(-1, ' ', false, json::error_handler_t::replace), "logout+jwt");
}

base::Result<std::string> LogoutTokens::make_signal(const CallRecord& call, const CallTarget& target) const {
  const auto& issuer = issuer_.empty() ? call.session_origin : issuer_;
  auto claims = json::parse(call.signal, nullptr, false);
  if (issuer.empty() || !claims.is_object())
    return base::Error{base::ErrorCode::internal, base::Side::router, "the call does not say what it tells, or who"};
  claims["iss"] = issuer;
  claims["aud"] = target.audience;
  claims["iat"] = base::unix_seconds(call.created);
  claims["jti"] = call.id;
  return key_.sign(claims.dump(-1, ' ', false, json::error_handler_t::replace), "secevent+jwt");
}

std::string LogoutTokens::metadata(std::string_view origin) const {
  const json metadata{{"issuer", issuer_.empty() ? std::string(origin) : issuer_},
                      {"jwks_uri", std::string(origin) + "/xs-router/jwks.json"},
                      {"backchannel_logout_supported", true},
                      {"backchannel_logout_session_supported", true},
                      {"id_token_signing_alg_values_supported", {key_.alg()}}};
  return metadata.dump();
}

}  // namespace router::logout
