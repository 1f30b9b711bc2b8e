// Makes keys, key sets and tokens for tests and for the scriptable provider: right ones and wrong ones.
//
// Independent of router/crypto, so that a mistake there is not repeated here. Values; copies share the key.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace router::test {

class TokenSigner {
 public:
  // 2048 bits take a tenth of a second: tests share them (shared_rsa).
  static TokenSigner rsa(std::string kid, int bits = 2048);
  static TokenSigner ec(std::string kid, const std::string& curve = "P-256");  // P-384, P-521
  static TokenSigner hmac(std::string secret);
  // Two RSA keys made once per process.
  static const TokenSigner& shared_rsa();
  static const TokenSigner& other_rsa();

  // The same key under another name; "" leaves `kid` out of key and tokens.
  TokenSigner named(std::string kid) const;

  const std::string& kid() const { return kid_; }
  // The algorithm a token gets unless `header` says another: RS256, ES256/384/512, HS256.
  const std::string& alg() const { return alg_; }
  nlohmann::json public_jwk() const;
  std::string public_pem() const;

  // `header` is laid over {"alg", "kid"}; null removes a member. PS256 and RS512 work for RSA.
  std::string sign(const nlohmann::json& claims, const nlohmann::json& header = nlohmann::json::object()) const;
  // Any bytes as header and payload.
  std::string sign_text(std::string_view header, std::string_view payload, const std::string& alg) const;

 private:
  std::string kid_;
  std::string alg_;
  std::string secret_;
  std::shared_ptr<void> key_;  // EVP_PKEY
};

// {"keys": [...]}
std::string jwks(std::initializer_list<TokenSigner> signers);
// {"alg":"none"} and an empty signature
std::string unsigned_token(const nlohmann::json& claims);
// The token with one bit of its signature turned.
std::string with_broken_signature(std::string token);
// The token with other claims under the old signature.
std::string with_other_claims(const std::string& token, const nlohmann::json& claims);

std::string encode_base64url(std::string_view bytes);

namespace detail {

using nlohmann::json;

inline void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("token_signer: ") + what);
}

inline std::shared_ptr<void> adopt(EVP_PKEY* key) {
  require(key != nullptr, "no key");
  return {key, [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); }};
}

inline const EVP_MD* digest_of(const std::string& alg) {
  if (alg.ends_with("384")) return EVP_sha384();
  return alg.ends_with("512") ? EVP_sha512() : EVP_sha256();
}

inline int coordinate_bytes(EVP_PKEY* key) { return (EVP_PKEY_get_bits(key) + 7) / 8; }

inline std::string number(EVP_PKEY* key, const char* name, int length) {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &value) == 1, name);
  std::string bytes(static_cast<std::size_t>(length > 0 ? length : BN_num_bytes(value)), '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(value);
  return encode_base64url(bytes);
}

inline std::string hmac_bytes(const std::string& secret, const std::string& data, const std::string& alg) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  HMAC(digest_of(alg), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), reinterpret_cast<unsigned char*>(out.data()),
       &length);
  out.resize(length);
  return out;
}

inline std::string sign_bytes(EVP_PKEY* key, const std::string& data, const std::string& alg) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  require(EVP_DigestSignInit(context, &options, digest_of(alg), nullptr, key) == 1, "init");
  if (alg.starts_with("PS")) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t length = signature.size();
  const int good = EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                                  reinterpret_cast<const unsigned char*>(data.data()), data.size());
  EVP_MD_CTX_free(context);
  require(good == 1, "sign");
  signature.resize(length);
  return signature;
}

inline std::string raw_ecdsa(const std::string& der, int length) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* parts = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  require(parts != nullptr, "signature");
  std::string out(static_cast<std::size_t>(2 * length), '\0');
  auto* begin = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parts), begin, length);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts), begin + length, length);
  ECDSA_SIG_free(parts);
  return out;
}

}  // namespace detail

