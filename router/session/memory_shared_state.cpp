#include "session/memory_shared_state.h"

#include <functional>
#include <utility>

namespace router::session {

using base::Result;
using base::Secret;
using base::Task;

namespace {

constexpr std::size_t kMostSaid = 256 * 1024;     // of a kind; about 40 bytes each
constexpr std::size_t kMostKeptValues = 1024;     // of a kind; some kilobytes each
constexpr std::size_t kMostCounted = 128 * 1024;  // of a kind; about 60 bytes each
// Leases that nobody gave back; they are short, so that most are over when there are so many.
constexpr std::size_t kMostLeases = 64 * 1024;

std::uint64_t note_key(const std::string& key) { return std::hash<std::string>()(key); }

base::Error too_many_leases() {
  return {base::ErrorCode::unavailable, base::Side::store, "too many leases are held", true};
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::logout_token:
      return "logout_token";
    case Kind::login_state:
      return "login_state";
    case Kind::return_state:
      return "return_state";
    case Kind::account_failures:
      return "account_failures";
    case Kind::address_failures:
      return "address_failures";
    case Kind::signal:
      return "signal";
    case Kind::signal_answer:
      return "signal_answer";
  }
  return "unknown";
}

Task<Result<bool>> MemorySharedState::once(Kind kind, std::string key, base::milliseconds ttl) {
  co_return say(kind, key, ttl);
}

bool MemorySharedState::say(Kind kind, const std::string& key, base::milliseconds ttl) {
  const std::lock_guard lock(mutex_);
  auto& said = notes_of(kind).said;
  if (!said) said.emplace(ttl, kMostSaid);
  return said->insert(note_key(key), clock_.steady());
}

Task<Result<void>> MemorySharedState::keep(Kind kind, std::string key, Secret value, base::milliseconds ttl) {
  keep_for(kind, std::move(key), std::move(value), ttl);
  co_return Result<void>();
}

std::optional<std::string> MemorySharedState::keep_for(Kind kind, std::string key, Secret value,
                                                       base::milliseconds left) {
  const std::lock_guard lock(mutex_);
  Notes& notes = notes_of(kind);
  notes.kept_in_order.push_back(key);
  notes.kept.insert_or_assign(std::move(key), Kept{std::move(value), clock_.steady() + left});
  if (notes.kept_in_order.size() <= kMostKeptValues) return std::nullopt;
  auto oldest = std::move(notes.kept_in_order.front());
  notes.kept_in_order.pop_front();
  if (notes.kept.erase(oldest) == 0) return std::nullopt;
  return oldest;
}

Task<Result<std::optional<Secret>>> MemorySharedState::take(Kind kind, std::string key) {
  const std::lock_guard lock(mutex_);
  auto taken = notes_of(kind).kept.extract(key);
  if (taken.empty() || taken.mapped().until <= clock_.steady()) co_return std::optional<Secret>();
  co_return std::optional<Secret>(std::move(taken.mapped().value));
}

Task<Result<Tally>> MemorySharedState::tally(Kind kind, std::string key, unsigned add, base::milliseconds span) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  const auto hashed = note_key(key);
  Notes& notes = notes_of(kind);
  auto* counted = find_counted(notes, hashed, now);
  if (counted == nullptr && add == 0) co_return Tally();
  if (counted == nullptr) counted = &begin_count(notes, hashed, span, span);
  counted->count += add;
  co_return Tally{counted->count, std::chrono::ceil<base::milliseconds>(counted->ends - now)};
}

MemorySharedState::Counted& MemorySharedState::begin_count(Notes& notes, std::uint64_t key, base::milliseconds left,
                                                           base::milliseconds span) {
  const auto now = clock_.steady();
  if (!notes.counted) notes.counted.emplace(span, kMostCounted);
  notes.counted->age(now);
  notes.counted->make_room(now);
  Counted& counted = notes.counted->young[key];
  counted = {0, now + left};
  return counted;
}

void MemorySharedState::restore_tally(Kind kind, const std::string& key, Tally tally, base::milliseconds span) {
  const std::lock_guard lock(mutex_);
  begin_count(notes_of(kind), note_key(key), tally.ends_in, span).count = tally.count;
}

Task<Result<void>> MemorySharedState::forget(Kind kind, std::string key) {
  const std::lock_guard lock(mutex_);
  const auto hashed = note_key(key);
  if (auto& counted = notes_of(kind).counted) counted->erase(hashed);
  co_return Result<void>();
}

MemorySharedState::Counted* MemorySharedState::find_counted(Notes& notes, std::uint64_t key, base::SteadyTime now) {
  if (!notes.counted) return nullptr;
  notes.counted->age(now);
  auto* const counted = notes.counted->find(key);
  if (counted == nullptr || counted->ends > now) return counted;
  notes.counted->erase(key);
  return nullptr;
}

Task<Result<std::optional<Lease>>> MemorySharedState::lease(std::string name, base::milliseconds ttl) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  if (leases_.size() >= kMostLeases) {
    std::erase_if(leases_, [now](const auto& one) { return one.second.until <= now; });
    if (leases_.size() >= kMostLeases) co_return too_many_leases();
  }
  Held& held = leases_[name];
  if (held.until > now) co_return std::optional<Lease>();
  held = {++last_fence_, now + ttl};
  co_return std::optional<Lease>(Lease{std::move(name), held.fence});
}

Task<Result<bool>> MemorySharedState::extend(Lease lease, base::milliseconds ttl) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady();
  Held* held = find_held(lease, now);
  if (held != nullptr) held->until = now + ttl;
  co_return held != nullptr;
}

Task<Result<void>> MemorySharedState::release(Lease lease) {
  const std::lock_guard lock(mutex_);
  if (find_held(lease, clock_.steady()) != nullptr) leases_.erase(lease.name);
  co_return Result<void>();
}

MemorySharedState::Held* MemorySharedState::find_held(const Lease& lease, base::SteadyTime now) {
  const auto found = leases_.find(lease.name);
  if (found == leases_.end() || found->second.fence != lease.fence || found->second.until <= now) return nullptr;
  return &found->second;
}

}  // namespace router::session
