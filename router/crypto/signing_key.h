// A private key that makes signed documents: logout receipts as compact JWS (docs/contract/durability.md "Receipts are
// evidence").
//
// RS256 and ES256 from a PEM key or generated, HS256 from a secret. Immutable; copies share; any thread.
// Source: RFC 7515 section 7.1, RFC 7518 section 3, FIPS 186-5 appendix A.2.1.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace router::crypto {

class SigningKey {
 public:
  static SigningKey from_secret(base::Secret secret);  // HS256
  // RSA of at least 2048 bits: RS256; P-256: ES256. Error invalid_config: not such a key.
  static base::Result<SigningKey> from_pem(const base::Secret& pem);
  static SigningKey generate_p256();  // ES256
  // The same key from the same secret, which is one of many bits, and purpose.
  static SigningKey derive_p256(const base::Secret& secret, std::string_view purpose);

  const std::string& alg() const { return alg_; }
  // The first 16 hex digits of the SHA-256 of the public key; empty for a secret.
  const std::string& kid() const { return kid_; }
  // The public key; empty for a secret.
  std::string public_jwk() const;
  // {"keys":[...]} with it; no keys for a secret.
  std::string public_jwks() const { return "{\"keys\":[" + public_jwk() + "]}"; }
  // PKCS #8, for whoever keeps it; empty for a secret.
  base::Secret to_pem() const;

  // Header: alg, kid, and `typ` where not empty. Error internal: the library refused.
  base::Result<std::string> sign(std::string_view payload, std::string_view typ) const;

 private:
  SigningKey() = default;
  static base::Result<SigningKey> from_handle(std::shared_ptr<void> handle);

  std::string alg_;
  std::string kid_;
  base::Secret secret_;
  std::shared_ptr<void> handle_;  // EVP_PKEY
};

}  // namespace router::crypto
