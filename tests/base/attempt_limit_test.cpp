#include "base/attempt_limit.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::attempt_limit_test {

TEST_CASE("attempt limit: so many at once, then one each time its part of the span has passed") {
  test::FakeClock clock;
  base::AttemptLimit limit(5, base::minutes(1), 100);
  const auto attempt = [&](std::uint64_t key) {
    if (limit.is_used_up(key, clock.steady())) return false;
    limit.charge(key, clock.steady());
    return true;
  };
  for (int i = 0; i < 5; ++i) CHECK(attempt(1));
  CHECK_FALSE(attempt(1));
  CHECK(attempt(2));
  clock.advance(base::seconds(11));
  CHECK_FALSE(attempt(1));
  clock.advance(base::seconds(2));
  CHECK(attempt(1));
  CHECK_FALSE(attempt(1));
  clock.advance(base::minutes(10));
  for (int i = 0; i < 5; ++i) CHECK(attempt(1));
  CHECK_FALSE(attempt(1));
}

TEST_CASE("recent times: the later time counts, and memory stays bounded") {
  test::FakeClock clock;
  base::RecentTimes<base::WallTime> times(base::minutes(10), 10);
  const auto now = clock.wall();
  times.note(1, now, clock.steady());
  times.note(1, now - base::seconds(5), clock.steady());
  CHECK(times.find(1, clock.steady()) == now);
  for (std::uint64_t key = 2; key < 1000; ++key) times.note(key, now, clock.steady());
  CHECK(times.size() <= 12);
  CHECK_FALSE(times.find(1, clock.steady()));
  clock.advance(base::minutes(30));
  CHECK_FALSE(times.find(999, clock.steady()));
}

}  // namespace router::attempt_limit_test
