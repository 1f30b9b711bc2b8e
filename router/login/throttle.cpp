#include "login/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

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

Throttle::Admission Throttle::begin(const Key& key, base::SteadyTime now) {
  if (rule_.failures == 0) return {};
  forget_old(now);
  if (!tries_.contains(key)) {
    while (starts_.size() >= rule_.most) forget_first();
    tries_[key].first = now;
    starts_.push_back({now, key});
  }
  Tries& tries = tries_[key];
  if (tries.failures >= rule_.failures) {
    const auto left = std::chrono::ceil<base::seconds>(tries.first + rule_.within - now);
    return {std::max(left, base::seconds(1)), nullptr};
  }
  if (tries.failures + tries.under_way >= rule_.failures) return {std::nullopt, tries.settled};
  ++tries.under_way;
  return {};
}

void Throttle::settle(const Key& key, Outcome outcome) {
  const auto found = tries_.find(key);
  if (found == tries_.end()) return;  // forgotten meanwhile
  Tries& tries = found->second;
  if (tries.under_way > 0) --tries.under_way;
  if (outcome == Outcome::failed) ++tries.failures;
  if (outcome == Outcome::succeeded) tries.failures = 0;
  // Waiters run inside set(), and may change the map.
  const auto settled = std::exchange(tries.settled, std::make_shared<base::Event>());
  if (tries.failures == 0 && tries.under_way == 0) tries_.erase(found);
  settled->set();
}

void Throttle::forget_old(base::SteadyTime now) {
  while (!starts_.empty() && now - starts_.front().at >= rule_.within) forget_first();
}

void Throttle::forget_first() {
  const Start start = std::move(starts_.front());
  starts_.pop_front();
  const auto found = tries_.find(start.key);
  if (found == tries_.end() || found->second.first != start.at) return;
  const auto settled = found->second.settled;
  tries_.erase(found);
  settled->set();
}

}  // namespace router::login
