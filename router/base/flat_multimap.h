// Pointers by 32-bit key, a key any number of times: 12 bytes a slot, no allocation per element.
//
// Open addressing with linear probing; what is found under a key is a candidate, because keys are hashes.
// Does not own what it points to. Not thread-safe. Source: Knuth, The Art of Computer Programming 6.4,
// algorithms L and R.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace router::base {

template <class T>
class FlatMultimap {
 public:
  void insert(std::uint32_t key, T* value) {
    if ((size_ + 1) * 8 > values_.size() * 7) grow();
    place(key, value);
    ++size_;
  }

  void erase(std::uint32_t key, const T* value) {
    if (values_.empty()) return;
    std::size_t hole = key & mask();
    for (; values_[hole] != value || keys_[hole] != key; hole = (hole + 1) & mask()) {
      if (values_[hole] == nullptr) return;
    }
    // whoever had to go past the hole moves up, so that no search ends before him
    for (std::size_t at = (hole + 1) & mask(); values_[at] != nullptr; at = (at + 1) & mask()) {
      const auto way_from_home = (at - keys_[at]) & mask();
      if (way_from_home < ((at - hole) & mask())) continue;
      keys_[hole] = keys_[at];
      values_[hole] = values_[at];
      hole = at;
    }
    values_[hole] = nullptr;
    --size_;
  }

  template <class Visit>
  void for_each(std::uint32_t key, Visit visit) const {
    if (values_.empty()) return;
    for (std::size_t at = key & mask(); values_[at] != nullptr; at = (at + 1) & mask()) {
      if (keys_[at] == key) visit(*values_[at]);
    }
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kFirstSlots = 16;
  std::size_t mask() const { return values_.size() - 1; }

  void place(std::uint32_t key, T* value) {
    std::size_t at = key & mask();
    while (values_[at] != nullptr) at = (at + 1) & mask();
    keys_[at] = key;
    values_[at] = value;
  }
  void grow() {
    const auto slots = values_.empty() ? kFirstSlots : 2 * values_.size();
    const auto keys = std::exchange(keys_, std::vector<std::uint32_t>(slots));
    const auto values = std::exchange(values_, std::vector<T*>(slots));
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (values[at] != nullptr) place(keys[at], values[at]);
    }
  }

  std::size_t size_ = 0;
  std::vector<std::uint32_t> keys_;
  std::vector<T*> values_;  // nullptr: free
};

}  // namespace router::base
