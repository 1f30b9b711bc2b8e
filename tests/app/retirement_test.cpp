#include "app/retirement.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::app::test::retirement_test {

TEST_CASE("retirement: what a reload replaced is given back when nobody holds it, and a minute has passed [N23]") {
  router::test::FakeClock clock;
  router::test::FakeLoop loop(clock);
  Retirement<int> retirement(loop, clock);
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched_held = held;
  auto free = std::make_shared<int>(2);
  const std::weak_ptr<int> watched_free = free;
  retirement.add(held);
  retirement.add(std::move(free));
  loop.advance(Retirement<int>::kAtLeast / 2);
  CHECK_FALSE(watched_free.expired());
  loop.advance(Retirement<int>::kAtLeast);
  CHECK(watched_free.expired());
  CHECK_FALSE(watched_held.expired());
  CHECK(retirement.size() == 1);
  held.reset();
  loop.advance(Retirement<int>::kAtLeast);
  CHECK(watched_held.expired());
  CHECK(retirement.size() == 0);
  // and it goes on working
  retirement.add(std::make_shared<int>(3));
  loop.advance(2 * Retirement<int>::kAtLeast);
  CHECK(retirement.size() == 0);
}

}  // namespace router::app::test::retirement_test
