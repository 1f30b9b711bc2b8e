// The demo identity provider's key: signs tokens with RS256 and checks its own.
//
// A new key at every start. Immutable; any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/jwk.h"
#include "crypto/signing_key.h"

namespace router::demo {

class TokenSigner {
 public:
  static base::Result<TokenSigner> create();

  // A compact JWS; `typ` as in "JWT", "at+jwt", "logout+jwt".
  std::string sign(const nlohmann::json& claims, std::string_view typ) const;
  // The claims of a token that this key signed; expiry is the caller's business.
  std::optional<nlohmann::json> verify(std::string_view token) const;
  std::string jwks() const { return key_.public_jwks(); }

 private:
  TokenSigner(crypto::SigningKey key, crypto::KeySet keys) : key_(std::move(key)), keys_(std::move(keys)) {}

  crypto::SigningKey key_;
  crypto::KeySet keys_;
};

}  // namespace router::demo
