// Sessions in this process: the default store.
//
// Sharded by id, a lock per shard, no call suspends or takes longer than some microseconds (select without an
// index and take_expired excepted: those look at many, a bounded number). Tombstones and
// ended `sid`s are kept for 10 minutes, in bounded memory. Threads: any. Owner: app/parts; `clock` outlives
// it.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "base/recent_times.h"
#include "base/two_generations.h"
#include "session/anonymous_ledger.h"
#include "session/memory_shard.h"
#include "session/memory_shared_state.h"
#include "session/store.h"
#include "session/untold.h"

namespace router::session {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const base::Clock& clock, StoreLimits limits = {});

  base::Task<base::Result<void>> create(Session session) override;
  base::Task<base::Result<std::optional<Succession>>> succeed(SessionId before, Session next,
                                                              TakeOver take_over) override;
  base::Task<base::Result<SessionId>> successor(SessionId before) override;
  base::Task<base::Result<std::optional<Snapshot>>> find(SessionId id) override;
  base::Task<base::Result<std::optional<Snapshot>>> replace(Session changed) override;
  base::Task<base::Result<void>> used(SessionId id) override;
  base::Task<base::Result<std::optional<base::milliseconds>>> time_left(SessionId id) override;
  base::Task<base::Result<std::optional<Snapshot>>> end(SessionId id) override;
  base::Task<base::Result<std::vector<Listed>>> page(SessionFilter filter, std::optional<Position> after,
                                                     std::size_t limit) override;
  base::Task<base::Result<void>> remember_ended(EndedAtProvider ended) override;
  base::Task<base::Result<std::vector<Snapshot>>> take_expired(std::size_t limit) override;
  base::Task<base::Result<void>> told(std::vector<SessionId> ids) override;
  base::Task<base::Result<Counts>> counts() override;
  SharedState& shared() override { return shared_; }

  // For who keeps a journal of it (session/sqlite_store.h); none of them waits.
  struct Standing {
    Snapshot session;
    base::milliseconds left;
  };
  // Absent: over, or never here.
  std::optional<Standing> standing(const SessionId& id);
  void note_ended(const EndedAtProvider& ended);
  // What an earlier process left: a session with what is left of its idle time, which may be nothing (false: it is here,
  // or over); one that is over and whose successor may be empty; one that is over and whose back-ends may not know, which
  // take_expired() hands out.
  bool restore(Session session, base::milliseconds left);
  void restore_ended(const SessionId& id, const SessionId& successor);
  void restore_untold(Snapshot session);

 private:
  static constexpr std::size_t kShards = 32;

  MemoryShard& shard_of(const SessionId& id) { return *shards_[MemoryShard::hash(id) % kShards]; }
  MemoryShard::Times now() const { return {clock_.steady(), clock_.wall()}; }
  // `left`: of its idle time, where an earlier process let it in; then what providers have ended does not matter.
  base::Result<void> come_in(const Snapshot& session, std::optional<base::milliseconds> left);
  // With ended_mutex_ held.
  void note_successor(const SessionId& of, const SessionId& next, base::SteadyTime now);
  bool has_ended_at_provider(const Session& session, base::SteadyTime now);
  base::Result<void> insert(Snapshot session, std::optional<base::milliseconds> left = std::nullopt);
  // Users' sessions and anonymous ones are kept apart, so that neither makes the other wait, or go.
  struct Kind {
    std::atomic<std::uint64_t> live = 0;
    std::deque<Snapshot> evicted_waiting;  // with evicted_mutex_ held
  };
  Kind& kind_of(const Session& session) { return session.is_anonymous ? anonymous_ : users_; }
  void count_out(const Session& session);
  bool is_crowded(const Session& session);
  bool evict_oldest_user();
  void evict(const std::vector<SessionId>& ids);
  void keep_evicted(Snapshot session);
  void take_evicted(Kind& kind, std::size_t limit, std::vector<Snapshot>& out);

  const base::Clock& clock_;
  const StoreLimits limits_;
  MemorySharedState shared_;
  std::array<std::unique_ptr<MemoryShard>, kShards> shards_;

  // Held while a session comes in, so that none slips past remember_ended, and who finds one succeeded finds its
  // successor.
  std::mutex ended_mutex_;
  base::RecentTimes<base::WallTime> ended_sids_;
  base::RecentTimes<base::WallTime> ended_subjects_;
  base::RecentTimes<base::WallTime> ended_without_sid_;  // by subject; only logins that came without a `sid`

  base::RecentTimes<base::WallTime> unsigned_sids_;
  base::TwoGenerations<std::unordered_map<std::uint64_t, SessionId>> successors_;

  AnonymousLedger ledger_;
  Untold untold_;

  std::mutex evicted_mutex_;
  Kind users_;
  Kind anonymous_;

  const std::string name_;  // of its positions: those of an earlier process say nothing here
  std::atomic<std::size_t> next_shard_ = 0;
  std::atomic<std::uint64_t> sequence_ = 0;
  std::atomic<std::uint64_t> created_ = 0;
  std::atomic<std::uint64_t> ended_ = 0;
  std::atomic<std::uint64_t> expired_ = 0;
  std::atomic<std::uint64_t> evicted_ = 0;
};

}  // namespace router::session
