#include "base/wake.h"

#include <doctest/doctest.h>

#include "base/task.h"
#include "support/fake_loop.h"

namespace router::wake_test {

using base::Task;
using base::Wake;

namespace {

Task<void> wait_and_count(Wake& wake, int& gone_on) {
  co_await wake.wait();
  ++gone_on;
}

}  // namespace

TEST_CASE("wake: whoever ends the wait first decides, and the coroutine goes on once, in a turn of its own [N1]") {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  Wake wake(loop);
  int gone_on = 0;
  base::start_detached(wait_and_count(wake, gone_on));
  CHECK(wake.end());
  CHECK_FALSE(wake.end());
  CHECK(gone_on == 0);
  loop.run_ready();
  CHECK(gone_on == 1);
}

TEST_CASE("wake: a wait that has been ended before it began is none [N1]") {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  Wake wake(loop);
  CHECK(wake.end());
  int gone_on = 0;
  base::start_detached(wait_and_count(wake, gone_on));
  CHECK(gone_on == 1);
  loop.run_ready();
  CHECK(gone_on == 1);
}

}  // namespace router::wake_test
