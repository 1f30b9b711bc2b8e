#include "session/event_streams.h"

#include <utility>

#include "base/ip_address.h"
#include "base/limits.h"

namespace router::session {
namespace {

void decrement(std::unordered_map<std::string, std::size_t>& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

struct EventStreams::Place::Entry {
  std::string session;
  std::string address;
  base::Loop* loop;
  std::function<void()> end;
  bool gone = false;  // touched on the loop's thread only
};

EventStreams::Place::Place(EventStreams& owner, std::string session, std::string address, base::Loop& loop,
                           std::function<void()> end)
    : owner_(&owner),
      entry_(std::make_shared<Entry>(Entry{std::move(session), std::move(address), &loop, std::move(end)})) {}

EventStreams::Place::Place(Place&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), entry_(std::move(other.entry_)) {}

EventStreams::Place::~Place() {
  if (owner_ == nullptr) return;
  entry_->gone = true;
  owner_->leave(entry_);
}

std::optional<EventStreams::Place> EventStreams::take(const SessionId& session, const std::string& address,
                                                      base::Loop& loop, std::function<void()> end) {
  std::string key(session.reveal());
  std::string home = base::home_of(address);
  const std::lock_guard lock(mutex_);
  if (stopping_) return std::nullopt;
  auto& of_session = per_session_[key];
  auto& of_address = per_address_[home];
  // a count that is full is not 0, so that nothing empty stays behind
  if (of_session >= kMostPerSession || of_address >= kMostPerAddress) {
    if (of_session == 0) per_session_.erase(key);
    if (of_address == 0) per_address_.erase(home);
    base::limits::kEventStreams.hit();
    return std::nullopt;
  }
  ++of_session;
  ++of_address;
  Place place(*this, std::move(key), std::move(home), loop, std::move(end));
  entries_.insert(place.entry_);
  return place;
}

void EventStreams::leave(const std::shared_ptr<Place::Entry>& entry) {
  const std::lock_guard lock(mutex_);
  decrement(per_session_, entry->session);
  decrement(per_address_, entry->address);
  entries_.erase(entry);
}

void EventStreams::end_all() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const auto& entry : entries_) {
    entry->loop->post([entry] {
      if (!std::exchange(entry->gone, true)) entry->end();
    });
  }
}

std::size_t EventStreams::count() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace router::session
