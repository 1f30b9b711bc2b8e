// Sessions that Redis was asked for a moment ago: a request with one of them costs no round trip.
//
// One is good while it is certain that no news of it has been missed (storage/redis_subscription.h), for kGoodFor at
// most, and until its deadline as far as it is known here. What has ended stays known as over, so that an answer that
// was on its way does not bring it back; likewise what has changed. Bounded. Times are steady. Threads: any.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "base/recent_set.h"
#include "base/recent_times.h"
#include "base/two_generations.h"
#include "session/memory_shard.h"
#include "session/session.h"

namespace router::session {

class RedisCache {
 public:
  static constexpr base::milliseconds kGoodFor{30'000};

  // From when to when nothing was missed.
  struct Certainty {
    base::SteadyTime since = base::SteadyTime::max();
    base::SteadyTime until = base::SteadyTime::min();
  };
  struct Known {
    Snapshot session;
    base::SteadyTime read_at;                            // when it was asked for
    base::SteadyTime ends;                               // nobody has used it longer, as far as is known
    base::SteadyTime latest = base::SteadyTime::max();   // it ends then in any case
    base::SteadyTime written = base::SteadyTime::min();  // the end that Redis knows
    base::SteadyTime last_use = base::SteadyTime::min();
  };

  // Absent: ask Redis.
  std::optional<Known> find(const SessionId& id, Certainty certainty, base::SteadyTime now);
  // However old; for when Redis is away.
  std::optional<Known> last_known(const SessionId& id, base::SteadyTime now);
  void put(Known known, base::SteadyTime now);
  // It is over: for good.
  void bury(const SessionId& id, base::SteadyTime now);
  bool is_over(const SessionId& id, base::SteadyTime now);
  // What was asked for before now may be out of date.
  void forget(const SessionId& id, base::SteadyTime now);
  // A use of now moves its end. Absent: it is not known well enough.
  std::optional<Known> use(const SessionId& id, Certainty certainty, base::SteadyTime now);
  void wrote(const SessionId& id, base::SteadyTime ends);

 private:
  struct Shard {
    std::mutex mutex;
    base::TwoGenerations<std::unordered_map<std::uint64_t, Known>> known{kGoodFor * 4, 16 * 1024};
    base::RecentSet over{base::minutes(10), 32 * 1024};
    base::RecentTimes<base::SteadyTime> changed{kGoodFor * 2, 16 * 1024};
  };
  Shard& shard_of(std::uint64_t key) { return shards_[key % shards_.size()]; }
  // With the lock held; nullptr: not known, or over.
  static Known* entry(Shard& shard, std::uint64_t key, base::SteadyTime now);
  static bool is_good(const Known& known, Certainty certainty, base::SteadyTime now);

  std::array<Shard, 32> shards_;
};

}  // namespace router::session
