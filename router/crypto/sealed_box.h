// Authenticated encryption of small values (cookies of a pending login, records at rest).
//
// AES-256-GCM, a random 96-bit nonce per message, the key derived from a secret with HKDF-SHA256 and a
// purpose, so that a value sealed for one purpose opens for no other. Immutable; any thread. Source: NIST SP
// 800-38D, RFC 5869.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace router::crypto {

class SealedBox {
 public:
  SealedBox(const base::Secret& secret, std::string_view purpose);

  // base64url text
  std::string seal(std::string_view plain, std::string_view bound_to = {}) const;
  // Absent if it was changed, cut, sealed under another secret or purpose, or bound to something else.
  std::optional<std::string> open(std::string_view sealed, std::string_view bound_to = {}) const;

 private:
  base::Secret key_;
};

}  // namespace router::crypto
