#include "session/memory_shard.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>

namespace router::session {
namespace {

// Longer ones would overflow the clock's nanoseconds, and mean "never" anyway.
constexpr base::milliseconds kLongest = std::chrono::hours(24 * 365 * 10);

enum class IndexKind : char { idp_session = 's', subject = 'u', user_name = 'n', address = 'a' };

// 0: there is nothing to be found by.
std::uint32_t index_key(IndexKind kind, std::string_view issuer, std::string_view value) {
  if (value.empty()) return 0;
  std::string text(1, static_cast<char>(kind));
  text.append(issuer).push_back('\0');
  text.append(value);
  return std::max(static_cast<std::uint32_t>(std::hash<std::string>()(text)), std::uint32_t{1});
}

std::array<std::uint32_t, 5> index_keys(const Session& session) {
  const auto address = [&](std::size_t at) {
    return at < session.addresses.size() ? index_key(IndexKind::address, {}, session.addresses[at]) : 0;
  };
  return {index_key(IndexKind::idp_session, session.issuer, session.idp_session_id),
          index_key(IndexKind::subject, session.issuer, session.subject),
          index_key(IndexKind::user_name, {}, session.user_name), address(0), address(1)};
}

// The narrowest index that the filter can use; 0 if none.
std::uint32_t index_key(const SessionFilter& filter) {
  if (!filter.issuer.empty() && !filter.idp_session_id.empty()) {
    return index_key(IndexKind::idp_session, filter.issuer, filter.idp_session_id);
  }
  if (!filter.issuer.empty() && !filter.subject.empty()) {
    return index_key(IndexKind::subject, filter.issuer, filter.subject);
  }
  if (!filter.user_name.empty()) return index_key(IndexKind::user_name, {}, filter.user_name);
  return index_key(IndexKind::address, {}, filter.address);
}

base::SteadyTime latest_end(const Session& session, MemoryShard::Times now) {
  if (!session.ends_at_latest) return base::SteadyTime::max();
  const auto left = std::chrono::duration_cast<base::milliseconds>(*session.ends_at_latest - now.wall);
  return now.steady + std::clamp(left, base::milliseconds::zero(), kLongest);
}

}  // namespace

std::uint64_t MemoryShard::hash(const SessionId& id) { return std::hash<std::string_view>()(id.reveal()); }

MemoryShard::Entry* MemoryShard::find_entry(const SessionId& id) {
  const auto found = entries_.find(hash(id));
  // the hash covers the whole id and the ids are compared in constant time: timing tells nothing about either
  return found != entries_.end() && found->second.session->id == id ? &found->second : nullptr;
}

MemoryShard::Entry* MemoryShard::find_living(const SessionId& id, base::SteadyTime now) {
  auto* const entry = find_entry(id);
  return entry != nullptr && !entry->is_over(now) ? entry : nullptr;
}

bool MemoryShard::insert(Snapshot session, std::atomic<std::uint64_t>& sequence, Times now,
                         std::optional<base::milliseconds> left) {
  const auto key = hash(session->id);
  const std::lock_guard lock(mutex_);
  if (tombstones_.contains(key, now.steady)) return false;
  const auto [place, is_new] = entries_.try_emplace(key);
  if (!is_new) return false;
  Entry& entry = place->second;
  entry.session = std::move(session);
  entry.sequence = ++sequence;
  entry.ends_at_latest = latest_end(*entry.session, now);
  entry.set_deadline(now.steady + std::min(left.value_or(entry.session->idle_timeout), kLongest));
  wheel_.put(entry, entry.deadline);
  static_cast<base::Link<ByAge>&>(entry).join(by_age_);
  if (!entry.session->is_anonymous) static_cast<base::Link<UserByAge>&>(entry).join(users_by_age_);
  add_to_indexes(entry);
  return true;
}

Snapshot MemoryShard::find(const SessionId& id, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const Entry* entry = find_living(id, now);
  return entry != nullptr ? entry->session : nullptr;
}

Snapshot MemoryShard::replace(Snapshot changed, Times now) {
  Snapshot before;  // let go of after the lock
  const std::lock_guard lock(mutex_);
  Entry* entry = find_living(changed->id, now.steady);
  if (entry == nullptr || entry->session->generation + 1 != changed->generation) return nullptr;
  before = entry->session;
  const bool same_keys = index_keys(*before) == index_keys(*changed);
  if (!same_keys) remove_from_indexes(*entry);
  entry->session = std::move(changed);
  if (!same_keys) add_to_indexes(*entry);
  if (before->ends_at_latest != entry->session->ends_at_latest ||
      before->idle_timeout != entry->session->idle_timeout) {
    const auto last_use =
        entry->deadline == entry->ends_at_latest ? now.steady : entry->deadline - before->idle_timeout;
    entry->ends_at_latest = latest_end(*entry->session, now);
    entry->set_deadline(last_use + std::min(entry->session->idle_timeout, kLongest));
    wheel_.put(*entry, entry->deadline);
  }
  return entry->session;
}

bool MemoryShard::used(const SessionId& id, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find_living(id, now);
  if (entry == nullptr) return false;
  entry->set_deadline(now + std::min(entry->session->idle_timeout, kLongest));
  return true;
}

std::pair<Snapshot, base::milliseconds> MemoryShard::standing(const SessionId& id, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const Entry* entry = find_living(id, now);
  if (entry == nullptr) return {nullptr, base::milliseconds::zero()};
  return {entry->session, std::chrono::duration_cast<base::milliseconds>(entry->deadline - now)};
}

void MemoryShard::bury(const SessionId& id, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  tombstones_.insert(hash(id), now);
}

Snapshot MemoryShard::remove(const SessionId& id, base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find_entry(id);
  return entry != nullptr ? take_out(*entry, now) : nullptr;
}

Snapshot MemoryShard::take_out(Entry& entry, base::SteadyTime now) {
  const auto key = hash(entry.session->id);
  remove_from_indexes(entry);
  Snapshot session = std::move(entry.session);
  entries_.erase(key);
  tombstones_.insert(key, now);
  return session;
}

void MemoryShard::add_to_indexes(Entry& entry) {
  for (const auto key : index_keys(*entry.session)) {
    if (key != 0) index_.insert(key, &entry);
  }
}

void MemoryShard::remove_from_indexes(Entry& entry) {
  for (const auto key : index_keys(*entry.session)) {
    if (key != 0) index_.erase(key, &entry);
  }
}

bool MemoryShard::Look::finds(const Entry& entry) const {
  return entry.sequence > after && !entry.is_over(now) && matches(filter, *entry.session);
}

MemoryShard::Aged MemoryShard::aged(const Entry& entry, base::SteadyTime now) {
  return {entry.sequence, std::chrono::duration_cast<base::milliseconds>(entry.deadline - now), entry.session};
}

void MemoryShard::select(const SessionFilter& filter, std::uint64_t after, std::size_t limit, base::SteadyTime now,
                         std::vector<Aged>& found) {
  const auto key = index_key(filter);
  const Look look{filter, after, now};
  const std::lock_guard lock(mutex_);
  if (key != 0) {
    select_indexed(key, look, found);
    if (!filter.idp_session_id.empty()) select_without_sid(look, found);
  } else {
    select_all(look, limit, found);
  }
}

void MemoryShard::select_indexed(std::uint32_t key, const Look& look, std::vector<Aged>& found) {
  index_.for_each(key, [&](const Entry& entry) {
    if (look.finds(entry)) found.push_back(aged(entry, look.now));
  });
}

// Those that the index by `sid` cannot find.
void MemoryShard::select_without_sid(const Look& look, std::vector<Aged>& found) {
  const auto key = index_key(IndexKind::subject, look.filter.issuer, look.filter.subject);
  if (look.filter.issuer.empty() || key == 0) return;
  index_.for_each(key, [&](const Entry& entry) {
    if (entry.session->idp_session_id.empty() && look.finds(entry)) found.push_back(aged(entry, look.now));
  });
}

void MemoryShard::select_all(const Look& look, std::size_t limit, std::vector<Aged>& found) {
  std::size_t left = limit;
  for (auto* link = by_age_.next; link != &by_age_ && left > 0; link = link->next) {
    const Entry& entry = static_cast<Entry&>(*link);
    if (!look.finds(entry)) continue;
    found.push_back(aged(entry, look.now));
    --left;
  }
}

void MemoryShard::take_expired(std::size_t limit, std::size_t looks, base::SteadyTime now,
                               std::vector<Snapshot>& expired) {
  const std::lock_guard lock(mutex_);
  for (; limit > 0 && looks > 0; --looks) {
    auto* place = wheel_.take(now);
    if (place == nullptr) return;
    Entry& entry = static_cast<Entry&>(*place);
    if (!entry.is_over(now)) {
      wheel_.put(entry, entry.deadline);
      continue;
    }
    expired.push_back(take_out(entry, now));
    --limit;
  }
}

std::optional<std::uint64_t> MemoryShard::oldest_user() {
  const std::lock_guard lock(mutex_);
  if (users_by_age_.alone()) return std::nullopt;
  return static_cast<Entry&>(*users_by_age_.next).sequence;
}

Snapshot MemoryShard::remove_oldest_user(base::SteadyTime now) {
  const std::lock_guard lock(mutex_);
  return users_by_age_.alone() ? nullptr : take_out(static_cast<Entry&>(*users_by_age_.next), now);
}

}  // namespace router::session
