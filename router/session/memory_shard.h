// One of the parts of the memory store: the sessions whose id hashes to it, under one lock.
//
// Besides the sessions: where each stands in the expiry wheel and in the order of creation, indexes by issuer
// and `sid`, issuer and subject, user name, and address, and the tombstones. Threads: any. Owner: MemoryStore. Times
// are steady; Session::ends_at_latest is turned into a steady deadline when the session comes in, so that a
// jump of the wall clock ends nothing (docs/contract/reliability.md P6).
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/flat_multimap.h"
#include "base/link.h"
#include "base/recent_set.h"
#include "session/expiry_wheel.h"
#include "session/store.h"

namespace router::session {

class MemoryShard {
 public:
  MemoryShard(base::SteadyTime now, base::milliseconds tombstones_kept, std::size_t most_tombstones)
      : wheel_(now), tombstones_(tombstones_kept, most_tombstones) {}

  struct Times {
    base::SteadyTime steady;
    base::WallTime wall;
  };
  struct Aged {
    std::uint64_t sequence = 0;  // order of creation
    base::milliseconds left{0};
    Snapshot session;
  };

  // The hash that ids are kept under.
  static std::uint64_t hash(const SessionId& id);

  // false: the id lives, or has been ended. `sequence` counts those that came in: in each part they stand in its order.
  // `left`: of its idle time, where it was used before it came in.
  bool insert(Snapshot session, std::atomic<std::uint64_t>& sequence, Times now,
              std::optional<base::milliseconds> left = std::nullopt);
  Snapshot find(const SessionId& id, base::SteadyTime now);
  // `changed` has the next generation; nullptr if the session is over or no longer the one before.
  Snapshot replace(Snapshot changed, Times now);
  bool used(const SessionId& id, base::SteadyTime now);
  // With the session; null: it is over.
  std::pair<Snapshot, base::milliseconds> standing(const SessionId& id, base::SteadyTime now);
  // A tombstone for an id that was never here.
  void bury(const SessionId& id, base::SteadyTime now);
  Snapshot remove(const SessionId& id, base::SteadyTime now);
  // At most `limit` of those that match and came later than `after`, the oldest ones, or all.
  void select(const SessionFilter& filter, std::uint64_t after, std::size_t limit, base::SteadyTime now,
              std::vector<Aged>& found);
  // Looks at no more than `looks` sessions, so that it ends soon.
  void take_expired(std::size_t limit, std::size_t looks, base::SteadyTime now, std::vector<Snapshot>& expired);

  // Of users' sessions.
  std::optional<std::uint64_t> oldest_user();
  Snapshot remove_oldest_user(base::SteadyTime now);

 private:
  struct ByAge;
  struct UserByAge;
  struct Entry : ExpiryWheel::Place, base::Link<ByAge>, base::Link<UserByAge> {
    Snapshot session;
    base::SteadyTime deadline;
    base::SteadyTime ends_at_latest;
    std::uint64_t sequence = 0;

    bool is_over(base::SteadyTime now) const { return deadline <= now; }
    void set_deadline(base::SteadyTime wanted) { deadline = std::min(wanted, ends_at_latest); }
  };
  using Entries = std::unordered_map<std::uint64_t, Entry>;

  // With the lock held:
  Entry* find_entry(const SessionId& id);
  Entry* find_living(const SessionId& id, base::SteadyTime now);
  Snapshot take_out(Entry& entry, base::SteadyTime now);
  void add_to_indexes(Entry& entry);
  void remove_from_indexes(Entry& entry);
  // What a look looks for, and when.
  struct Look {
    const SessionFilter& filter;
    std::uint64_t after;
    base::SteadyTime now;
    bool finds(const Entry& entry) const;
  };
  static Aged aged(const Entry& entry, base::SteadyTime now);
  void select_indexed(std::uint32_t key, const Look& look, std::vector<Aged>& found);
  void select_without_sid(const Look& look, std::vector<Aged>& found);
  void select_all(const Look& look, std::size_t limit, std::vector<Aged>& found);

  std::mutex mutex_;
  ExpiryWheel wheel_;         // outlives the entries in it
  base::Link<ByAge> by_age_;  // oldest first; likewise
  base::Link<UserByAge> users_by_age_;
  Entries entries_;
  base::FlatMultimap<Entry> index_;
  base::RecentSet tombstones_;
};

}  // namespace router::session
