// Values under random keys that are handed out once and forgotten soon: sign-in requests, codes, refresh
// tokens.
//
// At most kMaxEntries; the oldest goes first. Any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/random.h"

namespace router::demo {

template <class T>
class ShortLived {
 public:
  static constexpr std::size_t kMaxEntries = 1000;

  explicit ShortLived(std::chrono::seconds lifetime) : lifetime_(lifetime) {}

  // The new key.
  std::string put(T value) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() == kMaxEntries) entries_.pop_front();
    entries_.push_back({crypto::random_token(), std::move(value), Clock::now() + lifetime_});
    return entries_.back().key;
  }

  std::optional<T> find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = locate(key);
    return found == entries_.end() ? std::nullopt : std::optional<T>(found->value);
  }

  // Finds and forgets.
  std::optional<T> take(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = locate(key);
    if (found == entries_.end()) return std::nullopt;
    std::optional<T> value = std::move(found->value);
    entries_.erase(found);
    return value;
  }

  template <class Predicate>
  void forget_if(Predicate predicate) {
    const std::lock_guard lock(mutex_);
    entries_.remove_if([&](const Entry& entry) { return predicate(entry.value); });
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::string key;
    T value;
    Clock::time_point expires;
  };

  auto locate(std::string_view key) {
    // The lifetime is the same for all, so they expire in the order they came.
    while (!entries_.empty() && entries_.front().expires <= Clock::now()) entries_.pop_front();
    return std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
  }

  const std::chrono::seconds lifetime_;
  std::mutex mutex_;
  std::list<Entry> entries_;
};

}  // namespace router::demo
