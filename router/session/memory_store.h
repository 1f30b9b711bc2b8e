// Sessions in this process: the default store.
//
// Sharded by id, a lock per shard, no call suspends or takes longer than some microseconds (select without an
// index and take_expired excepted: those look at many, a bounded number). With a limit on sessions, creating
// one more ends the oldest, which take_expired() then hands out like a session that timed out. Tombstones and
// ended `sid`s are kept for 10 minutes, in bounded memory. Threads: any. Owner: app/services; `clock` outlives
// it.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "session/memory_shard.h"
#include "session/recent_times.h"
#include "session/store.h"

namespace router::session {

class MemoryStore final : public Store {
 public:
  // `most_sessions`: 0 = no limit (LIMIT_SESSIONS).
  explicit MemoryStore(const base::Clock& clock, std::size_t most_sessions = 0);

  // overloaded: too many evicted sessions wait for take_expired().
  base::Task<base::Result<void>> create(Session session) override;
  base::Task<base::Result<std::optional<Snapshot>>> find(SessionId id) override;
  base::Task<base::Result<std::optional<Snapshot>>> replace(Session changed) override;
  base::Task<base::Result<void>> touch(SessionId id) override;
  base::Task<base::Result<std::optional<base::milliseconds>>> time_left(SessionId id) override;
  base::Task<base::Result<std::optional<Snapshot>>> end(SessionId id) override;
  base::Task<base::Result<std::vector<Snapshot>>> select(SessionFilter filter, std::size_t limit) override;
  base::Task<base::Result<void>> remember_ended(EndedAtProvider ended) override;
  base::Task<base::Result<std::vector<Snapshot>>> take_expired(std::size_t limit) override;
  Counts counts() const override;

 private:
  static constexpr std::size_t kShards = 32;

  MemoryShard& shard_of(const SessionId& id) { return *shards_[MemoryShard::hash(id) % kShards]; }
  MemoryShard::Times now() const { return {clock_.steady(), clock_.wall()}; }
  // With ended_mutex_ held.
  bool has_ended_at_provider(const Session& session, base::SteadyTime now);
  bool is_crowded();
  bool evict_oldest();
  void take_evicted(std::size_t limit, std::vector<Snapshot>& out);

  const base::Clock& clock_;
  const std::size_t most_sessions_;
  std::array<std::unique_ptr<MemoryShard>, kShards> shards_;

  std::mutex ended_mutex_;  // held while a session comes in, so that none slips past remember_ended
  RecentTimes<base::WallTime> ended_sids_;
  RecentTimes<base::WallTime> ended_subjects_;
  RecentTimes<base::WallTime> ended_without_sid_;  // by subject; only logins that came without a `sid`

  RecentTimes<base::WallTime> unsigned_sids_;

  std::mutex evicted_mutex_;
  std::deque<Snapshot> evicted_waiting_;

  std::atomic<std::size_t> next_shard_ = 0;
  std::atomic<std::uint64_t> sequence_ = 0;
  std::atomic<std::uint64_t> live_ = 0;
  std::atomic<std::uint64_t> created_ = 0;
  std::atomic<std::uint64_t> ended_ = 0;
  std::atomic<std::uint64_t> expired_ = 0;
  std::atomic<std::uint64_t> evicted_ = 0;
};

}  // namespace router::session
