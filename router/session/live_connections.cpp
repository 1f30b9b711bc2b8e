#include "session/live_connections.h"

#include <algorithm>
#include <utility>

#include "base/metrics.h"

namespace router::session {

namespace {

const base::SingleCounter kClosedByLogout("xsrouter_live_answers_closed_total",
                                          "WebSockets, event streams and answers under way that a logout has ended.");

}  // namespace

LiveConnections::Registration& LiveConnections::Registration::operator=(Registration&& other) noexcept {
  if (this != &other) {
    release();
    entry_ = std::move(other.entry_);
  }
  return *this;
}

void LiveConnections::Registration::release() {
  if (!entry_) return;
  const auto entry = std::move(entry_);
  entry->gone = true;
  Shard& shard = *entry->shard;
  const std::lock_guard lock(shard.mutex);
  const auto [first, last] = shard.entries.equal_range(entry->key);
  for (auto it = first; it != last; ++it) {
    if (it->second != entry) continue;
    shard.entries.erase(it);
    break;
  }
}

void LiveConnections::end_soon(const std::shared_ptr<Entry>& entry) {
  entry->loop->post([entry] {
    if (!std::exchange(entry->gone, true)) entry->end();
  });
}

LiveConnections::Registration LiveConnections::add(const SessionId& id, base::Loop& loop, std::function<void()> end,
                                                   std::string back_end, bool authenticated) {
  const auto hash = hash_of(id);
  Shard& shard = shards_[hash % kShards];
  Registration registration;
  registration.entry_ =
      std::make_shared<Entry>(Entry{&loop, std::move(end), &shard, std::string(id.reveal()), std::move(back_end)});
  const std::lock_guard lock(shard.mutex);
  shard.entries.emplace(registration.entry_->key, registration.entry_);
  const bool has_left = authenticated && shard.ended.contains(hash_of(hash, registration.entry_->back_end));
  if (has_left || shard.ended.contains(hash)) end_soon(registration.entry_);
  return registration;
}

std::size_t LiveConnections::close(const SessionId& id) {
  const auto hash = hash_of(id);
  Shard& shard = shards_[hash % kShards];
  const std::lock_guard lock(shard.mutex);
  shard.remember(hash);
  const auto [first, last] = shard.entries.equal_range(std::string(id.reveal()));
  std::size_t closed = 0;
  for (auto it = first; it != last; ++it, ++closed) end_soon(it->second);
  kClosedByLogout.add(closed);
  return closed;
}

std::size_t LiveConnections::close(const SessionId& id, const std::vector<std::string>& back_ends) {
  const auto hash = hash_of(id);
  Shard& shard = shards_[hash % kShards];
  const std::lock_guard lock(shard.mutex);
  for (const auto& back_end : back_ends) shard.remember(hash_of(hash, back_end));
  const auto [first, last] = shard.entries.equal_range(std::string(id.reveal()));
  std::size_t closed = 0;
  for (auto it = first; it != last; ++it) {
    if (std::find(back_ends.begin(), back_ends.end(), it->second->back_end) == back_ends.end()) continue;
    end_soon(it->second);
    ++closed;
  }
  kClosedByLogout.add(closed);
  return closed;
}

void LiveConnections::Shard::remember(std::size_t hash) {
  if (!ended.insert(hash).second) return;
  if (ended_in_order.size() < kRemembered / kShards) {
    ended_in_order.push_back(hash);
    return;
  }
  ended.erase(std::exchange(ended_in_order[oldest], hash));
  oldest = (oldest + 1) % ended_in_order.size();
}

std::size_t LiveConnections::count() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    count += shard.entries.size();
  }
  return count;
}

}  // namespace router::session
