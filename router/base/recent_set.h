// Remembers for a while what has happened: ended ids, used login states, seen logout tokens.
//
// Keys are 64-bit hashes (about 40 bytes each), kept as session/two_generations.h says. Time is steady. Not
// thread-safe: the owner locks.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "base/clock.h"
#include "base/two_generations.h"

namespace router::base {

class RecentSet {
 public:
  RecentSet(milliseconds kept, std::size_t most) : keys_(kept, most) {}

  // false: it was there already.
  bool insert(std::uint64_t key, SteadyTime now) {
    keys_.age(now);
    if (keys_.old.contains(key) || !keys_.young.insert(key).second) return false;
    keys_.make_room(now);
    return true;
  }
  bool contains(std::uint64_t key, SteadyTime now) {
    keys_.age(now);
    return keys_.young.contains(key) || keys_.old.contains(key);
  }
  std::size_t size() const { return keys_.size(); }

 private:
  TwoGenerations<std::unordered_set<std::uint64_t>> keys_;
};

}  // namespace router::base
