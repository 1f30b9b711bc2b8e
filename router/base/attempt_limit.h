// How many attempts one peer (or user) has per span of time; what is used up comes back evenly.
//
// Work is charged before it is done, and given back where it turned out not to count, so that whoever sends a thousand
// at once is not let in a thousand times. Bounded memory: when more than `most` peers make attempts in one span, the
// longest silent ones start anew. Keys are 64-bit hashes. Time is steady. Not thread-safe: the owner locks. Source: the
// generic cell rate algorithm, ITU-T I.371; docs/contract/oidc.md 105.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/recent_times.h"

namespace router::base {

class AttemptLimit {
 public:
  // `attempts` > 0 in `span`.
  AttemptLimit(unsigned attempts, milliseconds span, std::size_t most)
      : span_(span), cost_(SteadyTime::duration(span) / attempts), busy_until_(span, most) {}

  bool is_used_up(std::uint64_t key, SteadyTime now) {
    const auto until = busy_until_.find(key, now);
    return until && *until + cost_ - now > span_;
  }
  // Of a peer that has none left: how long until it has one.
  SteadyTime::duration back_in(std::uint64_t key, SteadyTime now) {
    return busy_until_.find(key, now).value_or(now) + cost_ - span_ - now;
  }
  // `attempts`: dear work counts as several.
  void charge(std::uint64_t key, SteadyTime now, unsigned attempts = 1) {
    const auto until = busy_until_.find(key, now).value_or(now);
    busy_until_.note(key, std::max(until, now) + cost_ * attempts, now);
  }
  void give_back(std::uint64_t key, SteadyTime now, unsigned attempts = 1) {
    const auto until = busy_until_.find(key, now);
    if (until) busy_until_.replace(key, *until - cost_ * attempts, now);
  }

 private:
  SteadyTime::duration span_;
  SteadyTime::duration cost_;
  RecentTimes<SteadyTime> busy_until_;
};

}  // namespace router::base
