#include "backend/kept_bodies.h"

#include <utility>

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

// What an entry holds besides its body, about.
constexpr std::size_t kEntryOverhead = 512;
// Clocks of file systems are this coarse.
constexpr std::chrono::seconds kUnsettled{1};

bool is_settled(base::WallTime modified, base::WallTime now) {
  return modified + kUnsettled < now || now + kUnsettled < modified;
}

std::size_t cost_of(const KeptBodies::Body& body) { return body->capacity() + kEntryOverhead; }

Result<KeptBodies::Body> to_kept(Result<std::string> made) {
  if (!made) return made.error();
  made->shrink_to_fit();
  return KeptBodies::Body(std::make_shared<const std::string>(*std::move(made)));
}

}  // namespace

// co_await: until the flight has landed; goes on on the loop that waits.
class KeptBodies::Landing {
 public:
  Landing(KeptBodies& bodies, Flight& flight, base::Loop& loop) : bodies_(bodies), flight_(flight), loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    const std::lock_guard lock(bodies_.mutex_);
    if (flight_.landed) return false;
    flight_.waiters.push_back({&loop_, waiter});
    return true;
  }
  void await_resume() const noexcept {}

 private:
  KeptBodies& bodies_;
  Flight& flight_;
  base::Loop& loop_;
};

// Lands the flight in every case: nobody waits for a maker that threw.
class KeptBodies::Maker {
 public:
  Maker(KeptBodies& bodies, const BodyKey& key, std::shared_ptr<Flight> flight)
      : bodies_(bodies), key_(key), flight_(std::move(flight)) {}
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;
  ~Maker() {
    if (flight_) land(Error{ErrorCode::internal, Side::router, "a body could not be made"}, false);
  }
  void land(Made made, bool keep) {
    const auto flight = std::move(flight_);
    bodies_.land(key_, *flight, std::move(made), keep);
  }

 private:
  KeptBodies& bodies_;
  const BodyKey& key_;
  std::shared_ptr<Flight> flight_;
};

KeptBodies::Body KeptBodies::find(const BodyKey& key) {
  const std::lock_guard lock(mutex_);
  return find_locked(key);
}

Task<KeptBodies::Made> KeptBodies::get(BodyKey key, base::Loop& loop, base::WallTime now,
                                       Task<Result<std::string>> make) {
  const Joined joined = join(key);
  if (joined.body) co_return joined.body;
  if (!joined.is_ours) {
    Landing landing(*this, *joined.flight, loop);
    co_await landing;
    co_return *joined.flight->landed;
  }
  Maker maker(*this, key, joined.flight);
  auto made = co_await make;
  Made body = to_kept(std::move(made));
  maker.land(body, is_settled(key.modified, now));
  co_return body;
}

std::size_t KeptBodies::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

KeptBodies::Joined KeptBodies::join(const BodyKey& key) {
  const std::lock_guard lock(mutex_);
  if (auto body = find_locked(key)) return {std::move(body), nullptr};
  auto& flight = flights_[key];
  const bool is_first = !flight;
  if (is_first) flight = std::make_shared<Flight>();
  return {nullptr, flight, is_first};
}

void KeptBodies::land(const BodyKey& key, Flight& flight, Made made, bool keep) {
  std::vector<Flight::Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    if (made && keep) keep_locked(key, *made);
    flight.landed = std::move(made);
    waiters.swap(flight.waiters);
    flights_.erase(key);
  }
  for (const auto& waiter : waiters) {
    waiter.loop->post([handle = waiter.handle] { handle.resume(); });
  }
}

KeptBodies::Body KeptBodies::find_locked(const BodyKey& key) {
  const auto known = index_.find(key);
  if (known == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, known->second);
  return known->second->body;
}

void KeptBodies::keep_locked(const BodyKey& key, Body body) {
  const auto cost = cost_of(body);
  if (cost > most_) return;
  while (size_ + cost > most_) {
    size_ -= cost_of(entries_.back().body);
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key, std::move(body)});
  index_[key] = entries_.begin();
  size_ += cost;
}

}  // namespace router::backend
