// Waiting times after failures: doubling up to a longest, and short again after a success.
//
// Value; steady time only.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace router::base {

// How long to wait after so many failures in a row: 1, 2, 4 ... 60 s.
inline milliseconds backoff_delay(unsigned failures, milliseconds first = seconds(1),
                                  milliseconds longest = seconds(60)) {
  const unsigned doublings = std::min(failures > 0 ? failures - 1 : 0U, 16U);
  return std::min(longest, first * (1 << doublings));
}

// The same with the time at which the next try may be.
class Backoff {
 public:
  bool is_open(SteadyTime now) const { return now >= next_; }
  // Answers how long to wait.
  milliseconds fail(SteadyTime now) {
    const auto delay = backoff_delay(++failures_);
    next_ = now + delay;
    return delay;
  }
  void succeed() { *this = Backoff(); }

 private:
  unsigned failures_ = 0;
  SteadyTime next_ = SteadyTime::min();
};

}  // namespace router::base
