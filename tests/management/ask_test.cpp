#include "management/ask.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/fake_loop.h"

namespace router::ask_test {
namespace {

using namespace router::management;
using test::FakeLoop;

base::Task<base::Result<int>> answer_later(base::Loop& loop, bool throws) {
  co_await base::sleep_for(loop, base::milliseconds(100));
  if (throws) throw std::runtime_error("no");
  co_return 42;
}

}  // namespace

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

TEST_CASE("ask: a coroutine answers once it has waited there, and what it throws is an error [issue 14]") {
  test::FakeClock clock;
  FakeLoop loop(clock);
  auto asked = ask_task<int>(loop, [&loop] { return answer_later(loop, false); });
  auto failing = ask_task<int>(loop, [&loop] { return answer_later(loop, true); });
  loop.run_ready();
  loop.advance(base::milliseconds(200));
  const auto soon = std::chrono::steady_clock::now() + kPatience;
  const auto answer = asked.by(soon);
  REQUIRE((answer && *answer));
  CHECK(**answer == 42);
  const auto failed = failing.by(soon);
  REQUIRE((failed && !*failed));
  CHECK(failed->error().code == base::ErrorCode::internal);
}

}  // namespace router::ask_test
