#include "session/doors.h"

#include <doctest/doctest.h>

#include <functional>

#include "session/memory_shared_state.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::doors_test {

using session::Doors;
using Outcome = Doors::Outcome;
using Visitor = Doors::Visitor;

namespace {

const base::SteadyTime kNine{base::seconds(1000)};

// Whether it was admitted.
bool knock(Doors& doors, const std::string& account, const std::string& address, Outcome outcome,
           base::SteadyTime now = kNine) {
  const Visitor visitor("idp", account, address);
  const bool admitted = doors.begin(visitor, now).admitted();
  if (admitted) doors.settle(visitor, outcome);
  return admitted;
}

int admitted_of(int tries, const std::function<bool(int)>& knock_once) {
  int admitted = 0;
  for (int i = 0; i < tries; ++i) admitted += knock_once(i) ? 1 : 0;
  return admitted;
}

}  // namespace

TEST_CASE("doors: five failures a minute on an account, from however many addresses [S14]") {
  Doors doors;
  const auto guess = [&](int i) { return knock(doors, "ada", "203.0.113." + std::to_string(i), Outcome::failed); };
  CHECK(admitted_of(100, guess) == 5);
  CHECK_FALSE(knock(doors, " ADA", "198.51.100.1", Outcome::succeeded));
  CHECK(knock(doors, "bob", "203.0.113.1", Outcome::succeeded));
  CHECK(knock(doors, "ada", "203.0.113.1", Outcome::succeeded, kNine + base::seconds(60)));
}

TEST_CASE("doors: ten failures a minute of an address, on however many accounts, whatever succeeds between [S14]") {
  Doors doors;
  const auto spray = [&](int i) {
    knock(doors, "own", "203.0.113.7", Outcome::succeeded);
    return knock(doors, "user" + std::to_string(i), "203.0.113.7", Outcome::failed);
  };
  CHECK(admitted_of(20, spray) == 10);
  CHECK(knock(doors, "user1", "203.0.113.8", Outcome::failed));
}

TEST_CASE("doors: sixty tries a minute of an address, right ones too [S14]") {
  Doors doors;
  const auto login = [&](int i) { return knock(doors, "user" + std::to_string(i), "203.0.113.7", Outcome::succeeded); };
  CHECK(admitted_of(600, login) == 60);
  const Visitor late("idp", "ada", "203.0.113.7");
  CHECK(doors.begin(late, kNine).refused_for == base::seconds(1));
  CHECK(knock(doors, "ada", "203.0.113.8", Outcome::succeeded));
}

TEST_CASE("doors: an IPv6 address counts by its network, IPv4 inside IPv6 as itself [S14]") {
  Doors doors({.tries_per_address = 0, .failures_per_address = 1, .failures_per_account = 0});
  CHECK(knock(doors, "a", "2001:db8::1", Outcome::failed));
  CHECK_FALSE(knock(doors, "b", "2001:db8::2", Outcome::failed));
  CHECK(knock(doors, "c", "::ffff:203.0.113.7", Outcome::failed));
  CHECK_FALSE(knock(doors, "d", "203.0.113.7", Outcome::failed));
  CHECK(knock(doors, "e", "::ffff:203.0.113.8", Outcome::failed));
}

TEST_CASE("doors: the accounts of another realm are others [S14]") {
  Doors doors({.failures_per_account = 1});
  CHECK(knock(doors, "ada", "203.0.113.7", Outcome::failed));
  CHECK(doors.begin(Visitor("other", "ada", "203.0.113.7"), kNine).admitted());
}

namespace {

// Whether it was admitted, at one of the replicas.
bool knock_at(Doors& doors, test::FakeClock& clock, const std::string& account, const std::string& address,
              Outcome outcome) {
  const Visitor visitor("idp", account, address);
  if (test::run_task(session::admit(doors, clock, visitor))) return false;
  test::run_task(session::conclude(doors, visitor, outcome));
  return true;
}

}  // namespace

TEST_CASE("doors: failures count on whatever replica they happen, and so does the right password [S14]") {
  test::FakeClock clock;
  session::MemorySharedState shared(clock);
  Doors replicas[3] = {Doors({}, &shared), Doors({}, &shared), Doors({}, &shared)};
  const auto guess = [&](int i) {
    return knock_at(replicas[i % 3], clock, "ada", "203.0.113." + std::to_string(i), Outcome::failed);
  };
  CHECK(admitted_of(4, guess) == 4);
  CHECK(knock_at(replicas[1], clock, "ada", "198.51.100.1", Outcome::succeeded));
  CHECK(admitted_of(100, guess) == 5);
  for (auto& doors : replicas) CHECK_FALSE(knock_at(doors, clock, "ada", "198.51.100.1", Outcome::succeeded));
  const auto spray = [&](int i) {
    return knock_at(replicas[i % 3], clock, "user" + std::to_string(i), "192.0.2.1", Outcome::failed);
  };
  CHECK(admitted_of(100, spray) == 10);
  clock.advance(base::seconds(60));
  CHECK(knock_at(replicas[2], clock, "ada", "192.0.2.1", Outcome::succeeded));
}

TEST_CASE("doors: each limit can be taken away [S14]") {
  Doors doors({.tries_per_address = 0, .failures_per_address = 0, .failures_per_account = 0});
  const auto guess = [&](int) { return knock(doors, "ada", "203.0.113.7", Outcome::failed); };
  CHECK(admitted_of(1000, guess) == 1000);
}

TEST_CASE("doors: who waits for a try to end has not used one up [S14]") {
  Doors doors({.tries_per_address = 3, .failures_per_account = 1});
  const Visitor ada("idp", "ada", "203.0.113.7");
  REQUIRE(doors.begin(ada, kNine).admitted());
  for (int i = 0; i < 10; ++i) CHECK(doors.begin(ada, kNine).busy);
  doors.settle(ada, Outcome::undecided);
  CHECK(doors.begin(ada, kNine).admitted());
}

}  // namespace router::doors_test
