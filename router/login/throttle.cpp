#include "login/throttle.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"

namespace router::login {
namespace {

constexpr std::size_t kNetworkBytes = 8;  // of an IPv6 address: what one customer is given

std::string network_of(std::string_view address) {
  in6_addr parsed{};
  if (inet_pton(AF_INET6, std::string(address).c_str(), &parsed) != 1) return std::string(address);
  return {reinterpret_cast<const char*>(parsed.s6_addr), kNetworkBytes};
}

}  // namespace

// Hashed, so that a key takes the same space whatever was sent as user.
Throttle::Key Throttle::key_of(std::string_view user, std::string_view address) {
  return crypto::sha256(network_of(address) + '\n' + base::to_lower(base::trim(user)));
}

std::optional<base::seconds> Throttle::begin(const Key& key, base::SteadyTime now) {
  forget_old(now);
  auto found = tries_.find(key);
  if (found == tries_.end()) {
    while (starts_.size() >= rule_.most) forget_first();
    found = tries_.emplace(key, Tries{now}).first;
    starts_.push_back({now, key});
  }
  Tries& tries = found->second;
  if (tries.count < rule_.failures) {
    ++tries.count;
    return std::nullopt;
  }
  const auto left = std::chrono::ceil<base::seconds>(tries.first + rule_.within - now);
  return std::max(left, base::seconds(1));
}

void Throttle::undecided(const Key& key) {
  const auto found = tries_.find(key);
  if (found != tries_.end() && found->second.count > 0) --found->second.count;
}

void Throttle::forget_old(base::SteadyTime now) {
  while (!starts_.empty() && now - starts_.front().at >= rule_.within) forget_first();
}

void Throttle::forget_first() {
  const Start& start = starts_.front();
  const auto found = tries_.find(start.key);
  if (found != tries_.end() && found->second.first == start.at) tries_.erase(found);
  starts_.pop_front();
}

}  // namespace router::login
