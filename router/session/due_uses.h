// Sessions whose use has to be written down, each once in a while: when its span is over, with the last use
// in it.
//
// Sharded by id, a lock per shard; about 150 bytes for each session used within its span. Times are steady.
// Threads: any.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "session/memory_shard.h"
#include "session/session.h"

namespace router::session {

class DueUses {
 public:
  static constexpr base::milliseconds kLongestSpan{60'000};

  // A tenth of the idle time, a minute at most.
  static base::milliseconds span_of(const Session& session) {
    return std::min(session.idle_timeout / 10, kLongestSpan);
  }

  // The first use of a span begins it.
  void note(const SessionId& id, base::milliseconds span, base::SteadyTime now) {
    const auto key = MemoryShard::hash(id);
    Shard& shard = shards_[key % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    if (shard.known.insert(key).second) shard.due.emplace(now + span, id);
  }
  bool is_noted(const SessionId& id) {
    const auto key = MemoryShard::hash(id);
    Shard& shard = shards_[key % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    return shard.known.contains(key);
  }
  // Those whose span ends by `now`.
  std::vector<SessionId> take(base::SteadyTime now) {
    std::vector<SessionId> taken;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      while (!shard.due.empty() && shard.due.begin()->first <= now) {
        auto first = shard.due.extract(shard.due.begin());
        shard.known.erase(MemoryShard::hash(first.mapped()));
        taken.push_back(std::move(first.mapped()));
      }
    }
    return taken;
  }

 private:
  struct Shard {
    std::mutex mutex;
    std::unordered_set<std::uint64_t> known;
    std::multimap<base::SteadyTime, SessionId> due;
  };
  std::array<Shard, 16> shards_;
};

}  // namespace router::session
