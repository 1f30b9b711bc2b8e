#include "session/memory_store.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/limits.h"
#include "crypto/random.h"

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
constexpr std::size_t kMostSuccessors = 64 * 1024;      // about 150 bytes each
constexpr std::size_t kMostEvictedWaiting = 64 * 1024;  // of each kind
// Sessions looked at per shard and call of take_expired: together some milliseconds at most.
constexpr std::size_t kLooksPerShard = 1024;

// Of a `sid` or a subject.
std::uint64_t key_at(const std::string& issuer, const std::string& name) {
  return std::hash<std::string>()(issuer + '\0' + name);
}

Error ended_at_provider() { return {ErrorCode::conflict, Side::store, "the provider has ended this session already"}; }

Error used_already() { return {ErrorCode::conflict, Side::store, "the session id has been used already"}; }

std::optional<Snapshot> present_or_absent(Snapshot session) {
  if (!session) return std::nullopt;
  return session;
}

}  // namespace

MemoryStore::MemoryStore(const base::Clock& clock, StoreLimits limits)
    : clock_(clock),
      limits_(limits),
      shared_(clock),
      ended_sids_(kRemembered, kMostEndedSids),
      ended_subjects_(kRemembered, kMostEndedSubjects),
      ended_without_sid_(kRemembered, kMostEndedSubjects),
      unsigned_sids_(kRemembered, kMostUnsignedSids),
      successors_(kRemembered, kMostSuccessors),
      ledger_(limits.anonymous, limits.anonymous_per_address),
      name_(crypto::random_token(9)) {
  for (auto& shard : shards_) shard = std::make_unique<MemoryShard>(clock.steady(), kRemembered, kMostTombstones);
}

Task<Result<void>> MemoryStore::create(Session session) {
  if (is_crowded(session)) co_return Error{ErrorCode::overloaded, Side::store, "evicted sessions pile up", true};
  const auto came = come_in(std::make_shared<const Session>(std::move(session)), std::nullopt);
  if (!came) co_return came;
  while (limits_.sessions != 0 && users_.live > limits_.sessions && evict_oldest_user()) {
    base::limits::kSessions.hit();
  }
  co_return Result<void>();
}

Result<void> MemoryStore::come_in(const Snapshot& session, std::optional<base::milliseconds> left) {
  std::vector<SessionId> leaving;
  Result<void> inserted;
  {
    const std::lock_guard lock(ended_mutex_);
    if (!left && has_ended_at_provider(*session, clock_.steady())) return ended_at_provider();
    if (session->is_anonymous) {
      // before others can see it: whoever ends it takes it out again
      auto added = ledger_.add(session->id, session->home);
      if (!added) return used_already();
      leaving = *std::move(added);
      if (!leaving.empty()) base::limits::kAnonymousSessions.hit();
    }
    inserted = insert(session, left);
    if (!inserted && session->is_anonymous) ledger_.remove(session->id);
  }
  evict(leaving);
  return inserted;
}

Result<void> MemoryStore::insert(Snapshot session, std::optional<base::milliseconds> left) {
  auto& shard = shard_of(session->id);
  // counted first: whoever ends it in the same moment must not count below zero
  auto& live = kind_of(*session).live;
  ++live;
  if (!shard.insert(std::move(session), sequence_, now(), left)) {
    --live;
    return used_already();
  }
  ++created_;
  return {};
}

Task<Result<std::optional<Succession>>> MemoryStore::succeed(SessionId before, Session next, TakeOver take_over) {
  const std::lock_guard lock(ended_mutex_);
  const auto steady = clock_.steady();
  if (has_ended_at_provider(next, steady)) co_return ended_at_provider();
  auto last = shard_of(before).remove(before, steady);
  if (!last) co_return std::optional<Succession>();
  count_out(*last);
  ++ended_;
  note_successor(before, next.id, steady);
  take_over(*last, next);
  auto snapshot = std::make_shared<const Session>(std::move(next));
  const auto inserted = insert(snapshot);
  if (!inserted) co_return inserted.error();
  co_return std::optional<Succession>(Succession{std::move(last), std::move(snapshot)});
}

Task<Result<SessionId>> MemoryStore::successor(SessionId before) {
  const std::lock_guard lock(ended_mutex_);
  successors_.age(clock_.steady());
  const auto* const known = successors_.find(MemoryShard::hash(before));
  co_return known != nullptr ? *known : SessionId();
}

void MemoryStore::note_successor(const SessionId& of, const SessionId& next, base::SteadyTime now) {
  successors_.age(now);
  successors_.young.insert_or_assign(MemoryShard::hash(of), next);
  successors_.make_room(now);
}

bool MemoryStore::has_ended_at_provider(const Session& session, base::SteadyTime now) {
  const auto ended_in = [&](base::RecentTimes<base::WallTime>& times, const std::string& name) {
    const auto at = times.find(key_at(session.issuer, name), now);
    return at && session.login_started <= *at;
  };
  if (ended_in(ended_subjects_, session.subject)) return true;
  return session.idp_session_id.empty()
             ? ended_in(ended_without_sid_, session.subject)
             : ended_in(ended_sids_, session.idp_session_id) || ended_in(unsigned_sids_, session.idp_session_id);
}

void MemoryStore::count_out(const Session& session) {
  --kind_of(session).live;
  if (session.is_anonymous) ledger_.remove(session.id);
}

bool MemoryStore::is_crowded(const Session& session) {
  const std::lock_guard lock(evicted_mutex_);
  return kind_of(session).evicted_waiting.size() >= kMostEvictedWaiting;
}

