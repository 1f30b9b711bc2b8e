// Sessions, their tombstones and what providers have ended, as records of a file and back
// (session/sqlite_store.h).
//
// A record knows a session by the hash of its id; the id itself is sealed with the rest. Pure, but for what
// they restore; any thread. Times are wall time, because they outlive the process. Source:
// docs/contract/durability.md "SQLite".
#pragma once

#include <optional>
#include <string>

#include "session/memory_store.h"
#include "storage/records.h"

namespace router::session {

std::string kept_key(const SessionId& id);

// One that lives, until `deadline` if nobody uses it.
storage::Record record_of(const Session& session, base::WallTime deadline);
struct KeptSession {
  base::WallTime deadline;
  Session session;
};
// Living or untold. Absent: of a format that this version does not know.
std::optional<KeptSession> read_session(const storage::Record& record);

// Over, and its back-ends may not know.
void add_untold(const Snapshot& session, base::WallTime now, storage::RecordChanges& changes);
// Over; `successor` stands for it now, or is empty.
storage::Record tombstone(const SessionId& id, const SessionId& successor, base::WallTime now);
void restore_tombstone(const storage::Record& record, MemoryStore& memory);

storage::Record record_of(const EndedAtProvider& ended, base::WallTime now);
void restore_ended_at_provider(const storage::Record& record, MemoryStore& memory);

}  // namespace router::session
