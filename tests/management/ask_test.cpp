#include "management/ask.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/fake_loop.h"

namespace router::ask_test {

using namespace router::management;
using test::FakeLoop;

TEST_CASE("ask: who asks a loop that does not turn gives up, and the late answer harms nobody [issue 14]") {
  test::FakeClock clock;
  FakeLoop loop(clock);
  auto asked = ask<int>(loop, [] { return 42; });
  CHECK_FALSE(asked.by(std::chrono::steady_clock::now()).has_value());
  loop.run_ready();
}

TEST_CASE("ask: the answer comes from the loop, and so does what was thrown there [issue 14]") {
  test::FakeClock clock;
  FakeLoop loop(clock);
  auto asked = ask<int>(loop, [] { return 42; });
  auto failing = ask<int>(loop, []() -> int { throw std::runtime_error("no"); });
  loop.run_ready();
  const auto soon = std::chrono::steady_clock::now() + kPatience;
  CHECK(asked.by(soon) == 42);
  CHECK_THROWS_AS(failing.by(soon), std::runtime_error);
}

}  // namespace router::ask_test
