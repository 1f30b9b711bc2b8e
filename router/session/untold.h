// Sessions that somebody was handed the last state of, until told(): after a minute they are handed out again.
//
// Part of the memory store. Bounded: of those that wait the oldest goes first. Threads: any. Times are steady.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "session/session.h"

namespace router::session {

class Untold {
 public:
  static constexpr base::milliseconds kHandedOutAfter{60'000};

  void add(const Snapshot& session, base::SteadyTime now);
  void told(const std::vector<SessionId>& ids);
  // At most `limit` of them; again a minute later.
  void take(std::size_t limit, base::SteadyTime now, std::vector<Snapshot>& out);

 private:
  struct Place {
    base::SteadyTime since;
    std::uint64_t key = 0;
    std::uint64_t number = 0;  // of no other
  };
  struct Waiting {
    Snapshot session;
    std::uint64_t number = 0;  // of its place
  };
  // With the lock held:
  Place next_place(std::uint64_t key, base::SteadyTime now) { return {now, key, ++last_number_}; }
  bool waits(const Place& place) const;
  void drop_first();

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Waiting> waiting_;
  std::deque<Place> in_order_;  // some that do not wait any more
  std::uint64_t last_number_ = 0;
};

}  // namespace router::session
