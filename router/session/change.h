// Changes a session as it is in the store, whoever else changes it at the same time.
//
// The one loop around Store::replace: a copy is edited and written; where somebody else was first, again from
// the newest state. A session that has ended stays ended. Threads: as the store. Errors: conflict (retryable:
// others keep changing it), those of the store. Source: docs/contract/logout.md section 1.
#pragma once

#include <functional>

#include "session/store.h"

namespace router::session {

struct Change {
  Snapshot before;  // the state that was edited; null: the session is over
  Snapshot now;     // the state afterwards; that from before, if there was nothing to write

  bool is_over() const { return now == nullptr; }
  bool was_written() const { return now != before; }
};

// Edits a copy; false: nothing to write. Called once per attempt, each time with the newest state; what it
// refers to outlives the Task.
using Edit = std::function<bool(Session& session)>;

base::Task<base::Result<Change>> change(Store& store, SessionId id, Edit edit);
// Where a state is at hand, which saves a look-up: `known` is not null, and may be out of date.
base::Task<base::Result<Change>> change(Store& store, Snapshot known, Edit edit);

}  // namespace router::session
