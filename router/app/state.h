// Where sessions, logout calls and receipts are kept: made once at start from the settings, before anything
// listens.
//
// Owner: Router, through Parts; destroyed after the loops have stopped, which writes what waits to be
// written. Blocks on files, never on Redis. Source: docs/contract/durability.md "Where state lives".
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/redis_links.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "config/model.h"
#include "logout/outbox.h"
#include "session/store.h"
#include "storage/records.h"

namespace router::session {
class RedisStore;
class SqliteStore;
}  // namespace router::session
namespace router::logout {
class RedisOutbox;
}

namespace router::app {

struct State {
  // Errors: what to mend, in words; nothing has been started. What is in Redis is there from use_redis() on.
  static base::Result<std::unique_ptr<State>> open(const config::Environment& environment);

  // Before the loops run, and before anything else is done with it. Whoever is asked on a core's loop that has been
  // added asks Redis from there.
  void use_redis(const config::Environment& environment, net::AsioLoop& background);
  void add_core(net::AsioLoop& core);

  // Reads what an earlier process left, and begins to talk to Redis. Background loop.
  void start();
  // No more of that; `done` when nothing is under way any more, on the background loop.
  void stop(base::Loop& background, std::function<void()> done);

  // When the loops have stopped, before they are gone: nobody that waits for the disk is called back later.
  void finish();

  base::SystemClock clock;
  std::optional<storage::RedisAddress> sessions_at;  // where they are in Redis
  std::optional<storage::RedisAddress> outbox_at;
  std::vector<std::unique_ptr<RedisLinks>> links;     // to one Redis, or two
  std::shared_ptr<storage::Records> session_records;  // where sessions are in a file
  std::shared_ptr<storage::Records> records;          // where the outbox is a file: that of receipts, too; null: none
  std::unique_ptr<session::Store> sessions;
  std::unique_ptr<logout::Outbox> outbox;
  session::SqliteStore* restored = nullptr;         // `sessions`, where they are in a file
  session::RedisStore* redis_store = nullptr;       // `sessions`, where they are in Redis
  logout::RedisOutbox* redis_outbox = nullptr;      // `outbox`, where it is there
  storage::RedisClients* outbox_clients = nullptr;  // of the Redis that it is in
};

// What sessions are sealed with where no SESSION_SECRET is given: kept in the state directory
// (session-secret, mode 0600), made there, and the directory with it, by the first start. Errors: what to
// mend, in words.
struct StateSecret {
  base::Secret secret;
  std::string file;
  bool is_new = false;  // made now, which is to be logged
};
base::Result<StateSecret> state_secret(const std::string& directory);
// Whether the one that is there, if there is one, can be used; changes nothing.
base::Result<void> check_state_secret(const std::string& directory);

// Says once what ends with the process, and what to set.
void warn_of_memory(const config::Environment& environment);

}  // namespace router::app
