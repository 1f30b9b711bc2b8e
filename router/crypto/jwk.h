// The keys that signatures are checked with: a provider's JWKS, or a client secret.
//
// Bounded: documents up to 1 MiB, the first 100 usable keys are kept. Unusable keys are skipped: `use` other
// than sig, `key_ops` without verify, symmetric keys (a public document cannot hold a secret), RSA below 2048
// or above 8192 bits, unknown curves, malformed values. Private members are ignored. Immutable; copies share;
// any thread. Source: RFC 7517, RFC 7518 section 6, RFC 8725 section 3.5.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace router::crypto {

enum class KeyType { rsa, ec, symmetric };

struct VerificationKey {
  KeyType type = KeyType::rsa;
  std::string curve;                   // EC only: P-256, P-384, P-521
  std::string kid;                     // may be empty
  std::string alg;                     // may be empty: any that fits the type
  std::shared_ptr<const void> handle;  // the JOSE library's key, see jws.cpp
};

class KeySet {
 public:
  static constexpr std::size_t kMaxBytes = 1024 * 1024;
  static constexpr std::size_t kMaxKeys = 100;

  KeySet() = default;
  // Error protocol (side identity_provider): not a JWKS, too large, or no usable key in it.
  static base::Result<KeySet> parse(std::string_view jwks);
  // For HS256; an empty secret gives an empty set.
  static KeySet from_secret(const base::Secret& secret);

  const std::vector<VerificationKey>& keys() const { return *keys_; }
  bool empty() const { return keys_->empty(); }
  bool contains(std::string_view kid) const;

 private:
  explicit KeySet(std::vector<VerificationKey> keys);
  std::shared_ptr<const std::vector<VerificationKey>> keys_ = std::make_shared<std::vector<VerificationKey>>();
};

}  // namespace router::crypto
