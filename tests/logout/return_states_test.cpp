#include "logout/return_states.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::return_states_test {

namespace {
const base::Secret kSecret(std::string("a secret"));
}

TEST_CASE("return states: a state carries its target once") {
  test::FakeClock clock;
  logout::ReturnStates states(kSecret, clock);
  for (const std::string& target : {std::string("/bye?a=%20b"), "/bye?x=" + std::string(5000, 'x')}) {
    const auto state = states.issue(target);
    CHECK(state.size() < 4096);
    CHECK(states.take(state) == target);
    CHECK(!states.take(state));
  }
}

TEST_CASE("return states: two states for one target differ") {
  test::FakeClock clock;
  logout::ReturnStates states(kSecret, clock);
  CHECK(states.issue("/bye") != states.issue("/bye"));
}

TEST_CASE("return states: junk, foreign and old ones are unknown") {
  test::FakeClock clock;
  logout::ReturnStates states(kSecret, clock);
  logout::ReturnStates other(base::Secret(), clock);
  CHECK(!states.take(""));
  CHECK(!states.take("held."));
  CHECK(!states.take(std::string(100'000, 'A')));
  CHECK(!states.take(other.issue("/bye")));
  const auto state = states.issue("/bye");
  const auto held = states.issue(std::string(2000, 'x'));
  clock.advance(base::seconds(3601));
  CHECK(!states.take(state));
  CHECK(!states.take(held));
}

TEST_CASE("return states: an instance with the same secret knows them") {
  test::FakeClock clock;
  logout::ReturnStates here(kSecret, clock);
  logout::ReturnStates there(kSecret, clock);
  CHECK(there.take(here.issue("/bye")) == "/bye");
}

TEST_CASE("return states: only so many long targets are held") {
  test::FakeClock clock;
  logout::ReturnStates states(kSecret, clock);
  const auto first = states.issue(std::string(2000, 'x'));
  for (int i = 0; i < 1024; ++i) states.issue(std::string(2000, 'y'));
  CHECK(!states.take(first));
}

}  // namespace router::return_states_test
