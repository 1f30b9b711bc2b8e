// Sessions in this process, written through to a file: a restart signs nobody out, and what it interrupts is
// told.
//
// While the process lives the memory store is the truth, and finds and uses without waiting; the file is its journal.
// What is created or changed is on disk when the call returns; what ended is when told() or keep_ends() does, or
// anything that was written after it: the calls to its back-ends share its transaction. Once told() has returned no
// crash has anybody told again. Uses are written at most once in a tenth of the idle time, 60 s at most, a session, and
// when the store goes; anonymous sessions wait for company. Each write says what the memory says when its turn comes:
// no order of events brings an ended session back. With the disk full or away all goes on in memory and is written once
// it is back (storage/database.h); health() says so. A session that has ended stays in the file until told() says that
// its back-ends will hear of it; of what an earlier process left untold, and of what timed out meanwhile,
// take_expired() hands out all. The file knows ids as hashes. Restored in steps, from restore() or by whoever needs all
// of them; find() of one that is not there yet looks for it. Threads: any. Owner: app/parts; `records` and `clock`
// outlive it. Source: docs/contract/durability.md "SQLite".
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "session/due_uses.h"
#include "session/memory_store.h"
#include "session/restoring.h"
#include "session/sqlite_shared_state.h"
#include "session/store.h"
#include "storage/records.h"

namespace router::session {

class SqliteStore final : public Store {
 public:
  SqliteStore(std::shared_ptr<storage::Records> records, const base::Clock& clock, StoreLimits limits);
  // Writes what was used since.
  ~SqliteStore() override;

  // All that the file holds; on any loop, once. What cannot be read now is read with the next take_expired().
  base::Task<void> restore();

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
  base::Task<void> keep_ends() override;
  base::Task<base::Result<Counts>> counts() override;
  Health health() const override;
  SharedState& shared() override { return shared_; }

 private:
  void restore_record(storage::RecordKind kind, const storage::Record& record);
  void restore_session(const storage::Record& record);
  // That one, if it is in the file and not yet here.
  base::Task<base::Result<void>> restore_one(SessionId id);
  // On disk, unless the disk is away: then it will be.
  base::Task<void> write(storage::MakeChanges make);
  std::uint64_t write_later(storage::MakeChanges make);
  void write_used(std::vector<SessionId> used);

  std::shared_ptr<storage::Records> records_;
  const base::Clock& clock_;
  std::shared_ptr<MemoryStore> memory_;  // writes that are kept refer to it
  SqliteSharedState shared_;
  DueUses uses_;
  Restoring restoring_;
  std::atomic<std::uint64_t> restored_ = 0;  // sessions
  std::atomic<bool> is_restoring_ = false;   // somebody is at it already
  base::SteadyTime forgot_at_{};             // with take_expired(), which one loop calls
};

}  // namespace router::session