bool MemoryStore::evict_oldest_user() {
  MemoryShard* with_oldest = nullptr;
  std::uint64_t oldest = 0;
  for (auto& shard : shards_) {
    const auto sequence = shard->oldest_user();
    if (!sequence || (with_oldest != nullptr && *sequence >= oldest)) continue;
    with_oldest = shard.get();
    oldest = *sequence;
  }
  auto evicted = with_oldest != nullptr ? with_oldest->remove_oldest_user(clock_.steady()) : nullptr;
  if (!evicted) return false;
  keep_evicted(std::move(evicted));
  return true;
}

void MemoryStore::evict(const std::vector<SessionId>& ids) {
  for (const auto& id : ids) {
    // somebody else may have ended it meanwhile
    if (auto evicted = shard_of(id).remove(id, clock_.steady())) keep_evicted(std::move(evicted));
  }
}

void MemoryStore::keep_evicted(Snapshot session) {
  count_out(*session);
  ++evicted_;
  const std::lock_guard lock(evicted_mutex_);
  kind_of(*session).evicted_waiting.push_back(std::move(session));
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

Task<Result<void>> MemoryStore::used(SessionId id) {
  if (shard_of(id).used(id, clock_.steady())) co_return Result<void>();
  co_return Error{ErrorCode::not_found, Side::store, "the session is over"};
}

Task<Result<std::optional<base::milliseconds>>> MemoryStore::time_left(SessionId id) {
  const auto found = standing(id);
  co_return found ? std::optional(found->left) : std::nullopt;
}

Task<Result<std::optional<Snapshot>>> MemoryStore::end(SessionId id) {
  auto session = shard_of(id).remove(id, clock_.steady());
  if (session) {
    count_out(*session);
    ++ended_;
    untold_.add(session, clock_.steady());
  }
  co_return present_or_absent(std::move(session));
}

Task<Result<std::vector<Listed>>> MemoryStore::page(SessionFilter filter, std::optional<Position> after,
                                                    std::size_t limit) {
  if (after && after->name != name_)
    co_return Error{ErrorCode::bad_request, Side::client, "a place of another process"};
  const auto from = after ? after->number : 0;
  std::vector<MemoryShard::Aged> found;
  for (auto& shard : shards_) shard->select(filter, from, limit, clock_.steady(), found);
  const auto kept = std::min(limit, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                    [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<Listed> listed;
  listed.reserve(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    listed.push_back({std::move(found[i].session), found[i].left, {found[i].sequence, name_}});
  }
  co_return listed;
}

Task<Result<void>> MemoryStore::remember_ended(EndedAtProvider ended) {
  note_ended(ended);
  co_return Result<void>();
}

void MemoryStore::note_ended(const EndedAtProvider& ended) {
  const std::lock_guard lock(ended_mutex_);
  const auto note = [&](base::RecentTimes<base::WallTime>& times, const std::string& name) {
    if (!name.empty()) times.note(key_at(ended.issuer, name), ended.at, clock_.steady());
  };
  if (!ended.is_signed) return note(unsigned_sids_, ended.idp_session_id);
  note(ended_sids_, ended.idp_session_id);
  note(ended.idp_session_id.empty() ? ended_subjects_ : ended_without_sid_, ended.subject);
}

std::optional<MemoryStore::Standing> MemoryStore::standing(const SessionId& id) {
  auto [session, left] = shard_of(id).standing(id, clock_.steady());
  if (!session) return std::nullopt;
  return Standing{std::move(session), left};
}

bool MemoryStore::restore(Session session, base::milliseconds left) {
  const auto came = come_in(std::make_shared<const Session>(std::move(session)), left);
  if (came) --created_;  // not by this process
  return came.has_value();
}

void MemoryStore::restore_ended(const SessionId& id, const SessionId& successor) {
  const auto steady = clock_.steady();
  shard_of(id).bury(id, steady);
  if (successor.empty()) return;
  const std::lock_guard lock(ended_mutex_);
  note_successor(id, successor, steady);
}

void MemoryStore::restore_untold(Snapshot session) {
  shard_of(session->id).bury(session->id, clock_.steady());
  const std::lock_guard lock(evicted_mutex_);
  kind_of(*session).evicted_waiting.push_back(std::move(session));
}

Task<Result<void>> MemoryStore::told(std::vector<SessionId> ids) {
  untold_.told(ids);
  co_return Result<void>();
}

Task<Result<std::vector<Snapshot>>> MemoryStore::take_expired(std::size_t limit) {
  std::vector<Snapshot> over;
  const auto now = clock_.steady();
  untold_.take(limit, now, over);
  const auto handed_out_before = over.size();
  take_evicted(users_, limit - over.size(), over);
  const auto evicted = over.size();
  const auto first = next_shard_++;
  for (std::size_t i = 0; i < kShards && over.size() < limit; ++i) {
    shards_[(first + i) % kShards]->take_expired(limit - over.size(), kLooksPerShard, now, over);
  }
  for (auto session = over.begin() + static_cast<std::ptrdiff_t>(evicted); session != over.end(); ++session)
    count_out(**session);
  expired_ += over.size() - evicted;
  // last: a flood of these keeps nobody else waiting
  take_evicted(anonymous_, limit - over.size(), over);
  for (auto i = handed_out_before; i < over.size(); ++i) untold_.add(over[i], now);
  co_return over;
}

void MemoryStore::take_evicted(Kind& kind, std::size_t limit, std::vector<Snapshot>& out) {
  auto& waiting = kind.evicted_waiting;
  const std::lock_guard lock(evicted_mutex_);
  for (; limit > 0 && !waiting.empty(); --limit) {
    out.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
}

Task<Result<Counts>> MemoryStore::counts() {
  co_return Counts{.live = users_.live + anonymous_.live,
                   .anonymous = anonymous_.live,
                   .created = created_,
                   .ended = ended_,
                   .expired = expired_,
                   .evicted = evicted_};
}

}  // namespace router::session
