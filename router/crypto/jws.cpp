#include "crypto/jws.h"

#include <cjose/cjose.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/jose_json.h"

namespace router::crypto {

namespace {

using nlohmann::json;

base::Error refused(std::string detail) {
  return {base::ErrorCode::unauthenticated, base::Side::identity_provider, "token: " + std::move(detail)};
}

struct Algorithm {
  std::string_view name;
  KeyType type;
  std::string_view curve;
  std::size_t signature_bytes;  // 0 = as long as the key
};

constexpr std::array<Algorithm, 10> kAlgorithms{{{"RS256", KeyType::rsa, "", 0},
                                                 {"RS384", KeyType::rsa, "", 0},
                                                 {"RS512", KeyType::rsa, "", 0},
                                                 {"PS256", KeyType::rsa, "", 0},
                                                 {"PS384", KeyType::rsa, "", 0},
                                                 {"PS512", KeyType::rsa, "", 0},
                                                 {"ES256", KeyType::ec, "P-256", 64},
                                                 {"ES384", KeyType::ec, "P-384", 96},
                                                 {"ES512", KeyType::ec, "P-521", 132},
                                                 {"HS256", KeyType::symmetric, "", 32}}};

const Algorithm* find_algorithm(std::string_view name) {
  const auto* found = std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                                   [name](const Algorithm& algorithm) { return algorithm.name == name; });
  return found == kAlgorithms.end() ? nullptr : found;
}

bool optional_text(const json& header, const char* name, std::string& into) {
  const auto found = header.find(name);
  if (found == header.end()) return true;
  if (!found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

base::Result<JwsHeader> read_header(std::string_view encoded, const Algorithms& allowed) {
  const auto text = base64url_decode(encoded);
  if (!text) return refused("header is not base64url");
  const auto header = parse_json_object(*text);
  if (!header) return refused("header is not a JSON object");
  JwsHeader result;
  if (!optional_text(*header, "alg", result.alg) || !optional_text(*header, "kid", result.kid) ||
      !optional_text(*header, "typ", result.typ)) {
    return refused("alg, kid or typ is not a string");
  }
  // An allow-list that says "none" by mistake must not open the door: find_algorithm does not know it.
  const bool listed = std::find(allowed.begin(), allowed.end(), result.alg) != allowed.end();
  if (!listed || find_algorithm(result.alg) == nullptr)
    return refused("alg \"" + result.alg.substr(0, 32) + "\" is not allowed");
  if (header->contains("crit")) return refused("crit names an extension that is not understood");
  return result;
}

bool fits(const VerificationKey& key, const JwsHeader& header, const Algorithm& algorithm) {
  return key.type == algorithm.type && key.curve == algorithm.curve && (key.alg.empty() || key.alg == header.alg) &&
         (header.kid.empty() || key.type == KeyType::symmetric || key.kid == header.kid);
}

std::optional<std::string> verified_payload(std::string_view token, const VerificationKey& key) {
  const std::unique_ptr<cjose_jws_t, decltype(&cjose_jws_release)> jws(
      cjose_jws_import(token.data(), token.size(), nullptr), cjose_jws_release);
  std::uint8_t* bytes = nullptr;
  std::size_t length = 0;
  const bool good = jws && cjose_jws_verify(jws.get(), static_cast<const cjose_jwk_t*>(key.handle.get()), nullptr) &&
                    cjose_jws_get_plaintext(jws.get(), &bytes, &length, nullptr);
  // A leftover in this thread's queue would be taken for a fault of the next TLS operation.
  ERR_clear_error();
  if (!good) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes), length);
}

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

std::optional<Parts> split_token(std::string_view token, std::size_t most_bytes = kMaxTokenBytes) {
  if (token.size() > most_bytes) return std::nullopt;
  const auto parts = base::split(token, '.');
  if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || parts[2].empty()) return std::nullopt;
  return Parts{parts[0], parts[1], parts[2]};
}

}  // namespace

const Algorithms& asymmetric_algorithms() {
  static const Algorithms list = [] {
    Algorithms names;
    for (const Algorithm& algorithm : kAlgorithms) {
      if (algorithm.type != KeyType::symmetric) names.emplace_back(algorithm.name);
    }
    return names;
  }();
  return list;
}

base::Result<JwsHeader> read_jws_header(std::string_view token, const Algorithms& allowed) {
  const auto parts = split_token(token);
  if (!parts) return refused("not a compact JWS");
  return read_header(parts->header, allowed);
}

base::Result<JwsPayload> verify_jws(std::string_view token, const KeySet& keys, const Algorithms& allowed,
                                    std::size_t most_bytes) {
  const auto parts = split_token(token, most_bytes);
  if (!parts) return refused("not a compact JWS");
  auto header = read_header(parts->header, allowed);
  if (!header) return std::move(header).error();
  const Algorithm& algorithm = *find_algorithm(header->alg);
  const auto signature = base64url_decode(parts->signature);
  if (!signature || !base64url_decode(parts->payload)) return refused("payload or signature is not base64url");
  if (algorithm.signature_bytes != 0 && signature->size() != algorithm.signature_bytes) {
    return refused("the signature has the wrong length");
  }
  bool tried = false;
  for (const VerificationKey& key : keys.keys()) {
    if (!fits(key, *header, algorithm)) continue;
    tried = true;
    if (auto payload = verified_payload(token, key)) return JwsPayload{*std::move(header), *std::move(payload)};
  }
  return refused(tried ? "the signature is wrong" : "no key fits its kid and alg");
}

}  // namespace router::crypto