inline std::string encode_base64url(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

inline TokenSigner TokenSigner::rsa(std::string kid, int bits) {
  TokenSigner signer;
  signer.kid_ = std::move(kid);
  signer.alg_ = "RS256";
  signer.key_ = detail::adopt(EVP_RSA_gen(static_cast<unsigned int>(bits)));
  return signer;
}

inline TokenSigner TokenSigner::ec(std::string kid, const std::string& curve) {
  TokenSigner signer;
  signer.kid_ = std::move(kid);
  signer.alg_ = curve == "P-256" ? "ES256" : curve == "P-384" ? "ES384" : "ES512";
  signer.key_ = detail::adopt(EVP_EC_gen(curve.c_str()));
  return signer;
}

inline TokenSigner TokenSigner::hmac(std::string secret) {
  TokenSigner signer;
  signer.alg_ = "HS256";
  signer.secret_ = std::move(secret);
  return signer;
}

inline const TokenSigner& TokenSigner::shared_rsa() {
  static const TokenSigner signer = rsa("rsa-1");
  return signer;
}

inline const TokenSigner& TokenSigner::other_rsa() {
  static const TokenSigner signer = rsa("rsa-2");
  return signer;
}

inline TokenSigner TokenSigner::named(std::string kid) const {
  TokenSigner copy = *this;
  copy.kid_ = std::move(kid);
  return copy;
}

inline nlohmann::json TokenSigner::public_jwk() const {
  auto* key = static_cast<EVP_PKEY*>(key_.get());
  nlohmann::json jwk{{"use", "sig"}};
  if (!kid_.empty()) jwk["kid"] = kid_;
  if (alg_ == "RS256") {
    jwk["kty"] = "RSA";
    jwk["n"] = detail::number(key, OSSL_PKEY_PARAM_RSA_N, 0);
    jwk["e"] = detail::number(key, OSSL_PKEY_PARAM_RSA_E, 0);
  } else {
    jwk["kty"] = "EC";
    jwk["crv"] = alg_ == "ES256" ? "P-256" : alg_ == "ES384" ? "P-384" : "P-521";
    jwk["x"] = detail::number(key, OSSL_PKEY_PARAM_EC_PUB_X, detail::coordinate_bytes(key));
    jwk["y"] = detail::number(key, OSSL_PKEY_PARAM_EC_PUB_Y, detail::coordinate_bytes(key));
  }
  return jwk;
}

inline std::string TokenSigner::public_pem() const {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(out, static_cast<EVP_PKEY*>(key_.get()));
  char* data = nullptr;
  const long length = BIO_get_mem_data(out, &data);
  std::string pem(data, static_cast<std::size_t>(length));
  BIO_free(out);
  return pem;
}

inline std::string TokenSigner::sign(const nlohmann::json& claims, const nlohmann::json& header) const {
  nlohmann::json full{{"alg", alg_}};
  if (!kid_.empty()) full["kid"] = kid_;
  full.merge_patch(header);
  const std::string alg = full.contains("alg") && full["alg"].is_string() ? full["alg"].get<std::string>() : alg_;
  return sign_text(full.dump(), claims.dump(), alg);
}

inline std::string TokenSigner::sign_text(std::string_view header, std::string_view payload,
                                          const std::string& alg) const {
  const std::string input = encode_base64url(header) + '.' + encode_base64url(payload);
  if (!key_) return input + '.' + encode_base64url(detail::hmac_bytes(secret_, input, alg));
  auto* key = static_cast<EVP_PKEY*>(key_.get());
  std::string signature = detail::sign_bytes(key, input, alg);
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) signature = detail::raw_ecdsa(signature, detail::coordinate_bytes(key));
  return input + '.' + encode_base64url(signature);
}

inline std::string jwks(std::initializer_list<TokenSigner> signers) {
  nlohmann::json keys = nlohmann::json::array();
  for (const auto& signer : signers) keys.push_back(signer.public_jwk());
  return nlohmann::json{{"keys", keys}}.dump();
}

inline std::string unsigned_token(const nlohmann::json& claims) {
  return encode_base64url(R"({"alg":"none"})") + '.' + encode_base64url(claims.dump()) + '.';
}

inline std::string with_broken_signature(std::string token) {
  // The first character of the signature: the last one may carry padding bits only.
  char& c = token[token.rfind('.') + 1];
  c = c == 'A' ? 'B' : 'A';
  return token;
}

inline std::string with_other_claims(const std::string& token, const nlohmann::json& claims) {
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  return token.substr(0, first + 1) + encode_base64url(claims.dump()) + token.substr(second);
}

}  // namespace router::test
