// Two generations of keys, for what is remembered for a while in bounded memory.
//
// A key stays for at least `kept` and at most twice as long, unless more than `most` come in that time; then
// the older generation goes first. `Keys` is an unordered set or map. Time is steady. Not thread-safe: the
// owner locks.
#pragma once

#include <cstddef>
#include <utility>

#include "base/clock.h"

namespace router::base {

template <class Keys>
class TwoGenerations {
 public:
  TwoGenerations(milliseconds kept, std::size_t most) : kept_(kept), most_young_(most / 2 + 1) {}

  // Before anything else is asked of it.
  void age(SteadyTime now) {
    if (now - began_ < kept_) return;
    if (now - began_ >= 2 * kept_) young.clear();
    rotate(now);
  }
  // After something came in.
  void make_room(SteadyTime now) {
    if (young.size() >= most_young_) rotate(now);
  }
  // Of a map: the value, the young one first; nullptr: it is not there.
  template <class Key>
  auto* find(const Key& key) {
    for (auto* generation : {&young, &old}) {
      const auto found = generation->find(key);
      if (found != generation->end()) return &found->second;
    }
    return static_cast<typename Keys::mapped_type*>(nullptr);
  }
  template <class Key>
  void erase(const Key& key) {
    young.erase(key);
    old.erase(key);
  }
  std::size_t size() const { return young.size() + old.size(); }

  Keys young;  // what comes in
  Keys old;

 private:
  void rotate(SteadyTime now) {
    old = std::exchange(young, {});
    began_ = now;
  }

  milliseconds kept_;
  std::size_t most_young_;
  SteadyTime began_{};
};

}  // namespace router::base
