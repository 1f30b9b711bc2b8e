#include "net/connection_limits.h"

#include "base/ip_address.h"
#include "base/limits.h"

namespace router::net {

std::shared_ptr<ConnectionLimits::Place> ConnectionLimits::admit(std::string_view address) {
  if (++count_ > most_ && most_ != 0) {
    --count_;
    base::limits::kConnections.hit();
    return nullptr;
  }
  std::string home = most_per_address_ == 0 ? std::string() : base::home_of(address);
  if (!enter(home)) {
    --count_;
    base::limits::kConnectionsPerAddress.hit();
    return nullptr;
  }
  return std::make_shared<Place>(*this, std::move(home));
}

bool ConnectionLimits::enter(const std::string& home) {
  if (most_per_address_ == 0) return true;
  const std::lock_guard lock(mutex_);
  auto& open = per_home_[home];
  if (open >= most_per_address_) return false;
  ++open;
  return true;
}

void ConnectionLimits::leave(const std::string& home) {
  --count_;
  if (most_per_address_ == 0) return;
  const std::lock_guard lock(mutex_);
  const auto open = per_home_.find(home);
  if (open != per_home_.end() && --open->second == 0) per_home_.erase(open);
}

}  // namespace router::net
