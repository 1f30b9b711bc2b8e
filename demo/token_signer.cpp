#include "demo/token_signer.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "crypto/jose_json.h"
#include "crypto/jws.h"

namespace router::demo {
namespace {

constexpr unsigned kRsaBits = 2048;

// OpenID Connect Core section 15.1: every provider signs with RS256, so that is what the demo shows.
base::Secret generate_rsa_pem() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(kRsaBits), EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (!key || !out || PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return {};
  }
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(out.get(), &bytes);
  return base::Secret(std::string(bytes, static_cast<std::size_t>(length)));
}

}  // namespace

base::Result<TokenSigner> TokenSigner::create() {
  auto key = crypto::SigningKey::from_pem(generate_rsa_pem());
  if (!key) return key.error();
  auto keys = crypto::KeySet::parse(key->public_jwks());
  if (!keys) return keys.error();
  return TokenSigner(*std::move(key), *std::move(keys));
}

std::string TokenSigner::sign(const nlohmann::json& claims, std::string_view typ) const {
  return key_.sign(claims.dump(), typ).value_or(std::string());
}

std::optional<nlohmann::json> TokenSigner::verify(std::string_view token) const {
  const auto verified = crypto::verify_jws(token, keys_, {key_.alg()});
  if (!verified) return std::nullopt;
  return crypto::parse_json_object(verified->payload);
}

}  // namespace router::demo
