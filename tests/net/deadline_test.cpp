#include "net/deadline.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace router::deadline_test {

using net::Deadline;
using net::DeadlineWheel;
using namespace std::chrono_literals;

namespace {

// The wheel starts at the machine's clock; tests move on from there by hand.
struct Turning {
  DeadlineWheel wheel;
  base::SteadyTime start = wheel.now();
  void turn_to(base::milliseconds since_start) { wheel.advance(start + since_start); }
};

}  // namespace

TEST_CASE("deadline: fires once, late by at most two ticks and never early") {
  for (const auto delay : {1ms, 50ms, 75ms, 1000ms, 10'000ms, 102'000ms, 103'000ms, 300'000ms, 3'600'000ms}) {
    Turning t;
    int fired = 0;
    Deadline deadline(t.wheel, [&] { ++fired; });
    deadline.arm(delay);
    t.turn_to(delay - 1ms);
    CHECK(fired == 0);
    t.turn_to(delay + 2 * DeadlineWheel::kTick);
    CHECK(fired == 1);
    t.turn_to(2 * delay + 1000ms);
    CHECK(fired == 1);
    CHECK(t.wheel.empty());
  }
}

TEST_CASE("deadline: the last arm counts, whether it is later or earlier") {
  Turning t;
  int fired = 0;
  Deadline deadline(t.wheel, [&] { ++fired; });
  deadline.arm(1000ms);
  deadline.arm(5000ms);
  t.turn_to(4000ms);
  CHECK(fired == 0);
  deadline.arm(500ms);
  t.turn_to(4700ms);
  CHECK(fired == 1);
  t.turn_to(9000ms);
  CHECK(fired == 1);
}

TEST_CASE("deadline: a disarmed or destroyed one never fires") {
  Turning t;
  int fired = 0;
  Deadline disarmed(t.wheel, [&] { ++fired; });
  disarmed.arm(100ms);
  disarmed.disarm();
  {
    Deadline destroyed(t.wheel, [&] { ++fired; });
    destroyed.arm(100ms);
  }
  t.turn_to(1000ms);
  CHECK(fired == 0);
}

TEST_CASE("deadline: a callback may arm its own deadline again") {
  Turning t;
  int fired = 0;
  Deadline* self = nullptr;
  Deadline deadline(t.wheel, [&] {
    if (++fired < 3) self->arm(100ms);
  });
  self = &deadline;
  deadline.arm(100ms);
  for (auto at = 0ms; at <= 2000ms; at += 50ms) t.turn_to(at);
  CHECK(fired == 3);
}

TEST_CASE("deadline: a callback may destroy others that are due at the same moment") {
  Turning t;
  std::vector<std::unique_ptr<Deadline>> deadlines;
  int fired = 0;
  for (int i = 0; i < 10; ++i) {
    deadlines.push_back(std::make_unique<Deadline>(t.wheel, [&] {
      ++fired;
      deadlines.clear();
    }));
  }
  for (auto& deadline : deadlines) deadline->arm(100ms);
  t.turn_to(1000ms);
  CHECK(fired == 1);
}

TEST_CASE("deadline: one that is disarmed while others of its tick fire does not fire either [N1]") {
  Turning t;
  std::vector<std::unique_ptr<Deadline>> deadlines;
  int fired = 0;
  for (int i = 0; i < 10; ++i) {
    deadlines.push_back(std::make_unique<Deadline>(t.wheel, [&] {
      ++fired;
      for (auto& other : deadlines) other->disarm();
    }));
  }
  for (auto& deadline : deadlines) deadline->arm(100ms);
  t.turn_to(1000ms);
  CHECK(fired == 1);
  CHECK(t.wheel.empty());
}

TEST_CASE("deadline: one that is moved while others of its tick fire does so at its new time only [N1]") {
  Turning t;
  std::vector<std::unique_ptr<Deadline>> deadlines;
  std::vector<int> fired;
  for (int i = 0; i < 2; ++i) {
    deadlines.push_back(std::make_unique<Deadline>(t.wheel, [&, i] {
      fired.push_back(i);
      if (fired.size() == 1) deadlines[1 - i]->arm(500ms);
    }));
  }
  for (auto& deadline : deadlines) deadline->arm(100ms);
  t.turn_to(500ms);
  CHECK(fired.size() == 1);
  t.turn_to(1200ms);
  CHECK(fired.size() == 2);
}

TEST_CASE("deadline: a loop that slept for hours fires what is due and keeps the rest") {
  Turning t;
  int early = 0;
  int late = 0;
  Deadline first(t.wheel, [&] { ++early; });
  Deadline second(t.wheel, [&] { ++late; });
  first.arm(1000ms);
  second.arm(20h);
  t.turn_to(10h);
  CHECK(early == 1);
  CHECK(late == 0);
  t.turn_to(20h + 200ms);
  CHECK(late == 1);
}

}  // namespace router::deadline_test
