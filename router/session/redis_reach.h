// Whether Redis is there, as far as is known, so that nobody waits for one that is away.
//
// Any answer says that it is, be it that it cannot (it is full). That none comes says that it is away, but not of a key
// in a cluster: the servers of all others may be there, and only who asks them all knows. Threads: any. Owner:
// RedisStore. Source: docs/contract/durability.md "Redis".
#pragma once

#include <atomic>
#include <vector>

#include "storage/redis_client.h"

namespace router::session {

class RedisReach {
 public:
  explicit RedisReach(storage::RedisLayout layout) : is_cluster_(layout == storage::RedisLayout::cluster) {}

  // What came of a question about one key.
  void note(const storage::RedisClient::Answer& answer);
  // What came of questions to all servers.
  void note_all(const std::vector<storage::RedisClient::Answer>& answers);
  // Nobody has asked yet.
  void forget() { state_ = State::unknown; }

  bool is_there() const { return state_ == State::there; }
  // While it is, nobody but who looks for it asks.
  bool is_away() const { return state_ == State::away; }

  // What Redis cannot do is what it is away for: only it can tell.
  static base::Error away(const base::Error& error);
  static base::Error not_asked();

 private:
  enum class State { unknown, there, away };

  const bool is_cluster_;
  std::atomic<State> state_ = State::there;
};

}  // namespace router::session
