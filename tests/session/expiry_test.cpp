#include "session/expiry.h"

#include <doctest/doctest.h>

#include "base/event.h"
#include "base/recent_set.h"
#include "session/expiry_wheel.h"
#include "session/memory_store.h"
#include "support/fake_loop.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::expiry_test {

using base::milliseconds;
using session::Snapshot;

namespace {

struct World {
  test::FakeClock clock;
  test::FakeLoop loop{clock};
  session::MemoryStore store{clock};
  std::vector<std::size_t> batches;
  base::Event* gate = nullptr;

  void add(int count) {
    for (int i = 0; i < count; ++i) {
      auto session = test::make_session();
      session.idle_timeout = milliseconds(10'000);
      REQUIRE(test::run_task(store.create(session)));
    }
  }
  session::SessionsOver receiver() {
    return [this](std::vector<Snapshot> over) { return receive(*this, std::move(over)); };
  }
  static base::Task<void> receive(World& world, std::vector<Snapshot> over) {
    world.batches.push_back(over.size());
    if (world.gate != nullptr) co_await world.gate->wait();
    std::vector<session::SessionId> ids;
    for (const auto& session : over) ids.push_back(session->id);
    auto telling = world.store.told(std::move(ids));
    (void)co_await telling;
  }
};

}  // namespace

TEST_CASE("expiry: a session that times out is handed on within two seconds, once") {
  World world;
  world.add(1);
  session::Expiry expiry(world.store, world.loop, world.receiver());
  expiry.start();
  world.loop.advance(milliseconds(9'000));
  CHECK(world.batches.empty());
  world.loop.advance(milliseconds(3'000));
  CHECK(world.batches == std::vector<std::size_t>{1});
  world.loop.advance(milliseconds(60'000));
  CHECK(world.batches.size() == 1);
}

TEST_CASE("expiry: many that time out together come in small batches with pauses between them") {
  World world;
  world.add(600);
  session::Expiry expiry(world.store, world.loop, world.receiver());
  expiry.start();
  world.loop.advance(milliseconds(12'000));
  CHECK(world.batches == std::vector<std::size_t>{256, 256, 88});
}

TEST_CASE("expiry: the next batch waits until the last one has been dealt with") {
  World world;
  world.add(300);
  base::Event gate;
  world.gate = &gate;
  session::Expiry expiry(world.store, world.loop, world.receiver());
  expiry.start();
  world.loop.advance(milliseconds(60'000));
  CHECK(world.batches.size() == 1);
  gate.set();
  world.loop.advance(milliseconds(1'000));
  CHECK(world.batches.size() == 2);
}

TEST_CASE("expiry: stopped, it takes nothing more") {
  World world;
  world.add(1);
  session::Expiry expiry(world.store, world.loop, world.receiver());
  expiry.start();
  expiry.stop();
  world.loop.advance(milliseconds(60'000));
  CHECK(world.batches.empty());
  CHECK(world.loop.pending_timers() == 0);
}

TEST_CASE("expiry wheel: hands back what is due, and nothing early but what lies beyond the ring") {
  const base::SteadyTime start{std::chrono::hours(5)};
  session::ExpiryWheel wheel(start);
  session::ExpiryWheel::Place soon, later, far;
  wheel.put(soon, start + base::seconds(2));
  wheel.put(later, start + base::seconds(300));
  wheel.put(far, start + std::chrono::hours(10));
  CHECK(wheel.take(start + base::seconds(2)) == nullptr);
  CHECK(wheel.take(start + base::seconds(3)) == &soon);
  CHECK(wheel.take(start + base::seconds(3)) == nullptr);
  CHECK(wheel.take(start + base::seconds(301)) == &later);
  CHECK(wheel.take(start + base::seconds(511)) == nullptr);
  CHECK(wheel.take(start + base::seconds(512)) == &far);
  CHECK(wheel.take(start + std::chrono::hours(24)) == nullptr);
}

TEST_CASE("expiry wheel: what was moved or has left is not handed back from its old place") {
  const base::SteadyTime start{std::chrono::hours(5)};
  session::ExpiryWheel wheel(start);
  session::ExpiryWheel::Place moved, left;
  wheel.put(moved, start + base::seconds(2));
  wheel.put(left, start + base::seconds(2));
  wheel.put(moved, start + base::seconds(20));
  left.leave();
  CHECK(wheel.take(start + base::seconds(10)) == nullptr);
  CHECK(wheel.take(start + base::seconds(21)) == &moved);
}

TEST_CASE("recent set: keeps a key for its time, and stays small whatever comes") {
  const base::SteadyTime start{std::chrono::hours(5)};
  base::RecentSet set(base::minutes(10), 1000);
  CHECK(set.insert(1, start));
  CHECK_FALSE(set.insert(1, start));
  CHECK(set.contains(1, start + base::minutes(9)));
  CHECK_FALSE(set.contains(1, start + base::minutes(21)));
  for (std::uint64_t key = 10; key < 100'000; ++key) set.insert(key, start + base::minutes(30));
  CHECK(set.size() <= 1002);
  CHECK(set.contains(99'999, start + base::minutes(30)));
}

}  // namespace router::expiry_test
