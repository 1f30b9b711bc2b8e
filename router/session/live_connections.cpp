#include "session/live_connections.h"

#include <utility>

namespace router::session {

LiveConnections::Registration::Registration(Registration&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), key_(std::move(other.key_)), entry_(std::move(other.entry_)) {}

LiveConnections::Registration& LiveConnections::Registration::operator=(Registration&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = std::exchange(other.owner_, nullptr);
    key_ = std::move(other.key_);
    entry_ = std::move(other.entry_);
  }
  return *this;
}

void LiveConnections::Registration::release() {
  if (owner_ == nullptr) return;
  entry_->gone = true;
  const std::lock_guard lock(owner_->mutex_);
  const auto [first, last] = owner_->entries_.equal_range(key_);
  for (auto it = first; it != last; ++it) {
    if (it->second != entry_) continue;
    owner_->entries_.erase(it);
    break;
  }
  owner_ = nullptr;
}

LiveConnections::Registration LiveConnections::add(const SessionId& id, base::Loop& loop, std::function<void()> end) {
  Registration registration;
  registration.owner_ = this;
  registration.key_ = std::string(id.reveal());
  registration.entry_ = std::make_shared<Entry>(Entry{&loop, std::move(end)});
  const std::lock_guard lock(mutex_);
  entries_.emplace(registration.key_, registration.entry_);
  return registration;
}

std::size_t LiveConnections::close(const SessionId& id) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = entries_.equal_range(std::string(id.reveal()));
  std::size_t closed = 0;
  for (auto it = first; it != last; ++it, ++closed) {
    it->second->loop->post([entry = it->second] {
      if (!std::exchange(entry->gone, true)) entry->end();
    });
  }
  return closed;
}

std::size_t LiveConnections::count() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace router::session
