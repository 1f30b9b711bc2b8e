#include "crypto/signing_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key_pair.h"

namespace router::crypto {

namespace {

constexpr int kMinSigningBits = 2048;
constexpr std::size_t kCoordinateBytes = 32;

base::Error fault(base::ErrorCode code, std::string detail) {
  ERR_clear_error();
  return {code, base::Side::router, std::move(detail)};
}

std::shared_ptr<void> adopt(EVP_PKEY* key) {
  return {key, [](void* owned) { EVP_PKEY_free(static_cast<EVP_PKEY*>(owned)); }};
}
EVP_PKEY* key_of(const std::shared_ptr<void>& handle) { return static_cast<EVP_PKEY*>(handle.get()); }

std::string number(const EVP_PKEY* key, const char* name, std::size_t length = 0) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) return "";
  std::string bytes(length != 0 ? length : static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(value);
  return base64url_encode(bytes);
}

// The members in the order that RFC 7638 hashes.
std::string public_members(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
    return R"("e":")" + number(key, OSSL_PKEY_PARAM_RSA_E) + R"(","kty":"RSA","n":")" +
           number(key, OSSL_PKEY_PARAM_RSA_N) + '"';
  }
  return R"("crv":"P-256","kty":"EC","x":")" + number(key, OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes) + R"(","y":")" +
         number(key, OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes) + '"';
}

bool is_p256(const EVP_PKEY* key) {
  char group[32] = {};
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, nullptr) == 1 &&
         std::string_view(group) == "prime256v1";
}

template <auto kFree>
struct Freed {
  template <class Type>
  void operator()(Type* owned) const {
    kFree(owned);
  }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;

// Null: out of memory.
EVP_PKEY* key_from_seed(std::string_view seed) {
  const std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>> group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const std::unique_ptr<BN_CTX, Freed<BN_CTX_free>> scratch(BN_CTX_new());
  const Number bound(group ? BN_dup(EC_GROUP_get0_order(group.get())) : nullptr);
  const Number number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(seed.data()), static_cast<int>(seed.size()), nullptr));
  const Number secret(BN_new());
  if (!scratch || !bound || !number || !secret) return nullptr;
  // between 1 and the order - 1
  BN_sub_word(bound.get(), 1);
  BN_mod(secret.get(), number.get(), bound.get(), scratch.get());
  BN_add_word(secret.get(), 1);
  const std::unique_ptr<EC_POINT, Freed<EC_POINT_free>> point(EC_POINT_new(group.get()));
  std::string open(2 * kCoordinateBytes + 1, '\0');
  if (!point || EC_POINT_mul(group.get(), point.get(), secret.get(), nullptr, nullptr, scratch.get()) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         reinterpret_cast<unsigned char*>(open.data()), open.size(), scratch.get()) != open.size()) {
    return nullptr;
  }
  const std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>> builder(OSSL_PARAM_BLD_new());
  if (!builder) return nullptr;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, open.data(), open.size());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get());
  const std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
    return nullptr;
  }
  return key;
}

std::optional<std::string> sign_bytes(EVP_PKEY* key, std::string_view data) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t length = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     reinterpret_cast<const unsigned char*>(data.data()), data.size()) != 1) {
    return std::nullopt;
  }
  signature.resize(length);
  return signature;
}

// OpenSSL writes ECDSA signatures as DER, JWS wants r and s side by side (RFC 7518 section 3.4).
std::optional<std::string> side_by_side(std::string_view der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts(
      d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), ECDSA_SIG_free);
  if (!parts) return std::nullopt;
  std::string out(2 * kCoordinateBytes, '\0');
  auto* begin = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), begin, kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), begin + kCoordinateBytes, kCoordinateBytes);
  return out;
}

}  // namespace

SigningKey SigningKey::from_secret(base::Secret secret) {
  SigningKey key;
  key.alg_ = "HS256";
  key.secret_ = std::move(secret);
  return key;
}

base::Result<SigningKey> SigningKey::from_handle(std::shared_ptr<void> handle) {
  const EVP_PKEY* pkey = key_of(handle);
  SigningKey key;
  if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA && EVP_PKEY_get_bits(pkey) >= kMinSigningBits) {
    key.alg_ = "RS256";
  } else if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC && is_p256(pkey)) {
    key.alg_ = "ES256";
  } else {
    return fault(base::ErrorCode::invalid_config, "signing key: neither RSA of 2048 bits or more nor P-256");
  }
  key.kid_ = to_hex(sha256("{" + public_members(pkey) + "}")).substr(0, 16);
  key.handle_ = std::move(handle);
  return key;
}

base::Result<SigningKey> SigningKey::from_pem(const base::Secret& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.size())), BIO_free);
  EVP_PKEY* key = source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr) : nullptr;
  if (key == nullptr) return fault(base::ErrorCode::invalid_config, "signing key: not a PEM private key");
  return from_handle(adopt(key));
}

SigningKey SigningKey::generate_p256() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  if (key == nullptr) std::abort();  // only out of memory can do this
  auto made = from_handle(adopt(key));
  if (!made) std::abort();
  return *std::move(made);
}

SigningKey SigningKey::derive_p256(const base::Secret& secret, std::string_view purpose) {
  // more bits than the order has, so that no key is likelier than another
  base::Secret seed(hmac_sha256(secret.reveal(), std::string(purpose) + "/1") +
                    hmac_sha256(secret.reveal(), std::string(purpose) + "/2"));
  auto made = from_handle(adopt(key_from_seed(seed.reveal())));
  if (!made) std::abort();  // only out of memory can do this
  return *std::move(made);
}

std::string SigningKey::public_jwk() const {
  if (!handle_) return "";
  return "{" + public_members(key_of(handle_)) + R"(,"use":"sig","alg":")" + alg_ + R"(","kid":")" + kid_ + R"("})";
}

base::Secret SigningKey::to_pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_secmem()), BIO_free);
  if (!handle_ || !out ||
      PEM_write_bio_PrivateKey(out.get(), key_of(handle_), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    ERR_clear_error();
    return {};
  }
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(out.get(), &bytes);
  return base::Secret(std::string(bytes, static_cast<std::size_t>(length)));
}

base::Result<std::string> SigningKey::sign(std::string_view payload, std::string_view typ) const {
  std::string header = R"({"alg":")" + alg_ + '"';
  if (!kid_.empty()) header += R"(,"kid":")" + kid_ + '"';
  if (!typ.empty()) header += R"(,"typ":)" + base::json_quote(typ);
  header += '}';
  std::string input = base64url_encode(header) + '.' + base64url_encode(payload);

  std::optional<std::string> signature;
  if (!handle_) {
    signature = hmac_sha256(secret_.reveal(), input);
  } else {
    signature = sign_bytes(key_of(handle_), input);
    if (signature && alg_ == "ES256") signature = side_by_side(*signature);
  }
  if (!signature) return fault(base::ErrorCode::internal, "signing failed");
  return input + '.' + base64url_encode(*signature);
}

}  // namespace router::crypto
