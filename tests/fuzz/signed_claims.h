// Tokens that carry the input as their claims, signed with a key that both sides know: what fuzz targets need
// to get behind the signature. HS256, because it is quick.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/jws.h"
#include "fuzz/fuzz.h"

namespace router::fuzz {

inline constexpr const char* kKey = "a key of the fuzz targets, which no router has";
inline constexpr const char* kIssuer = "https://id.example.com";
inline constexpr const char* kClient = "client";
inline constexpr long long kNow = 1'800'000'000;

inline base::WallTime now() { return base::WallTime(std::chrono::seconds(kNow)); }

// Verified as the router verifies, and not to be had without the signature.
inline crypto::JwsPayload verified(std::string_view claims, std::string_view typ) {
  static const auto keys = crypto::KeySet::from_secret(base::Secret(kKey));
  static const crypto::Algorithms allowed{"HS256"};
  const std::string header = R"({"alg":"HS256","typ":")" + std::string(typ) + "\"}";
  const std::string text = crypto::base64url_encode(header) + "." + crypto::base64url_encode(claims);
  std::string signature = crypto::hmac_sha256(kKey, text);
  auto token = crypto::verify_jws(text + "." + crypto::base64url_encode(signature), keys, allowed);
  require(token.has_value(), "a token signed with the key verifies");
  require(token->payload == claims, "the claims come out as they went in");
  signature[0] = static_cast<char>(signature[0] ^ 1);
  require(!crypto::verify_jws(text + "." + crypto::base64url_encode(signature), keys, allowed),
          "one bit of the signature is enough");
  return *std::move(token);
}

}  // namespace router::fuzz
