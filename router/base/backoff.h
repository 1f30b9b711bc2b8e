// Waiting times after failures: 1, 2, 4 ... 60 s, back to 1 s after a success. Value; steady time only.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace router::base {

class Backoff {
 public:
  bool is_open(SteadyTime now) const { return now >= next_; }
  // Answers how long to wait.
  milliseconds fail(SteadyTime now) {
    const auto delay = delay_;
    delay_ = std::min<milliseconds>(delay_ * 2, seconds(60));
    next_ = now + delay;
    return delay;
  }
  void succeed() { *this = Backoff(); }

 private:
  milliseconds delay_ = seconds(1);
  SteadyTime next_ = SteadyTime::min();
};

}  // namespace router::base
