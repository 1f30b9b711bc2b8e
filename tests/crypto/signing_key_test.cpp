#include "crypto/signing_key.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/jws.h"

namespace router::signing_key_test {

using crypto::KeySet;
using crypto::SigningKey;

namespace {

base::Secret private_pem(EVP_PKEY* key) {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long length = BIO_get_mem_data(out, &data);
  base::Secret pem(std::string(data, static_cast<std::size_t>(length)));
  BIO_free(out);
  EVP_PKEY_free(key);
  return pem;
}

}  // namespace

TEST_CASE("signing key: what it signs verifies with the key set that it publishes") {
  const SigningKey keys[] = {SigningKey::generate_p256(), *SigningKey::from_pem(private_pem(EVP_RSA_gen(2048))),
                             *SigningKey::from_pem(private_pem(EVP_EC_gen("P-256")))};
  for (const auto& key : keys) {
    CAPTURE(key.alg());
    const auto token = key.sign(R"({"id":"l-1"})", "receipt+jwt");
    REQUIRE(token);
    const auto verified = crypto::verify_jws(*token, *KeySet::parse(key.public_jwks()), {key.alg()});
    REQUIRE(verified);
    CHECK(verified->payload == R"({"id":"l-1"})");
    CHECK(verified->header.kid == key.kid());
    CHECK(verified->header.typ == "receipt+jwt");
    CHECK(key.kid().size() == 16);
  }
}

TEST_CASE("signing key: as PEM it is the same key [P2]") {
  const auto key = SigningKey::generate_p256();
  const auto again = SigningKey::from_pem(key.to_pem());
  REQUIRE(again);
  CHECK(again->kid() == key.kid());
  CHECK(SigningKey::from_secret(base::Secret("secret")).to_pem().empty());
}

TEST_CASE("signing key: a secret signs with HS256 and publishes nothing") {
  const auto key = SigningKey::from_secret(base::Secret("secret"));
  CHECK(key.public_jwks() == R"({"keys":[]})");
  const auto token = key.sign("payload", "");
  REQUIRE(token);
  const auto verified = crypto::verify_jws(*token, KeySet::from_secret(base::Secret("secret")), {"HS256"});
  REQUIRE(verified);
  CHECK(verified->header.typ.empty());
  CHECK_FALSE(crypto::verify_jws(*token, KeySet::from_secret(base::Secret("other")), {"HS256"}));
}

TEST_CASE("signing key: weak, foreign and broken keys are refused") {
  const base::Secret rows[] = {base::Secret(""),
                               base::Secret("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
                               private_pem(EVP_RSA_gen(1024)), private_pem(EVP_EC_gen("P-384"))};
  for (const auto& pem : rows) {
    const auto key = SigningKey::from_pem(pem);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == base::ErrorCode::invalid_config);
  }
}

}  // namespace router::signing_key_test
