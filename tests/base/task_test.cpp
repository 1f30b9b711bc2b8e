#include "base/task.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "base/guarded.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::task_test {

using namespace router::base;
using router::test::FakeClock;
using router::test::FakeLoop;
using router::test::run_task;

namespace {

Task<int> answer() { co_return 42; }

Task<int> twice(Task<int> task) {
  const int once = co_await task;
  co_return 2 * once;
}

Task<void> count_to(int last, int& count) {
  while (count < last) {
    ++count;
    const int seen = co_await answer();
    if (seen != 42) co_return;
  }
}

Task<std::unique_ptr<int>> box(int number) { co_return std::make_unique<int>(number); }

// Ended for odd numbers.
Task<std::unique_ptr<int>> boxed(int number) {
  if (number % 2 != 0) return std::make_unique<int>(number);
  return box(number);
}

Task<void> nothing() { return {}; }

Task<int> sum_to(int last) {
  int sum = 0;
  for (int number = 0; number <= last; ++number) {
    const auto got = co_await boxed(number);
    co_await nothing();
    sum += *got;
  }
  co_return sum;
}

Task<int> fail() {
  throw std::runtime_error("broken");
  co_return 0;
}

Task<void> fail_without_value() {
  throw 42;
  co_return;
}

Task<Result<int>> fail_as_result() {
  throw std::runtime_error("broken");
  co_return 0;
}

Task<void> run_and_note(Loop& other, FakeLoop& home, Task<int> task, std::string& note) {
  try {
    auto running = run_on(other, home, std::move(task));
    co_await running;
  } catch (const std::runtime_error& error) {
    note = std::string(error.what()) + (home.is_current() ? " at home" : " elsewhere");
  }
}

Task<bool> caught(Task<int> task) {
  try {
    co_await task;
  } catch (const std::runtime_error&) {
    co_return true;
  }
  co_return false;
}

Task<void> mark(bool& ran) {
  ran = true;
  co_return;
}

Task<void> hold(std::shared_ptr<int> held, Loop& loop) {
  co_await sleep_for(loop, std::chrono::seconds(1));
  ++*held;
}

Task<int> note_loop(FakeLoop& loop) { co_return static_cast<int>(loop.pending_timers()); }

}  // namespace

TEST_CASE("task: one that is given nothing has ended, where there is nothing to give [issue 14]") {
  CHECK(std::is_default_constructible_v<Task<void>>);
  CHECK_FALSE(std::is_default_constructible_v<Task<int>>);
  CHECK_FALSE(std::is_default_constructible_v<Task<Result<void>>>);
  run_task(Task<void>());
}

TEST_CASE("task: starts when it is awaited and hands its value on") { CHECK(run_task(twice(answer())) == 84); }

TEST_CASE("task: does nothing until somebody awaits it") {
  bool ran = false;
  {
    const auto task = mark(ran);
    CHECK_FALSE(ran);
  }
  CHECK_FALSE(ran);
  start_detached(mark(ran));
  CHECK(ran);
}

// A thousand only: without optimisation the compiler makes no tail calls, and the stack grows with every
// round.
TEST_CASE("task: a loop over tasks that finish at once") {
  int count = 0;
  run_task(count_to(1000, count));
  CHECK(count == 1000);
}

TEST_CASE("task: one that has ended before it is awaited is as good as one that waits [issue 13]") {
  CHECK(run_task(sum_to(100)) == 5050);
}

TEST_CASE("task: an exception reaches the awaiter") { CHECK(run_task(caught(fail()))); }

TEST_CASE("task: a suspended one that is destroyed frees what it holds") {
  FakeClock clock;
  FakeLoop loop(clock);
  const auto held = std::make_shared<int>(0);
  { const auto never_started = hold(held, loop); }
  CHECK(held.use_count() == 1);
}

TEST_CASE("loop: sleep_for resumes after the time and not before") {
  FakeClock clock;
  FakeLoop loop(clock);
  const auto held = std::make_shared<int>(0);
  start_detached(hold(held, loop));
  loop.advance(std::chrono::milliseconds(999));
  CHECK(*held == 0);
  loop.advance(std::chrono::milliseconds(1));
  CHECK(*held == 1);
  CHECK(held.use_count() == 1);
}

TEST_CASE("loop: run_on goes to the other loop and comes back") {
  FakeClock clock;
  FakeLoop home(clock);
  FakeLoop other(clock);
  home.set_current(false);
  other.set_current(false);
  std::optional<int> result;
  start_detached(router::test::detail::store_result(run_on(other, home, note_loop(other)), result));
  CHECK_FALSE(result.has_value());
  other.run_ready();
  CHECK_FALSE(result.has_value());
  home.run_ready();
  CHECK(result == 0);
}

TEST_CASE("loop: run_on comes home with what the task threw [S38]") {
  FakeClock clock;
  FakeLoop home(clock);
  FakeLoop other(clock);
  home.set_current(false);
  other.set_current(false);
  std::string note;
  start_detached(run_and_note(other, home, fail(), note));
  other.run_ready();
  CHECK(note.empty());
  home.set_current(true);
  home.run_ready();
  CHECK(note == "broken at home");
}

TEST_CASE("task: what a detached one throws is counted, and nobody else hears of it [S38]") {
  const auto before = exceptions_caught();
  start_detached(fail_without_value());
  CHECK(exceptions_caught() == before + 1);
}

TEST_CASE("task: a guarded one answers with an error of ours where it threw, else as it would [S38]") {
  const auto before = exceptions_caught();
  const auto number = run_task(guarded(answer()));
  REQUIRE(number);
  CHECK(*number == 42);
  const auto broken = run_task(guarded(fail_as_result()));
  REQUIRE_FALSE(broken);
  CHECK(describe(broken.error()) == "internal (router): exception: broken");
  const auto unknown = run_task(guarded(fail_without_value()));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().detail == "exception: unknown exception");
  CHECK(exceptions_caught() == before + 2);
}

}  // namespace router::task_test
