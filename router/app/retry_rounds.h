// How often what was given up is asked to be tried again, a part each time, until all of it is.
//
// What is given up again meanwhile is not tried without end: all is what had been when the router first said how much is
// left; one that never says is asked 100 times. Value; one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace router::app {

class RetryRounds {
 public:
  static constexpr int kMostUncounted = 100;

  // What a round was answered with; true: there is to be another one.
  bool needs_another(std::int64_t retried, bool more, std::optional<std::int64_t> left) {
    retried_ += retried;
    if (left && !all_) all_ = retried_ + std::max<std::int64_t>(*left, 0);
    if (!all_) ++uncounted_;
    return more && retried > 0 && (all_ ? retried_ < *all_ : uncounted_ < kMostUncounted);
  }
  std::int64_t retried() const { return retried_; }
  // As far as is known.
  std::int64_t all() const { return std::max(retried_, all_.value_or(0)); }

 private:
  std::int64_t retried_ = 0;
  std::optional<std::int64_t> all_;
  int uncounted_ = 0;
};

}  // namespace router::app
