#include <algorithm>

#include "net/asio_backend.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {
constexpr base::milliseconds kSweepEvery{5'000};
}

struct AsioBackendPool::Waiter {
  Waiter(AsioLoop& loop, Bucket& in)
      : bucket(in), deadline(loop.deadlines(), [this] {
          std::erase(bucket.waiting, this);
          handle.resume();
        }) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) { handle = waiter; }
  void await_resume() const noexcept {}

  Bucket& bucket;
  Deadline deadline;
  std::coroutine_handle<> handle;
  bool served = false;
};

AsioBackendPool::AsioBackendPool(AsioLoop& loop, ClientTls& tls, const ParseLimits& limits, PoolLimits pool_limits)
    : loop_(loop), tls_(tls), limits_(limits), pool_limits_(pool_limits), sweep_deadline_(loop.deadlines(), [this] {
        sweep();
      }) {}

AsioBackendPool::~AsioBackendPool() = default;

std::unique_ptr<AsioBackendConnection> AsioBackendPool::take_idle(Bucket& bucket) {
  while (!bucket.idle.empty()) {
    auto connection = std::move(bucket.idle.back());
    bucket.idle.pop_back();
    // the back-end may have closed it, or sent what nobody asked for
    if (connection->is_quiet()) return connection;
    connection.reset();
    --bucket.open;
  }
  return nullptr;
}

// false: nobody gave a connection back in time, too many wait already, or nobody wants it any longer. true: there is
// room, and it is ours.
Task<bool> AsioBackendPool::wait_for_room(Bucket& bucket, ConnectionWish& wish) {
  if (bucket.open < pool_limits_.connections) {
    ++bucket.open;
    co_return true;
  }
  if (bucket.waiting.size() >= pool_limits_.waiting) co_return false;
  Waiter waiter(loop_, bucket);
  bucket.waiting.push_back(&waiter);
  waiter.deadline.arm(pool_limits_.max_wait);
  wish.set_stop([this, &waiter] {
    if (std::erase(waiter.bucket.waiting, &waiter) == 0) return;  // its turn has come
    waiter.deadline.disarm();
    loop_.post([&waiter] { waiter.handle.resume(); });
  });
  co_await waiter;
  wish.set_stop(nullptr);
  co_return waiter.served;
}

Task<Result<std::unique_ptr<BackendConnection>>> AsioBackendPool::acquire(const BackendOrigin& origin,
                                                                          ConnectionWish& wish) {
  auto& bucket = buckets_[origin.key];  // never removed, so the reference stays good
  if (!wish.fresh()) {
    if (auto idle = take_idle(bucket)) co_return std::unique_ptr<BackendConnection>(std::move(idle));
  }
  const bool room = co_await wait_for_room(bucket, wish);
  if (wish.is_withdrawn()) {
    if (room) freed(bucket);
    co_return Error{ErrorCode::cancelled, Side::router, "nobody waits for the connection any longer"};
  }
  if (!room) co_return Error{ErrorCode::overloaded, Side::back_end, "no connection to " + origin.key + " is free", true};
  if (!wish.fresh()) {
    // what was given back while we waited
    if (auto idle = take_idle(bucket)) {
      --bucket.open;
      co_return std::unique_ptr<BackendConnection>(std::move(idle));
    }
  }
  auto connection = std::make_unique<AsioBackendConnection>(loop_, origin, limits_);
  wish.set_stop([&connection] { connection->close(); });
  auto connected = co_await connection->connect(tls_, std::min(wish.timeout(), pool_limits_.connect_timeout));
  wish.set_stop(nullptr);
  if (!connected) {
    connection.reset();
    freed(bucket);
    co_return connected.error();
  }
  co_return std::unique_ptr<BackendConnection>(std::move(connection));
}

bool AsioBackendPool::is_scarce(const BackendOrigin& origin) const {
  const auto found = buckets_.find(origin.key);
  if (found == buckets_.end()) return false;
  const auto& bucket = found->second;
  return 2 * (bucket.open - bucket.idle.size()) >= pool_limits_.connections;
}

void AsioBackendPool::release(std::unique_ptr<BackendConnection> connection, bool reusable) {
  auto* const ours = static_cast<AsioBackendConnection*>(connection.get());
  auto& bucket = buckets_[ours->key()];
  if (reusable && pool_limits_.reuse && ours->is_clean()) {
    ours->become_idle(loop_.deadlines().now());
    connection.release();
    bucket.idle.emplace_back(ours);
    if (!sweep_deadline_.armed()) sweep_deadline_.arm(kSweepEvery);
    if (bucket.waiting.empty()) return;
    ++bucket.open;  // the waiter takes it from the idle ones and gives its own room back
    freed(bucket);
    return;
  }
  connection.reset();
  freed(bucket);
}

// One place has become free: it goes to who waits longest.
void AsioBackendPool::freed(Bucket& bucket) {
  if (bucket.waiting.empty()) {
    --bucket.open;
    return;
  }
  Waiter* const waiter = bucket.waiting.front();
  bucket.waiting.pop_front();
  waiter->served = true;
  waiter->deadline.disarm();
  loop_.post([waiter] { waiter->handle.resume(); });
}

void AsioBackendPool::sweep() {
  const auto now = loop_.deadlines().now();
  bool any_left = false;
  for (auto& [key, bucket] : buckets_) {
    std::erase_if(bucket.idle, [&](const std::unique_ptr<AsioBackendConnection>& connection) {
      const bool stale = now - connection->idle_since() > pool_limits_.max_idle || !connection->is_quiet();
      if (stale) --bucket.open;
      return stale;
    });
    any_left = any_left || !bucket.idle.empty();
  }
  if (any_left) sweep_deadline_.arm(kSweepEvery);
}

AsioBackendPool::Counts AsioBackendPool::counts() const {
  Counts counts;
  for (const auto& [key, bucket] : buckets_) {
    counts.open += bucket.open;
    counts.idle += bucket.idle.size();
    counts.waiting += bucket.waiting.size();
  }
  return counts;
}

}  // namespace router::net
