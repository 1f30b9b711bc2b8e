// Remembers for a while what has happened: ended ids, ended `sid`s, used login states.
//
// Keys are 64-bit hashes, kept in two generations: each for at least `kept` and at most twice as long, unless
// more than `most` come in that time; then the older ones go first, so that memory stays bounded whatever
// arrives (about 40 bytes a key). Time is steady. Not thread-safe: the owner locks.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <utility>

#include "base/clock.h"

namespace router::session {

class RecentSet {
 public:
  RecentSet(base::milliseconds kept, std::size_t most) : kept_(kept), most_young_(most / 2 + 1) {}

  // false: it was there already.
  bool insert(std::uint64_t key, base::SteadyTime now) {
    age(now);
    if (old_.contains(key) || !young_.insert(key).second) return false;
    if (young_.size() >= most_young_) rotate(now);
    return true;
  }
  bool contains(std::uint64_t key, base::SteadyTime now) {
    age(now);
    return young_.contains(key) || old_.contains(key);
  }
  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  void age(base::SteadyTime now) {
    if (now - began_ < kept_) return;
    if (now - began_ >= 2 * kept_) young_.clear();
    rotate(now);
  }
  void rotate(base::SteadyTime now) {
    old_ = std::exchange(young_, {});
    began_ = now;
  }

  base::milliseconds kept_;
  std::size_t most_young_;
  base::SteadyTime began_{};
  std::unordered_set<std::uint64_t> young_;
  std::unordered_set<std::uint64_t> old_;
};

}  // namespace router::session
