#include "login/throttle.h"

#include <doctest/doctest.h>

using namespace router;
using login::Throttle;

namespace {

const base::SteadyTime kStart{base::seconds(1000)};

base::SteadyTime after(int seconds) {
  return kStart + base::seconds(seconds);
}

}  // namespace

TEST_CASE("throttle: five failures a minute, then it says how long to wait") {
  Throttle throttle;
  const auto key = Throttle::key_of("ada", "203.0.113.7");
  for (int i = 0; i < 5; ++i) CHECK(!throttle.begin(key, after(i)));
  CHECK(throttle.begin(key, after(10)) == base::seconds(50));
  CHECK(throttle.begin(key, after(59)) == base::seconds(1));
  CHECK(!throttle.begin(key, after(60)));
}

TEST_CASE("throttle: tries under way count, so that many at once are no way around it") {
  Throttle throttle;
  const auto key = Throttle::key_of("ada", "203.0.113.7");
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += throttle.begin(key, kStart) ? 0 : 1;
  CHECK(admitted == 5);
}

TEST_CASE("throttle: a right password forgets the failures, an undecided try never was one") {
  Throttle throttle;
  const auto key = Throttle::key_of("ada", "203.0.113.7");
  for (int i = 0; i < 5; ++i) CHECK(!throttle.begin(key, kStart));
  throttle.undecided(key);
  CHECK(!throttle.begin(key, kStart));
  CHECK(throttle.begin(key, kStart));
  throttle.succeeded(key);
  for (int i = 0; i < 5; ++i) CHECK(!throttle.begin(key, after(1)));
  CHECK(throttle.begin(key, after(1)));
}

TEST_CASE("throttle: another user or another address counts apart; spellings of the same do not") {
  struct Row {
    const char* user;
    const char* address;
    bool same;
  };
  const Row rows[] = {
      {"ada", "2001:db8::1", true},      {"Ada", "2001:db8::1", true},  {" ada", "2001:db8::1", true},
      {"ada", "2001:db8::ffff:2", true}, {"bob", "2001:db8::1", false}, {"ada", "2001:db8:0:1::1", false},
      {"ada", "203.0.113.7", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.user);
    CAPTURE(row.address);
    CHECK((Throttle::key_of(row.user, row.address) == Throttle::key_of("ada", "2001:db8::1")) == row.same);
  }
}

TEST_CASE("throttle: memory is bounded, and empty again after a minute") {
  Throttle throttle({.failures = 5, .within = base::seconds(60), .most = 100});
  for (int i = 0; i < 1000; ++i) {
    CHECK(!throttle.begin(Throttle::key_of(std::to_string(i), "203.0.113.7"), kStart));
  }
  CHECK(throttle.size() == 100);
  CHECK(!throttle.begin(Throttle::key_of("x", "203.0.113.7"), after(60)));
  CHECK(throttle.size() == 1);
}

TEST_CASE("throttle: who logs in again and again does not make it grow") {
  Throttle throttle({.failures = 5, .within = base::seconds(60), .most = 100});
  const auto key = Throttle::key_of("ada", "203.0.113.7");
  for (int i = 0; i < 1000; ++i) {
    CHECK(!throttle.begin(key, kStart));
    throttle.succeeded(key);
  }
  CHECK(throttle.size() == 0);
}
