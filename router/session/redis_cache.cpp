#include "session/redis_cache.h"

#include <algorithm>
#include <utility>

namespace router::session {

RedisCache::Known* RedisCache::entry(Shard& shard, std::uint64_t key, base::SteadyTime now) {
  if (shard.over.contains(key, now)) return nullptr;
  shard.known.age(now);
  return shard.known.find(key);
}

bool RedisCache::is_good(const Known& known, Certainty certainty, base::SteadyTime now) {
  return certainty.since <= known.read_at && now < certainty.until && now - known.read_at < kGoodFor &&
         now < known.ends;
}

std::optional<RedisCache::Known> RedisCache::find(const SessionId& id, Certainty certainty, base::SteadyTime now) {
  const auto key = MemoryShard::hash(id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto* const known = entry(shard, key, now);
  if (known == nullptr || !is_good(*known, certainty, now)) return std::nullopt;
  return *known;
}

std::optional<RedisCache::Known> RedisCache::last_known(const SessionId& id, base::SteadyTime now) {
  const auto key = MemoryShard::hash(id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto* const known = entry(shard, key, now);
  if (known == nullptr) return std::nullopt;
  return *known;
}

void RedisCache::put(Known known, base::SteadyTime now) {
  const auto key = MemoryShard::hash(known.session->id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  if (shard.over.contains(key, now)) return;
  const auto changed = shard.changed.find(key, now);
  if (changed && known.read_at <= *changed) return;
  if (const auto* const before = entry(shard, key, now)) {
    // an answer that was overtaken by a newer one
    if (before->session->generation > known.session->generation) return;
    known.ends = std::max(known.ends, std::min(before->ends, known.latest));
    known.last_use = before->last_use;
  }
  shard.known.old.erase(key);
  shard.known.young.insert_or_assign(key, std::move(known));
  shard.known.make_room(now);
}

void RedisCache::bury(const SessionId& id, base::SteadyTime now) {
  const auto key = MemoryShard::hash(id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.over.insert(key, now);
  shard.known.erase(key);
}

bool RedisCache::is_over(const SessionId& id, base::SteadyTime now) {
  const auto key = MemoryShard::hash(id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  return shard.over.contains(key, now);
}

void RedisCache::forget(const SessionId& id, base::SteadyTime now) {
  const auto key = MemoryShard::hash(id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  shard.changed.note(key, now, now);
  if (auto* const known = entry(shard, key, now)) known->read_at = base::SteadyTime::min();
}

std::optional<RedisCache::Known> RedisCache::use(const SessionId& id, Certainty certainty, base::SteadyTime now) {
  const auto key = MemoryShard::hash(id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  auto* const known = entry(shard, key, now);
  if (known == nullptr || !is_good(*known, certainty, now)) return std::nullopt;
  known->last_use = now;
  known->ends = std::min(now + known->session->idle_timeout, known->latest);
  return *known;
}

void RedisCache::wrote(const SessionId& id, base::SteadyTime ends) {
  const auto key = MemoryShard::hash(id);
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  if (auto* const known = shard.known.find(key)) known->written = std::max(known->written, ends);
}

}  // namespace router::session
