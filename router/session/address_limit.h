// How often one address may do something that costs others: so many times in a span; what is used up comes
// back evenly.
//
// An address is what base/ip_address.h calls a home. Memory is bounded (base/attempt_limit.h).
// Thread-safe; a lock for one look-up. Time is steady. Owner: app/parts, beyond reloads.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/attempt_limit.h"
#include "base/ip_address.h"

namespace router::session {

class AddressLimit {
 public:
  // `attempts` 0: no limit.
  explicit AddressLimit(unsigned attempts, base::milliseconds span = base::minutes(1), std::size_t most = 64 * 1024) {
    if (attempts > 0) limit_.emplace(attempts, span, most);
  }

  // When there will be an attempt, where none is left; takes none.
  std::optional<base::seconds> look(std::string_view address, base::SteadyTime now) {
    if (!limit_) return std::nullopt;
    const std::lock_guard lock(mutex_);
    return used_up_for(key_of(address), now);
  }
  // Takes one attempt. Where none is left: when there will be one, at least 1 s.
  std::optional<base::seconds> take(std::string_view address, base::SteadyTime now) {
    if (!limit_) return std::nullopt;
    const auto key = key_of(address);
    const std::lock_guard lock(mutex_);
    const auto wait = used_up_for(key, now);
    if (!wait) limit_->charge(key, now);
    return wait;
  }
  // What was taken did not count.
  void give_back(std::string_view address, base::SteadyTime now) {
    if (!limit_) return;
    const auto key = key_of(address);
    const std::lock_guard lock(mutex_);
    limit_->give_back(key, now);
  }

 private:
  static std::uint64_t key_of(std::string_view address) { return std::hash<std::string>()(base::home_of(address)); }
  std::optional<base::seconds> used_up_for(std::uint64_t key, base::SteadyTime now) {
    if (!limit_->is_used_up(key, now)) return std::nullopt;
    return std::max(std::chrono::ceil<base::seconds>(limit_->back_in(key, now)), base::seconds(1));
  }

  std::mutex mutex_;
  std::optional<base::AttemptLimit> limit_;
};

}  // namespace router::session
