// Authenticated encryption of small values (cookies of a pending login, records at rest).
//
// AES-256-GCM, a random 96-bit nonce per message, the key derived from a secret with HKDF-SHA256 and a
// purpose, so that a value sealed for one purpose opens for no other. With the secret that was in force before
// (SESSION_SECRET_PREVIOUS) what it sealed still opens; nothing new is sealed with it. Immutable; any thread. Source: NIST
// SP 800-38D, RFC 5869; docs/contract/durability.md "Where state lives".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/secret.h"

namespace router::crypto {

struct SealingSecrets {
  SealingSecrets(base::Secret now, base::Secret before = {}) : current(std::move(now)), previous(std::move(before)) {}
  // `current` empty: a random one instead, for this process.
  SealingSecrets or_random() const;

  base::Secret current;
  base::Secret previous;  // empty: none
};

class SealedBox {
 public:
  SealedBox(const SealingSecrets& secrets, std::string_view purpose);

  // As bytes.
  std::string seal_bytes(std::string_view plain, std::string_view bound_to = {}) const;
  std::optional<std::string> open_bytes(std::string_view sealed, std::string_view bound_to = {}) const;
  // As base64url text.
  std::string seal(std::string_view plain, std::string_view bound_to = {}) const;
  // Absent if it was changed, cut, sealed under another secret or purpose, or bound to something else.
  std::optional<std::string> open(std::string_view sealed, std::string_view bound_to = {}) const;

 private:
  base::Secret key_;
  base::Secret previous_key_;  // empty: none
};

}  // namespace router::crypto
