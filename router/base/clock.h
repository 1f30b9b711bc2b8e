// Time, so that tests can turn it by hand.
//
// `steady` never jumps and is used for time-outs and session idleness; `wall` is what tokens and logs speak of.
// Implementations are safe to use from any thread.
#pragma once

#include <chrono>

namespace router::base {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady() const = 0;
  virtual WallTime wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
};

// Of a time-out whose setting 0 means that there is none: a time that does not come.
inline milliseconds or_never(milliseconds setting) {
  constexpr milliseconds kNever = std::chrono::hours(24 * 365 * 10);
  return setting == milliseconds(0) ? kNever : setting;
}

// Seconds since 1970, as JWT claims count them.
inline long long unix_seconds(WallTime time) {
  return std::chrono::duration_cast<seconds>(time.time_since_epoch()).count();
}

}  // namespace router::base
