#include <algorithm>

#include "base/limits.h"
#include "base/wake.h"
#include "net/asio_backend.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {
constexpr base::milliseconds kSweepEvery{5'000};
// What nobody has asked for since then belongs to a destination that is gone.
constexpr base::minutes kKeepOrigin{10};
// While requests wait for a place: how often held-up connections are looked for.
constexpr base::milliseconds kLookEvery{500};
constexpr base::seconds kStrictIdle{5};
// Of destinations with one origin.
constexpr std::size_t kMostNames = 16;

void note_destination(std::vector<std::string>& known, std::string_view name) {
  if (name.empty() || (!known.empty() && known.front() == name)) return;
  const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
  if (!is_known && known.size() < kMostNames) known.emplace_back(name);
}

}  // namespace

struct PoolWaiter {
  PoolWaiter(AsioBackendPool& of, BackendBucket& in)
      : pool(of), bucket(in), wake(of.loop_), deadline(of.loop_.deadlines(), [this] { look(); }) {}
  void look() {
    const auto now = pool.loop_.deadlines().now();
    if (now >= ends_by) return leave();
    pool.free_held_up(bucket);
    if (!wake.has_ended()) deadline.arm_at(std::min(ends_by, now + kLookEvery));
  }
  // Out of the queue, without a place.
  void leave() {
    if (wake.end()) std::erase(bucket.waiting, this);
  }

  AsioBackendPool& pool;
  BackendBucket& bucket;
  base::Wake wake;
  Deadline deadline;
  base::SteadyTime ends_by;
  bool served = false;
};

AsioBackendPool::AsioBackendPool(AsioLoop& loop, ClientTls& tls, const ParseLimits& limits, PoolLimits pool_limits)
    : loop_(loop),
      tls_(tls),
      limits_(limits),
      pool_limits_(std::move(pool_limits)),
      names_(loop, clock_, ask_name_servers(loop, pool_limits_.name_servers)),
      sweep_deadline_(loop.deadlines(), [this] { sweep(); }) {}

AsioBackendPool::~AsioBackendPool() {
  for (auto& [key, bucket] : buckets_) {
    for (auto* const connection : bucket.lent) connection->lender = nullptr;
  }
}

std::unique_ptr<AsioBackendConnection> AsioBackendPool::take_idle(Bucket& bucket) {
  while (!bucket.idle.empty()) {
    auto connection = std::move(bucket.idle.back());
    bucket.idle.pop_back();
    const bool is_over = connection->is_strict() && loop_.deadlines().now() - connection->idle_since() > kStrictIdle;
    // the back-end may have closed it, or sent what nobody asked for
    if (!is_over && connection->is_quiet()) return connection;
    connection.reset();
    --bucket.open;
  }
  return nullptr;
}

// Its place is for who wants a new connection.
void AsioBackendPool::close_longest_idle(Bucket& bucket) {
  if (bucket.idle.empty()) return;
  bucket.idle.erase(bucket.idle.begin());
  --bucket.open;
}

// false: nobody gave a connection back in time, too many wait already, or nobody wants it any longer. true: there is
// room, and it is ours.
Task<bool> AsioBackendPool::wait_for_room(Bucket& bucket, ConnectionWish& wish) {
  if (bucket.open >= pool_limits_.connections) free_held_up(bucket);
  if (bucket.open >= pool_limits_.connections) close_longest_idle(bucket);
  if (bucket.open < pool_limits_.connections) {
    ++bucket.open;
    co_return true;
  }
  if (bucket.waiting.size() >= pool_limits_.waiting) {
    base::limits::kUpstreamQueue.hit();
    co_return false;
  }
  PoolWaiter waiter(*this, bucket);
  bucket.waiting.push_back(&waiter);
  waiter.ends_by = std::min(wish.ends_by(), loop_.deadlines().now() + pool_limits_.max_wait);
  waiter.look();
  wish.set_stop([&waiter] { waiter.leave(); });
  co_await waiter.wake.wait();
  wish.set_stop(nullptr);
  if (!waiter.served && !wish.is_withdrawn()) base::limits::kUpstreamConnections.hit();
  co_return waiter.served;
}

Task<Result<std::unique_ptr<BackendConnection>>> AsioBackendPool::acquire(const BackendOrigin& origin,
                                                                          ConnectionWish& wish) {
  auto& bucket = buckets_[origin.key];  // in place while somebody waits in it, or has a place of it
  bucket.used_at = loop_.deadlines().now();
  note_destination(bucket.destinations, wish.destination());
  if (!sweep_deadline_.armed()) sweep_deadline_.arm(kSweepEvery);
  if (!wish.fresh()) {
    if (auto idle = take_idle(bucket)) return lend(bucket, std::move(idle));
  }
  return acquire_place(bucket, origin, wish);
}

Task<Result<std::unique_ptr<BackendConnection>>> AsioBackendPool::acquire_place(Bucket& bucket,
                                                                                const BackendOrigin& origin,
                                                                                ConnectionWish& wish) {
  const bool room = co_await wait_for_room(bucket, wish);
  if (wish.is_withdrawn()) {
    if (room) freed(bucket);
    co_return Error{ErrorCode::cancelled, Side::router, "nobody waits for the connection any longer"};
  }
  if (!room)
    co_return Error{ErrorCode::overloaded, Side::back_end, "no connection to " + origin.place() + " is free", true};
  if (!wish.fresh()) {
    // what was given back while we waited
    if (auto idle = take_idle(bucket)) {
      --bucket.open;
      co_return lend(bucket, std::move(idle));
    }
  } else if (bucket.open > pool_limits_.connections) {
    close_longest_idle(bucket);  // given back while we waited
  }
  auto connection = std::make_unique<AsioBackendConnection>(loop_, origin, limits_);
  wish.set_stop([&connection] { connection->close(); });
  const bool is_unlimited = wish.timeout() == base::milliseconds::zero();
  const auto patience =
      is_unlimited ? pool_limits_.connect_timeout : std::min(wish.timeout(), pool_limits_.connect_timeout);
  const auto ends_by = std::min(wish.ends_by(), loop_.deadlines().now() + patience);
  auto connected = co_await connection->connect(tls_, names_, ends_by);
  wish.set_stop(nullptr);
  if (!connected) {
    connection.reset();
    freed(bucket);
    co_return connected.error();
  }
  co_return lend(bucket, std::move(connection));
}

