// What has ended here of late: so that a fail-over that lost it is told again, and a Redis that was away hears of it.
//
// Of what is not in Redis yet (unsaid()) there are two kinds: sessions whose last state was known here, which Redis has
// to bury; and ids of which only Redis knows what they were ("unseen"), which it has to end. Bounded: of the former the
// oldest goes first, of the latter no more are taken. Times are steady. Threads: any. Owner: RedisStore. Source:
// docs/contract/durability.md "Redis".
#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "session/session.h"

namespace router::session {

class RedisJournal {
 public:
  static constexpr base::milliseconds kKept{60'000};

  struct Ended {
    SessionId id;
    base::SteadyTime at;
    std::uint64_t number = 0;  // rising
    bool is_said = true;
  };

  void note(const SessionId& id, bool is_said, base::SteadyTime now);
  // False: there are too many.
  bool note_unseen(const SessionId& id);

  // `all`: of the last minute, too; else what is unsaid.
  std::vector<Ended> to_say(bool all, base::SteadyTime now);
  void said(std::uint64_t number);
  // The first of them, at most `limit`.
  std::vector<SessionId> unseen(std::size_t limit) const;
  // Of those, in that order: done, and to be tried again after the others.
  void settle_unseen(std::size_t taken, const std::vector<SessionId>& again);

  std::size_t unsaid() const;

 private:
  void drop_oldest();

  mutable std::mutex mutex_;
  std::deque<Ended> ended_;
  std::deque<SessionId> unseen_;
  std::size_t unsaid_ = 0;  // of ended_
  std::uint64_t last_number_ = 0;
};

}  // namespace router::session
