// Who waits for a run hears what it threw, however he waits.
#include "base/single_flight.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::single_flight_test {

namespace {

base::Task<void> throw_after(base::Event& gate) {
  co_await gate.wait();
  throw std::runtime_error("out of memory");
}

base::Task<void> note_outcome(base::Task<void> waiting, std::string& outcome) {
  try {
    co_await waiting;
    outcome = "done";
  } catch (const std::exception& thrown) {
    outcome = thrown.what();
  }
}

struct Flight {
  test::FakeClock clock;
  test::FakeLoop loop{clock};
  base::Event gate;
  base::SingleFlight flight;
  std::string outcomes[4];

  void start_all() {
    base::start_detached(note_outcome(flight.run(throw_after(gate)), outcomes[0]));
    base::start_detached(note_outcome(flight.join(), outcomes[1]));
    base::start_detached(note_outcome(flight.run_for(loop, base::seconds(5), throw_after(gate)), outcomes[2]));
    base::start_detached(note_outcome(flight.join_for(loop, base::seconds(5)), outcomes[3]));
  }
};

}  // namespace

TEST_CASE("single flight: all who wait get what the work throws, those with little patience, too [S38]") {
  Flight world;
  world.start_all();
  CHECK(world.flight.waiting() == 4);
  world.gate.set();
  world.loop.run_ready();
  for (const auto& outcome : world.outcomes) CHECK(outcome == "out of memory");
  CHECK(world.flight.waiting() == 0);
  CHECK_FALSE(world.flight.is_running());
}

TEST_CASE("single flight: whose patience is over goes on, and what is thrown later is not his [S38]") {
  Flight world;
  world.start_all();
  world.loop.advance(base::seconds(5));
  CHECK(world.outcomes[0].empty());
  CHECK(world.outcomes[2] == "done");
  CHECK(world.outcomes[3] == "done");
  world.gate.set();
  world.loop.run_ready();
  CHECK(world.outcomes[1] == "out of memory");
  CHECK(world.outcomes[3] == "done");
  world.loop.advance(base::seconds(5));
}

}  // namespace router::single_flight_test
