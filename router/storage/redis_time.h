// What time it is, for the scripts that Redis runs: the server's, or that of a clock given, for tests.
//
// A value; `clock` outlives it. Any thread.
#pragma once

#include <string>

#include "base/clock.h"

namespace router::storage {

class RedisTime {
 public:
  explicit RedisTime(const base::Clock* clock = nullptr) : clock_(clock) {}
  // The first word of a script: ms; 0: the server's own.
  std::string word() const {
    if (clock_ == nullptr) return "0";
    return std::to_string(std::chrono::duration_cast<base::milliseconds>(clock_->steady().time_since_epoch()).count());
  }

 private:
  const base::Clock* clock_;
};

}  // namespace router::storage
