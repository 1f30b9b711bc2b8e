// Whether a request body comes at least as fast as MINIMUM_BODY_RATE asks for, and an answer goes as fast as
// MINIMUM_READ_RATE does.
//
// Patience is time: waiting for the client uses it up, each byte earns some back, up to the amount it began
// with. What a client sent quickly does not pay for a long drip, and time in which nobody reads (the back-end
// is slow) costs nothing. A value; one per body.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace router::net {

class BodyPace {
 public:
  static constexpr base::milliseconds kPatience{10'000};

  // 0: any pace will do.
  explicit BodyPace(std::size_t bytes_per_second = 0) : bytes_per_second_(bytes_per_second) {}

  // How long the next read may wait.
  base::milliseconds patience() const { return bytes_per_second_ == 0 ? base::milliseconds::max() : left_; }
  bool is_exhausted() const { return patience() <= base::milliseconds::zero(); }

  // A read has waited so long and brought so many bytes.
  void waited(base::milliseconds time, std::size_t bytes) {
    if (bytes_per_second_ == 0) return;
    const base::milliseconds earned{bytes * 1000 / bytes_per_second_};
    left_ = std::min(kPatience, left_ - time + std::min(earned, kPatience));
  }

 private:
  std::size_t bytes_per_second_;
  base::milliseconds left_ = kPatience;
};

}  // namespace router::net
