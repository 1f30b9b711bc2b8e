// Where sessions, logout calls and receipts are kept: made once at start from the settings, before anything
// listens.
//
// Owner: Router, through Parts; destroyed after the loops have stopped, which writes what waits to be
// written. Blocks on files. Source: docs/contract/durability.md "Where state lives".
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "config/model.h"
#include "logout/outbox.h"
#include "session/store.h"
#include "storage/records.h"

namespace router::session {
class SqliteStore;
}

namespace router::app {

struct State {
  // Errors: what to mend, in words; nothing has been started.
  static base::Result<std::unique_ptr<State>> open(const config::Environment& environment);

  // Reads what an earlier process left, on the background loop.
  base::Task<void> restore();

  // When the loops have stopped, before they are gone: nobody that waits for the disk is called back later.
  void finish();

  base::SystemClock clock;
  std::shared_ptr<storage::Records> session_records;  // where sessions are in a file
  std::shared_ptr<storage::Records> records;          // where the outbox is a file: that of receipts, too; null: none
  std::unique_ptr<session::Store> sessions;
  std::unique_ptr<logout::Outbox> outbox;
  session::SqliteStore* restored = nullptr;  // `sessions`, where they are in a file
};

// What sessions are sealed with where no SESSION_SECRET is given: kept in the state directory
// (session-secret, mode 0600), made there, and the directory with it, by the first start. Errors: what to
// mend, in words.
base::Result<base::Secret> state_secret(const std::string& directory);

// Says once what ends with the process, and what to set.
void warn_of_memory(const config::Environment& environment);

}  // namespace router::app
