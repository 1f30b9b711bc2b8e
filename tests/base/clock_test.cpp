#include "base/clock.h"

#include <doctest/doctest.h>

namespace router::clock_test {

using namespace std::chrono_literals;

TEST_CASE("clock: a time-out of 0 is none, every other is itself, and none can be added to now [N10]") {
  for (const auto setting : {1ms, 500ms, 120'000ms}) CHECK(base::or_never(setting) == setting);
  CHECK(base::or_never(0ms) > 24h * 365);
  const base::SteadyTime now = std::chrono::steady_clock::now();
  CHECK(now + base::or_never(0ms) > now);
}

}  // namespace router::clock_test
