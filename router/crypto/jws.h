// Compact JWS: checking the signature of a token.
//
// The protected header is parsed here, strictly, and `alg` compared with the caller's allow-list before the
// JOSE library sees the token. `none` is never allowed, every `crit` is refused (we understand no extension),
// `jku`, `x5u`, `x5c` and `jwk` are ignored: keys come from the caller only. A key must fit the algorithm by
// type, curve and its own `alg`, so an RSA key never serves as an HMAC secret. Pure; any thread. Errors:
// unauthenticated, side identity_provider. Source: RFC 7515, RFC 8725 sections 3.1, 3.2, 3.10.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/jwk.h"

namespace router::crypto {

inline constexpr std::size_t kMaxTokenBytes = 64 * 1024;

using Algorithms = std::vector<std::string>;

// RS, PS and ES with SHA-256, 384 and 512.
const Algorithms& asymmetric_algorithms();

struct JwsHeader {
  std::string alg;
  std::string kid;  // may be empty
  std::string typ;  // may be empty
};

struct JwsPayload {
  JwsHeader header;
  std::string payload;
};

// The header of a token whose form and algorithm are acceptable. Nothing is verified yet.
base::Result<JwsHeader> read_jws_header(std::string_view token, const Algorithms& allowed);

// With a `kid`, only keys of that name are tried; without, every fitting key.
base::Result<JwsPayload> verify_jws(std::string_view token, const KeySet& keys, const Algorithms& allowed,
                                    std::size_t most_bytes = kMaxTokenBytes);

}  // namespace router::crypto
