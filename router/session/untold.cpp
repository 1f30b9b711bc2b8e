#include "session/untold.h"

#include "session/memory_shard.h"

namespace router::session {
namespace {

constexpr std::size_t kMostUntold = 256 * 1024;

}  // namespace

void Untold::add(const Snapshot& session, base::SteadyTime now) {
  const auto key = MemoryShard::hash(session->id);
  const std::lock_guard lock(mutex_);
  waiting_.insert_or_assign(key, Waiting{session, now});
  in_order_.emplace_back(now, key);
  while (in_order_.size() > kMostUntold) {
    waiting_.erase(in_order_.front().second);
    in_order_.pop_front();
  }
}

void Untold::told(const std::vector<SessionId>& ids) {
  const std::lock_guard lock(mutex_);
  for (const auto& id : ids) waiting_.erase(MemoryShard::hash(id));
  while (!in_order_.empty() && !waiting_.contains(in_order_.front().second)) in_order_.pop_front();
}

void Untold::take(std::size_t limit, base::SteadyTime now, std::vector<Snapshot>& out) {
  const std::lock_guard lock(mutex_);
  for (; limit > 0 && !in_order_.empty() && in_order_.front().first + kHandedOutAfter <= now; in_order_.pop_front()) {
    const auto [since, key] = in_order_.front();
    const auto found = waiting_.find(key);
    if (found == waiting_.end() || found->second.since != since) continue;
    found->second.since = now;
    in_order_.emplace_back(now, key);
    out.push_back(found->second.session);
    --limit;
  }
}

}  // namespace router::session
