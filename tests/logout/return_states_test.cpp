#include "logout/return_states.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

#include "session/memory_shared_state.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::return_states_test {

namespace {

const base::Secret kSecret(std::string("a secret"));

// The replicas of one store.
struct Replicas {
  explicit Replicas(base::Secret secret_there = kSecret) : there(std::move(secret_there), clock, shared) {}
  test::FakeClock clock;
  session::MemorySharedState shared{clock};
  logout::ReturnStates states{kSecret, clock, shared};
  logout::ReturnStates there;
};

std::optional<std::string> take(logout::ReturnStates& states, std::string state) {
  return test::run_task(states.take(std::move(state)));
}

}  // namespace

TEST_CASE("return states: a state carries its target once") {
  Replicas replicas;
  auto& states = replicas.states;
  for (const std::string& target : {std::string("/bye?a=%20b"), "/bye?x=" + std::string(5000, 'x')}) {
    const auto state = states.issue(target);
    CHECK(state.size() < 4096);
    CHECK(take(states, state) == target);
    CHECK(!take(states, state));
  }
}

TEST_CASE("return states: two states for one target differ") {
  Replicas replicas;
  auto& states = replicas.states;
  CHECK(states.issue("/bye") != states.issue("/bye"));
}

TEST_CASE("return states: junk, foreign and old ones are unknown") {
  Replicas replicas{base::Secret()};
  auto& states = replicas.states;
  auto& other = replicas.there;
  CHECK(!take(states, ""));
  CHECK(!take(states, "held."));
  CHECK(!take(states, std::string(100'000, 'A')));
  CHECK(!take(states, other.issue("/bye")));
  const auto state = states.issue("/bye");
  const auto held = states.issue(std::string(2000, 'x'));
  replicas.clock.advance(base::seconds(3601));
  CHECK(!take(states, state));
  CHECK(!take(states, held));
}

TEST_CASE("return states: a replica with the same secret takes them, and then no other does") {
  Replicas replicas;
  for (const std::string& target : {std::string("/bye"), "/bye?x=" + std::string(5000, 'x')}) {
    const auto state = replicas.states.issue(target);
    CHECK(take(replicas.there, state) == target);
    CHECK(!take(replicas.states, state));
    CHECK(!take(replicas.there, state));
  }
}

TEST_CASE("return states: for who is not signed in nothing is kept, a long target goes without its query [issue 12]") {
  Replicas replicas;
  auto& states = replicas.states;
  const auto held = states.issue("/kept?" + std::string(2000, 'x'));
  for (int i = 0; i < 2000; ++i) {
    const auto state = states.issue("/bye?x=" + std::string(5000, 'x'), true);
    if (i == 0) CHECK(take(states, state) == "/bye");
  }
  CHECK(take(states, states.issue("/bye?short", true)) == "/bye?short");
  CHECK(take(states, held) == "/kept?" + std::string(2000, 'x'));
}

TEST_CASE("return states: only so many long targets are held") {
  Replicas replicas;
  auto& states = replicas.states;
  const auto first = states.issue(std::string(2000, 'x'));
  for (int i = 0; i < 1024; ++i) states.issue(std::string(2000, 'y'));
  CHECK(!take(states, first));
}

}  // namespace router::return_states_test
