#include "session/session.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/random.h"

namespace router::session {
namespace {

constexpr std::size_t kIdBytes = 32;
constexpr std::size_t kIdCharacters = 43;
constexpr std::size_t kFingerprintDigits = 12;

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::optional<SessionId> SessionId::parse(std::string_view text) {
  if (text.size() != kIdCharacters || !std::all_of(text.begin(), text.end(), is_base64url)) return std::nullopt;
  return SessionId(std::string(text));
}

SessionId SessionId::random() { return SessionId(crypto::random_token(kIdBytes)); }

std::string SessionId::fingerprint() const {
  return crypto::to_hex(crypto::sha256(value_.reveal())).substr(0, kFingerprintDigits);
}

}  // namespace router::session
