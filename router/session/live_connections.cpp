#include "session/live_connections.h"

#include <algorithm>
#include <utility>

#include "base/metrics.h"

namespace router::session {

namespace {

const base::SingleCounter kClosedByLogout("xsrouter_live_answers_closed_total",
                                          "WebSockets, event streams and answers under way that a logout has ended.");

// Stands for all; no back-end has this name.
constexpr std::string_view kEveryBackEnd = "*";

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
  const auto has_left_it = [&](std::string_view name) { return shard.ended.contains(hash_of(hash, name)); };
  const auto& name = registration.entry_->back_end;
  const bool has_left = authenticated && !name.empty() && (has_left_it(name) || has_left_it(kEveryBackEnd));
  if (has_left || shard.ended.contains(hash)) end_soon(registration.entry_);
  return registration;
}

std::size_t LiveConnections::end_those(Shard& shard, const SessionId& id,
                                       const std::function<bool(const Entry&)>& are_meant) {
  const auto [first, last] = shard.entries.equal_range(std::string(id.reveal()));
  std::size_t closed = 0;
  for (auto it = first; it != last; ++it) {
    if (!are_meant(*it->second)) continue;
    end_soon(it->second);
    ++closed;
  }
  kClosedByLogout.add(closed);
  return closed;
}

std::size_t LiveConnections::close(const SessionId& id) {
  const auto hash = hash_of(id);
  Shard& shard = shards_[hash % kShards];
  const std::lock_guard lock(shard.mutex);
  shard.remember(hash);
  return end_those(shard, id, [](const Entry&) { return true; });
}

std::size_t LiveConnections::close(const SessionId& id, const std::vector<std::string>& back_ends) {
  const auto hash = hash_of(id);
  Shard& shard = shards_[hash % kShards];
  const std::lock_guard lock(shard.mutex);
  for (const auto& back_end : back_ends) shard.remember(hash_of(hash, back_end));
  return end_those(shard, id, [&](const Entry& entry) {
    return std::find(back_ends.begin(), back_ends.end(), entry.back_end) != back_ends.end();
  });
}

std::size_t LiveConnections::close_back_ends(const SessionId& id) {
  const auto hash = hash_of(id);
  Shard& shard = shards_[hash % kShards];
  const std::lock_guard lock(shard.mutex);
  shard.remember(hash_of(hash, kEveryBackEnd));
  return end_those(shard, id, [](const Entry& entry) { return !entry.back_end.empty(); });
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