std::unique_ptr<BackendConnection> AsioBackendPool::lend(Bucket& bucket,
                                                         std::unique_ptr<AsioBackendConnection> connection) {
  connection->lender = this;
  connection->bucket = &bucket;
  connection->lent_at = bucket.lent.size();
  bucket.lent.push_back(connection.get());
  return connection;
}

AsioBackendPool::Bucket& AsioBackendPool::take_back(AsioBackendConnection& connection) {
  auto& bucket = *connection.bucket;
  connection.lender = nullptr;
  bucket.lent[connection.lent_at] = bucket.lent.back();
  bucket.lent[connection.lent_at]->lent_at = connection.lent_at;
  bucket.lent.pop_back();
  bucket.used_at = loop_.deadlines().now();
  return bucket;
}

bool AsioBackendPool::is_scarce(const BackendOrigin& origin) const {
  const auto found = buckets_.find(origin.key);
  if (found == buckets_.end()) return false;
  const auto& bucket = found->second;
  return 2 * (bucket.open - bucket.idle.size()) >= pool_limits_.connections;
}

Result<void> AsioBackendPool::begin_lasting(BackendConnection& connection) {
  auto& ours = static_cast<AsioBackendConnection&>(connection);
  if (make_lasting(*ours.bucket, ours)) return {};
  base::limits::kUpstreamStreams.hit();
  return Error{ErrorCode::overloaded, Side::back_end, "too many streams from " + ours.place(), true};
}

bool AsioBackendPool::make_lasting(Bucket& bucket, AsioBackendConnection& connection) {
  if (connection.is_lasting()) return true;
  if (bucket.lasting >= pool_limits_.lasting) return false;
  connection.begin_lasting();
  ++bucket.lasting;
  freed(bucket);
  return true;
}

void AsioBackendPool::free_held_up(Bucket& bucket) {
  const auto now = loop_.deadlines().now();
  if (now - bucket.looked_at < kLookEvery) return;
  bucket.looked_at = now;
  for (auto* const connection : bucket.lent) {
    if (connection->is_held_up(now) && !make_lasting(bucket, *connection)) return;
  }
}

void AsioBackendPool::release(std::unique_ptr<BackendConnection> connection, bool reusable) {
  auto* const ours = static_cast<AsioBackendConnection*>(connection.get());
  if (!reusable || !pool_limits_.reuse || ours->is_lasting() || !ours->is_clean()) return connection.reset();
  auto& bucket = take_back(*ours);
  ours->become_idle(bucket.used_at);
  connection.release();
  bucket.idle.emplace_back(ours);
  if (bucket.waiting.empty()) return;
  ++bucket.open;  // the waiter takes it from the idle ones and gives its own room back
  freed(bucket);
}

void AsioBackendPool::was_destroyed(AsioBackendConnection& connection) {
  auto& bucket = take_back(connection);
  if (!connection.is_lasting()) return freed(bucket);
  --bucket.lasting;
}

// One place has become free: it goes to who waits longest.
void AsioBackendPool::freed(Bucket& bucket) {
  if (bucket.waiting.empty()) {
    --bucket.open;
    return;
  }
  PoolWaiter* const waiter = bucket.waiting.front();
  bucket.waiting.pop_front();
  waiter->served = true;
  waiter->wake.end();
}

void AsioBackendPool::sweep() {
  const auto now = loop_.deadlines().now();
  constexpr auto never = base::SteadyTime::max();
  auto next = now + kSweepEvery;
  for (auto& [key, bucket] : buckets_) {
    std::erase_if(bucket.idle, [&](const std::unique_ptr<AsioBackendConnection>& connection) {
      const auto strict_end = connection->is_strict() ? connection->idle_since() + kStrictIdle : never;
      const bool is_over = now >= strict_end || now - connection->idle_since() > pool_limits_.max_idle;
      const bool stale = is_over || !connection->is_quiet();
      if (stale) --bucket.open;
      if (!stale) next = std::min(next, strict_end);
      return stale;
    });
  }
  std::erase_if(buckets_, [&](const auto& entry) {
    const Bucket& bucket = entry.second;
    const bool is_empty = bucket.open == 0 && bucket.lent.empty() && bucket.waiting.empty();
    return is_empty && now - bucket.used_at > kKeepOrigin;
  });
  tls_.drop_unused(now);
  if (!buckets_.empty() || tls_.size() != 0) sweep_deadline_.arm_at(next);
}

AsioBackendPool::Places& AsioBackendPool::Places::operator+=(const Places& other) {
  open += other.open;
  idle += other.idle;
  waiting += other.waiting;
  lasting += other.lasting;
  return *this;
}

AsioBackendPool::Counts AsioBackendPool::counts() const {
  Counts counts;
  counts.origins = buckets_.size();
  for (const auto& [key, bucket] : buckets_) {
    const Places places{bucket.open, bucket.idle.size(), bucket.waiting.size(), bucket.lasting};
    counts += places;
    for (const auto& name : bucket.destinations) counts.destinations[name] += places;
  }
  return counts;
}

}  // namespace router::net
