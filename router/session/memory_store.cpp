#include "session/memory_store.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace router::session {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr base::milliseconds kRemembered = base::minutes(10);
constexpr std::size_t kMostTombstones = 64 * 1024;  // per shard
constexpr std::size_t kMostEndedSids = 256 * 1024;
constexpr std::size_t kMostEndedSubjects = 64 * 1024;
constexpr std::size_t kMostUnsignedSids = 64 * 1024;
constexpr std::size_t kMostEvictedWaiting = 64 * 1024;
// Sessions looked at per shard and call of take_expired: together some milliseconds at most.
constexpr std::size_t kLooksPerShard = 1024;

// Of a `sid` or a subject.
std::uint64_t key_at(const std::string& issuer, const std::string& name) {
  return std::hash<std::string>()(issuer + '\0' + name);
}

std::optional<Snapshot> present_or_absent(Snapshot session) {
  if (!session) return std::nullopt;
  return session;
}

}  // namespace

MemoryStore::MemoryStore(const base::Clock& clock, std::size_t most_sessions)
    : clock_(clock),
      most_sessions_(most_sessions),
      ended_sids_(kRemembered, kMostEndedSids),
      ended_subjects_(kRemembered, kMostEndedSubjects),
      ended_without_sid_(kRemembered, kMostEndedSubjects),
      unsigned_sids_(kRemembered, kMostUnsignedSids) {
  for (auto& shard : shards_)
    shard = std::make_unique<MemoryShard>(clock.steady(), kRemembered, kMostTombstones);
}

Task<Result<void>> MemoryStore::create(Session session) {
  if (is_crowded()) co_return Error{ErrorCode::overloaded, Side::store, "evicted sessions pile up", true};
  auto snapshot = std::make_shared<const Session>(std::move(session));
  auto& shard = shard_of(snapshot->id);
  {
    const std::lock_guard lock(ended_mutex_);
    const auto times = now();
    if (has_ended_at_provider(*snapshot, times.steady)) {
      co_return Error{ErrorCode::conflict, Side::store, "the provider has ended this session already"};
    }
    // counted first: whoever ends it in the same moment must not count below zero
    ++live_;
    if (!shard.insert(std::move(snapshot), ++sequence_, times)) {
      --live_;
      co_return Error{ErrorCode::conflict, Side::store, "the session id has been used already"};
    }
  }
  ++created_;
  while (most_sessions_ != 0 && live_ > most_sessions_ && evict_oldest()) {
  }
  co_return Result<void>();
}

bool MemoryStore::has_ended_at_provider(const Session& session, base::SteadyTime now) {
  const auto ended_in = [&](RecentTimes<base::WallTime>& times, const std::string& name) {
    const auto at = times.find(key_at(session.issuer, name), now);
    return at && session.login_started <= *at;
  };
  if (ended_in(ended_subjects_, session.subject)) return true;
  return session.idp_session_id.empty() ? ended_in(ended_without_sid_, session.subject)
                                        : ended_in(ended_sids_, session.idp_session_id) ||
                                              ended_in(unsigned_sids_, session.idp_session_id);
}

bool MemoryStore::is_crowded() {
  if (most_sessions_ == 0) return false;
  const std::lock_guard lock(evicted_mutex_);
  return evicted_waiting_.size() >= kMostEvictedWaiting;
}

bool MemoryStore::evict_oldest() {
  MemoryShard* with_oldest = nullptr;
  std::uint64_t oldest = 0;
  for (auto& shard : shards_) {
    const auto sequence = shard->oldest();
    if (!sequence || (with_oldest != nullptr && *sequence >= oldest)) continue;
    with_oldest = shard.get();
    oldest = *sequence;
  }
  auto evicted = with_oldest != nullptr ? with_oldest->remove_oldest(clock_.steady()) : nullptr;
  if (!evicted) return false;
  --live_;
  ++evicted_;
  const std::lock_guard lock(evicted_mutex_);
  evicted_waiting_.push_back(std::move(evicted));
  return true;
}

Task<Result<std::optional<Snapshot>>> MemoryStore::find(SessionId id) {
  co_return present_or_absent(shard_of(id).find(id, clock_.steady()));
}

Task<Result<std::optional<Snapshot>>> MemoryStore::replace(Session changed) {
  ++changed.generation;
  auto snapshot = std::make_shared<const Session>(std::move(changed));
  auto& shard = shard_of(snapshot->id);
  co_return present_or_absent(shard.replace(std::move(snapshot), now()));
}

Task<Result<void>> MemoryStore::touch(SessionId id) {
  if (shard_of(id).touch(id, clock_.steady())) co_return Result<void>();
  co_return Error{ErrorCode::not_found, Side::store, "the session is over"};
}

Task<Result<std::optional<base::milliseconds>>> MemoryStore::time_left(SessionId id) {
  co_return shard_of(id).time_left(id, clock_.steady());
}

Task<Result<std::optional<Snapshot>>> MemoryStore::end(SessionId id) {
  auto session = shard_of(id).remove(id, clock_.steady());
  if (session) {
    --live_;
    ++ended_;
  }
  co_return present_or_absent(std::move(session));
}

Task<Result<std::vector<Snapshot>>> MemoryStore::select(SessionFilter filter, std::size_t limit) {
  std::vector<MemoryShard::Aged> found;
  for (auto& shard : shards_) shard->select(filter, limit, clock_.steady(), found);
  const auto kept = std::min(limit, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                    [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<Snapshot> sessions;
  sessions.reserve(kept);
  for (std::size_t i = 0; i < kept; ++i) sessions.push_back(std::move(found[i].session));
  co_return sessions;
}

Task<Result<void>> MemoryStore::remember_ended(EndedAtProvider ended) {
  const std::lock_guard lock(ended_mutex_);
  const auto note = [&](RecentTimes<base::WallTime>& times, const std::string& name) {
    if (!name.empty()) times.note(key_at(ended.issuer, name), ended.at, clock_.steady());
  };
  if (!ended.is_signed) {
    note(unsigned_sids_, ended.idp_session_id);
    co_return Result<void>();
  }
  note(ended_sids_, ended.idp_session_id);
  note(ended.idp_session_id.empty() ? ended_subjects_ : ended_without_sid_, ended.subject);
  co_return Result<void>();
}

Task<Result<std::vector<Snapshot>>> MemoryStore::take_expired(std::size_t limit) {
  std::vector<Snapshot> over;
  take_evicted(limit, over);
  const auto evicted = over.size();
  const auto first = next_shard_++;
  for (std::size_t i = 0; i < kShards && over.size() < limit; ++i) {
    shards_[(first + i) % kShards]->take_expired(limit - over.size(), kLooksPerShard, clock_.steady(), over);
  }
  live_ -= over.size() - evicted;
  expired_ += over.size() - evicted;
  co_return over;
}

void MemoryStore::take_evicted(std::size_t limit, std::vector<Snapshot>& out) {
  const std::lock_guard lock(evicted_mutex_);
  for (; limit > 0 && !evicted_waiting_.empty(); --limit) {
    out.push_back(std::move(evicted_waiting_.front()));
    evicted_waiting_.pop_front();
  }
}

Counts MemoryStore::counts() const {
  return {.live = live_, .created = created_, .ended = ended_, .expired = expired_, .evicted = evicted_};
}

}  // namespace router::session
