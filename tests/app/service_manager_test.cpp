// What the service manager hears, and when it hears nothing any more (docs/contract/operations.md "Packaging").
#include "app/service_manager.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "support/fake_loop.h"

namespace router::service_manager_test {

using namespace router::test;
using base::milliseconds;

struct WatchedLoops {
  void pass(milliseconds time) {
    for (auto passed = milliseconds(0); passed <= time; passed += FakeLoop::kTick) {
      for (auto* loop : running) loop->run_ready();
      background.run_ready();
      clock.advance(FakeLoop::kTick);
    }
  }

  FakeClock clock;
  FakeLoop background{clock};
  FakeLoop first{clock};
  FakeLoop second{clock};
  std::vector<FakeLoop*> running{&first, &second};
  int told = 0;
  app::Watchdog watchdog{background, {&background, &first, &second}, milliseconds(10'000), [this] { ++told; }};
};

TEST_CASE("watchdog: a router whose loops all work says so twice in the time [issue 14]") {
  WatchedLoops loops;
  loops.watchdog.start();
  loops.pass(milliseconds(0));
  CHECK(loops.told == 1);
  loops.pass(milliseconds(60'000));
  CHECK(loops.told >= 12);
}

TEST_CASE("watchdog: a loop that hangs is not alive, whatever the others do [issue 14]") {
  WatchedLoops loops;
  loops.watchdog.start();
  loops.pass(milliseconds(0));
  loops.running = {&loops.first};
  loops.pass(milliseconds(60'000));
  CHECK(loops.told <= 2);
  const int before = loops.told;
  loops.running = {&loops.first, &loops.second};
  loops.pass(milliseconds(6'000));
  CHECK(loops.told > before);
}

TEST_CASE("service manager: nobody who is not there is told [issue 14]") {
  // who runs the tests may be there
  for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  CHECK_FALSE(app::tell_service_manager("READY=1"));
  CHECK_FALSE(app::watchdog_time().has_value());
}

}  // namespace router::service_manager_test
