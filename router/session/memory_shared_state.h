// What replicas would have to agree about, in this process alone: part of the memory store.
//
// No call suspends; a lock for each. Memory is bounded: see the limits in memory_shared_state.cpp. Threads: any. Owner:
// MemoryStore; `clock` outlives it.
#pragma once

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "base/recent_set.h"
#include "base/two_generations.h"
#include "session/shared_state.h"

namespace router::session {

class MemorySharedState final : public SharedState {
 public:
  explicit MemorySharedState(const base::Clock& clock) : clock_(clock) {}

  base::Task<base::Result<bool>> once(Kind kind, std::string key, base::milliseconds ttl) override;
  base::Task<base::Result<void>> keep(Kind kind, std::string key, base::Secret value, base::milliseconds ttl) override;
  base::Task<base::Result<std::optional<base::Secret>>> take(Kind kind, std::string key) override;
  base::Task<base::Result<Tally>> tally(Kind kind, std::string key, unsigned add, base::milliseconds span) override;
  base::Task<base::Result<void>> forget(Kind kind, std::string key) override;
  base::Task<base::Result<std::optional<Lease>>> lease(std::string name, base::milliseconds ttl) override;
  base::Task<base::Result<bool>> extend(Lease lease, base::milliseconds ttl) override;
  base::Task<base::Result<void>> release(Lease lease) override;

  // For what an earlier process has noted, too (session/sqlite_shared_state.h); none of them waits.
  // As once().
  bool say(Kind kind, const std::string& key, base::milliseconds ttl);
  // As keep(); the key of what made room, if anything did.
  std::optional<std::string> keep_for(Kind kind, std::string key, base::Secret value, base::milliseconds left);
  void restore_tally(Kind kind, const std::string& key, Tally tally, base::milliseconds span);

 private:
  struct Kept {
    base::Secret value;
    base::SteadyTime until;
  };
  struct Counted {
    std::uint64_t count = 0;
    base::SteadyTime ends;
  };
  struct Held {
    std::uint64_t fence = 0;
    base::SteadyTime until;
  };
  using CountedByKey = std::unordered_map<std::uint64_t, Counted>;
  // All of one purpose.
  struct Notes {
    std::optional<base::RecentSet> said;
    std::unordered_map<std::string, Kept> kept;
    std::deque<std::string> kept_in_order;  // may name keys that have been taken
    std::optional<base::TwoGenerations<CountedByKey>> counted;
  };

  // With the lock held:
  Counted& begin_count(Notes& notes, std::uint64_t key, base::milliseconds left, base::milliseconds span);
  // Null: nothing is counted there.
  static Counted* find_counted(Notes& notes, std::uint64_t key, base::SteadyTime now);
  Held* find_held(const Lease& lease, base::SteadyTime now);
  Notes& notes_of(Kind kind) { return notes_[static_cast<std::size_t>(kind)]; }

  const base::Clock& clock_;
  std::mutex mutex_;
  std::array<Notes, kKinds> notes_;
  std::unordered_map<std::string, Held> leases_;
  std::uint64_t last_fence_ = 0;
};

}  // namespace router::session
