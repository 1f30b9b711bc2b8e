#include "session/user_fingerprint.h"

#include <array>
#include <functional>

#include "crypto/digest.h"
#include "crypto/random.h"

namespace router::session {
namespace {

constexpr std::string_view kPurpose = "xs-router/user-fingerprint";
constexpr std::size_t kDigits = 12;
constexpr std::size_t kRemembered = 256;
constexpr std::size_t kLongestRemembered = 128;

base::Secret key_of(const base::Secret& secret) {
  return base::Secret(crypto::hmac_sha256(secret.empty() ? crypto::random_token() : secret.reveal(), kPurpose));
}

base::Secret& key() {
  static base::Secret of_process = key_of({});
  return of_process;
}

std::string made(std::string_view user_name) {
  return crypto::to_hex(crypto::hmac_sha256(key().reveal(), user_name)).substr(0, kDigits);
}

// Of a thread: a place for each name, which the last one of those that share it has.
struct Remembered {
  std::string name;
  std::string fingerprint;
};

}  // namespace

std::string user_fingerprint(std::string_view user_name) {
  if (user_name.empty()) return {};
  if (user_name.size() > kLongestRemembered) return made(user_name);
  thread_local std::array<Remembered, kRemembered> remembered;
  auto& place = remembered[std::hash<std::string_view>()(user_name) % kRemembered];
  if (place.name != user_name) place = {std::string(user_name), made(user_name)};
  return place.fingerprint;
}

void use_fingerprint_secret(const base::Secret& secret) { key() = key_of(secret); }

}  // namespace router::session
