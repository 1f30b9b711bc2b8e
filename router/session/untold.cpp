#include "session/untold.h"

#include "session/memory_shard.h"

namespace router::session {
namespace {

constexpr std::size_t kMostUntold = 256 * 1024;

}  // namespace

void Untold::add(const Snapshot& session, base::SteadyTime now) {
  const auto key = MemoryShard::hash(session->id);
  const std::lock_guard lock(mutex_);
  in_order_.push_back(next_place(key, now));
  waiting_.insert_or_assign(key, Waiting{session, last_number_});
  while (waiting_.size() > kMostUntold) drop_first();
  // at most every so many times
  if (in_order_.size() > 2 * kMostUntold) std::erase_if(in_order_, [this](const Place& one) { return !waits(one); });
}

bool Untold::waits(const Place& place) const {
  const auto found = waiting_.find(place.key);
  return found != waiting_.end() && found->second.number == place.number;
}

void Untold::drop_first() {
  if (waits(in_order_.front())) waiting_.erase(in_order_.front().key);
  in_order_.pop_front();
}

void Untold::told(const std::vector<SessionId>& ids) {
  const std::lock_guard lock(mutex_);
  for (const auto& id : ids) waiting_.erase(MemoryShard::hash(id));
  while (!in_order_.empty() && !waits(in_order_.front())) in_order_.pop_front();
}

void Untold::take(std::size_t limit, base::SteadyTime now, std::vector<Snapshot>& out) {
  const std::lock_guard lock(mutex_);
  for (; limit > 0 && !in_order_.empty() && in_order_.front().since + kHandedOutAfter <= now; in_order_.pop_front()) {
    if (!waits(in_order_.front())) continue;
    const auto key = in_order_.front().key;
    in_order_.push_back(next_place(key, now));
    auto& waiting = waiting_.at(key);
    waiting.number = last_number_;
    out.push_back(waiting.session);
    --limit;
  }
}

}  // namespace router::session
