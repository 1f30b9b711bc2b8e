// Remembers for a while when something last happened, by key.
//
// Keys are 64-bit hashes (about 50 bytes each), kept as session/two_generations.h says. `Time` is what is
// remembered, steady or wall; the keeping itself goes by steady time. Not thread-safe: the owner locks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "base/two_generations.h"

namespace router::base {

template <class Time>
class RecentTimes {
 public:
  RecentTimes(milliseconds kept, std::size_t most) : times_(kept, most) {}

  // The later one counts.
  void note(std::uint64_t key, Time at, SteadyTime now) {
    times_.age(now);
    const auto [place, is_new] = times_.young.try_emplace(key, at);
    if (!is_new) place->second = std::max(place->second, at);
    times_.make_room(now);
  }
  // This one counts, whatever was noted before.
  void replace(std::uint64_t key, Time at, SteadyTime now) {
    times_.age(now);
    times_.old.erase(key);
    times_.young.insert_or_assign(key, at);
    times_.make_room(now);
  }
  std::optional<Time> find(std::uint64_t key, SteadyTime now) {
    times_.age(now);
    std::optional<Time> last;
    for (const auto* generation : {&times_.young, &times_.old}) {
      const auto found = generation->find(key);
      if (found != generation->end() && (!last || *last < found->second)) last = found->second;
    }
    return last;
  }
  std::size_t size() const { return times_.size(); }

 private:
  TwoGenerations<std::unordered_map<std::uint64_t, Time>> times_;
};

}  // namespace router::base
