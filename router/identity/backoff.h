// Waiting times after failures: 1, 2, 4 ... 60 s, back to 1 s after a success. Value; steady time only.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace router::identity {

class Backoff {
 public:
  bool is_open(base::SteadyTime now) const { return now >= next_; }
  // Answers how long to wait.
  base::milliseconds fail(base::SteadyTime now) {
    const auto delay = delay_;
    delay_ = std::min<base::milliseconds>(delay_ * 2, base::seconds(60));
    next_ = now + delay;
    return delay;
  }
  void succeed() { *this = Backoff(); }

 private:
  base::milliseconds delay_ = base::seconds(1);
  base::SteadyTime next_ = base::SteadyTime::min();
};

}  // namespace router::identity
