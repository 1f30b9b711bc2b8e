#include "session/redis_journal.h"

#include <algorithm>

namespace router::session {
namespace {

constexpr std::size_t kMostEnded = 200'000;
// Anybody can send ids that are none.
constexpr std::size_t kMostUnseen = 10'000;

}  // namespace

void RedisJournal::note(const SessionId& id, bool is_said, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (ended_.size() >= kMostEnded) drop_oldest();
  ended_.push_back({id, now, ++last_number_, is_said});
  if (!is_said) ++unsaid_;
}

bool RedisJournal::note_unseen(const SessionId& id) {
  const std::lock_guard lock(mutex_);
  if (unseen_.size() >= kMostUnseen) return false;
  unseen_.push_back(id);
  return true;
}

void RedisJournal::drop_oldest() {
  if (!ended_.front().is_said) --unsaid_;
  ended_.pop_front();
}

std::vector<RedisJournal::Ended> RedisJournal::to_say(bool all, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  while (!ended_.empty() && ended_.front().is_said && ended_.front().at < now - kKept) drop_oldest();
  std::vector<Ended> found;
  if (!all && unsaid_ == 0) return found;
  for (const auto& one : ended_) {
    if (all || !one.is_said) found.push_back(one);
  }
  return found;
}

void RedisJournal::said(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = std::lower_bound(ended_.begin(), ended_.end(), number,
                                      [](const Ended& one, std::uint64_t wanted) { return one.number < wanted; });
  if (found == ended_.end() || found->number != number || found->is_said) return;
  found->is_said = true;
  --unsaid_;
}

std::vector<SessionId> RedisJournal::unseen(std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  return {unseen_.begin(), unseen_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, unseen_.size()))};
}

void RedisJournal::settle_unseen(std::size_t taken, const std::vector<SessionId>& again) {
  const std::lock_guard lock(mutex_);
  unseen_.erase(unseen_.begin(), unseen_.begin() + static_cast<std::ptrdiff_t>(taken));
  unseen_.insert(unseen_.end(), again.begin(), again.end());
}

std::size_t RedisJournal::unsaid() const {
  const std::lock_guard lock(mutex_);
  return unsaid_ + unseen_.size();
}

}  // namespace router::session
