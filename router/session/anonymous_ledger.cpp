#include "session/anonymous_ledger.h"

#include "session/memory_shard.h"

namespace router::session {

std::optional<std::vector<SessionId>> AnonymousLedger::add(const SessionId& id, const std::string& home) {
  std::vector<SessionId> leaving;
  const std::lock_guard lock(mutex_);
  const auto [added, is_new] = places_.try_emplace(MemoryShard::hash(id));
  if (!is_new) return std::nullopt;
  Place& place = added->second;
  auto& at_home = *homes_.try_emplace(home).first;
  place.id = id;
  place.home = &at_home;
  static_cast<base::Link<ByAge>&>(place).join(oldest_first_);
  static_cast<base::Link<ByAgeAtHome>&>(place).join(at_home.second.oldest_first);
  ++at_home.second.count;
  const auto leaves = [&](Place& oldest) {
    leaving.push_back(oldest.id);
    take_out(oldest);
  };
  // the new one is the last of its home: it never empties it
  while (most_per_address_ != 0 && at_home.second.count > most_per_address_)
    leaves(static_cast<Place&>(*at_home.second.oldest_first.next));
  while (most_ != 0 && places_.size() > most_) leaves(static_cast<Place&>(*oldest_first_.next));
  return leaving;
}

void AnonymousLedger::remove(const SessionId& id) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(MemoryShard::hash(id));
  if (found != places_.end() && found->second.id == id) take_out(found->second);
}

void AnonymousLedger::take_out(Place& place) {
  auto* home = place.home;
  places_.erase(MemoryShard::hash(place.id));
  if (--home->second.count == 0) homes_.erase(home->first);
}

}  // namespace router::session
