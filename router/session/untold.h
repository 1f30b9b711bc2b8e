// Sessions that somebody was handed the last state of, until told(): after a minute they are handed out again.
//
// Part of the memory store. Bounded: the oldest goes first. Threads: any. Times are steady.
#pragma once

#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>
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
  struct Waiting {
    Snapshot session;
    base::SteadyTime since;
  };
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Waiting> waiting_;
  std::deque<std::pair<base::SteadyTime, std::uint64_t>> in_order_;  // may name what has been told
};

}  // namespace router::session
