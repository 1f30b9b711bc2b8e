// Whether a certificate and a private key, as bindings hold them, can be used together in a TLS handshake.
//
// Any thread. Source: RFC 7468 (PEM), RFC 8446 section 4.4.2.
#pragma once

#include <optional>
#include <string_view>

#include "base/secret.h"

namespace router::crypto {

enum class KeyPairFault { certificate, key, encrypted, mismatch };

// `certificates`: PEM, the own one first, then the chain; every one has to be readable. `key`: PEM without
// passphrase.
std::optional<KeyPairFault> find_key_pair_fault(std::string_view certificates, const base::Secret& key);

// What OpenSSL asks for a passphrase, wherever a key is read: there is none. Its own would ask on the terminal, and hold
// the thread until somebody answers. A pem_password_cb.
int no_passphrase(char* buffer, int size, int is_written, void* of);

}  // namespace router::crypto
