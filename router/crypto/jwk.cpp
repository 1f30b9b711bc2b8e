#include "crypto/jwk.h"

#include <cjose/cjose.h>
#include <openssl/err.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <optional>

#include "crypto/bytes.h"
#include "crypto/digest.h"
#include "crypto/jose_json.h"

namespace router::crypto {

namespace {

using nlohmann::json;

constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBits = 8192;  // a larger one only burns our time
constexpr std::size_t kMaxExponentBytes = 8;
constexpr std::size_t kMaxKidChars = 1024;
constexpr std::size_t kMaxValues = 128 * 1024;  // some providers list thousands of keys

base::Error unusable(std::string detail) {
  return {base::ErrorCode::protocol, base::Side::identity_provider, "key set: " + std::move(detail)};
}

std::shared_ptr<const void> adopt(cjose_jwk_t* key) {
  if (key == nullptr) {
    ERR_clear_error();
    return nullptr;
  }
  return {key, [](cjose_jwk_t* owned) { cjose_jwk_release(owned); }};
}

// "" if absent, nothing if it is no string.
std::optional<std::string> text_member(const json& key, const char* name) {
  const auto found = key.find(name);
  if (found == key.end()) return "";
  if (!found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::string> number_member(const json& key, const char* name) {
  const auto text = text_member(key, name);
  if (!text || text->empty()) return std::nullopt;
  return base64url_decode(*text);
}

bool may_verify(const json& key) {
  const auto use = text_member(key, "use");
  if (!use || (!use->empty() && *use != "sig")) return false;
  const auto operations = key.find("key_ops");
  if (operations == key.end()) return true;
  return operations->is_array() && std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

std::shared_ptr<const void> rsa_key(const json& key) {
  auto modulus = number_member(key, "n");
  auto exponent = number_member(key, "e");
  if (!modulus || !exponent) return nullptr;
  modulus->erase(0, modulus->find_first_not_of('\0'));
  exponent->erase(0, exponent->find_first_not_of('\0'));
  if (modulus->empty() || exponent->empty() || exponent->size() > kMaxExponentBytes) return nullptr;
  const auto top = static_cast<unsigned char>(modulus->front());
  const std::size_t bits = (modulus->size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(top));
  const bool odd = (exponent->back() & 1) != 0;
  if (bits < kMinRsaBits || bits > kMaxRsaBits || !odd || *exponent == "\x01") return nullptr;
  cjose_jwk_rsa_keyspec spec{};
  spec.n = as_bytes(*modulus);
  spec.nlen = modulus->size();
  spec.e = as_bytes(*exponent);
  spec.elen = exponent->size();
  return adopt(cjose_jwk_create_RSA_spec(&spec, nullptr));
}

std::shared_ptr<const void> ec_key(const json& key, const std::string& curve) {
  cjose_jwk_ec_keyspec spec{};
  std::size_t length = 0;
  if (curve == "P-256") {
    spec.crv = CJOSE_JWK_EC_P_256;
    length = 32;
  } else if (curve == "P-384") {
    spec.crv = CJOSE_JWK_EC_P_384;
    length = 48;
  } else if (curve == "P-521") {
    spec.crv = CJOSE_JWK_EC_P_521;
    length = 66;
  } else {
    return nullptr;
  }
  auto x = number_member(key, "x");
  auto y = number_member(key, "y");
  if (!x || !y || x->size() != length || y->size() != length) return nullptr;
  spec.x = as_bytes(*x);
  spec.xlen = x->size();
  spec.y = as_bytes(*y);
  spec.ylen = y->size();
  return adopt(cjose_jwk_create_EC_spec(&spec, nullptr));
}

std::optional<VerificationKey> read_key(const json& source) {
  if (!source.is_object() || !may_verify(source)) return std::nullopt;
  const auto type = text_member(source, "kty");
  const auto kid = text_member(source, "kid");
  const auto alg = text_member(source, "alg");
  const auto curve = text_member(source, "crv");
  if (!type || !kid || !alg || !curve || kid->size() > kMaxKidChars) return std::nullopt;
  VerificationKey key;
  key.kid = *kid;
  key.alg = *alg;
  if (*type == "RSA") {
    key.type = KeyType::rsa;
    key.handle = rsa_key(source);
  } else if (*type == "EC") {
    key.type = KeyType::ec;
    key.curve = *curve;
    key.handle = ec_key(source, *curve);
  }
  if (!key.handle) return std::nullopt;
  return key;
}

}  // namespace

KeySet::KeySet(std::vector<VerificationKey> keys)
    : keys_(std::make_shared<const std::vector<VerificationKey>>(std::move(keys))) {}

base::Result<KeySet> KeySet::parse(std::string_view jwks) {
  if (jwks.size() > kMaxBytes) return unusable("larger than 1 MiB");
  const auto document = parse_json_object(jwks, {kMaxBytes, kMaxJsonDepth, kMaxValues});
  if (!document) return unusable("not a JSON object");
  const auto list = document->find("keys");
  if (list == document->end() || !list->is_array()) return unusable("no array \"keys\"");
  std::vector<VerificationKey> keys;
  for (const json& source : *list) {
    if (keys.size() == kMaxKeys) break;
    if (auto key = read_key(source)) keys.push_back(std::move(*key));
  }
  if (keys.empty()) return unusable("no usable signing key");
  return KeySet(std::move(keys));
}

KeySet KeySet::from_secret(const base::Secret& secret) {
  if (secret.empty()) return {};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(secret.reveal().data());
  VerificationKey key;
  key.type = KeyType::symmetric;
  key.alg = "HS256";
  key.handle = adopt(cjose_jwk_create_oct_spec(bytes, secret.size(), nullptr));
  if (!key.handle) return {};
  return KeySet({std::move(key)});
}

bool KeySet::contains(std::string_view kid) const {
  return std::any_of(keys_->begin(), keys_->end(), [kid](const VerificationKey& key) { return key.kid == kid; });
}

}  // namespace router::crypto
