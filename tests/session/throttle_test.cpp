#include "session/throttle.h"

#include <doctest/doctest.h>

namespace router::throttle_test {

using session::Throttle;
using Outcome = Throttle::Outcome;

namespace {

const base::SteadyTime kStart{base::seconds(1000)};
const Throttle::Key kAda = "ada";

base::SteadyTime after(int seconds) { return kStart + base::seconds(seconds); }

// A wrong password; false if it was not even tried.
bool fail(Throttle& throttle, const Throttle::Key& key, base::SteadyTime now) {
  const bool admitted = throttle.begin(key, now).admitted();
  if (admitted) throttle.settle(key, Outcome::failed);
  return admitted;
}

}  // namespace

TEST_CASE("throttle: five failures a minute, then it says how long to wait") {
  Throttle throttle;
  for (int i = 0; i < 5; ++i) CHECK(fail(throttle, kAda, after(i)));
  CHECK(throttle.begin(kAda, after(10)).refused_for == base::seconds(50));
  CHECK(throttle.begin(kAda, after(59)).refused_for == base::seconds(1));
  CHECK(fail(throttle, kAda, after(60)));
}

TEST_CASE("throttle: the limit can be another one, or none") {
  Throttle one({.failures = 1});
  CHECK(fail(one, kAda, after(0)));
  CHECK_FALSE(fail(one, kAda, after(1)));
  Throttle none({.failures = 0});
  for (int i = 0; i < 1000; ++i) CHECK(fail(none, kAda, after(0)));
  CHECK(none.size() == 0);
}

TEST_CASE("throttle: no more tries at once than may fail; the others wait for one to end") {
  Throttle throttle;
  for (int i = 0; i < 5; ++i) CHECK(throttle.begin(kAda, kStart).admitted());
  const auto sixth = throttle.begin(kAda, kStart);
  REQUIRE(sixth.busy);
  throttle.settle(kAda, Outcome::succeeded);
  CHECK(sixth.busy->is_set());
  CHECK(throttle.begin(kAda, kStart).admitted());
}

TEST_CASE("throttle: a right password forgets the failures, an undecided try never was one") {
  Throttle throttle;
  for (int i = 0; i < 4; ++i) CHECK(fail(throttle, kAda, kStart));
  CHECK(throttle.begin(kAda, kStart).admitted());
  throttle.settle(kAda, Outcome::undecided);
  CHECK(throttle.begin(kAda, kStart).admitted());
  throttle.settle(kAda, Outcome::succeeded);
  for (int i = 0; i < 5; ++i) CHECK(fail(throttle, kAda, after(1)));
  CHECK(!fail(throttle, kAda, after(1)));
}

TEST_CASE("throttle: where one key stands for many people a right password forgets nothing [S14]") {
  Throttle throttle({.failures = 2, .success_forgets = false});
  CHECK(fail(throttle, kAda, kStart));
  CHECK(throttle.begin(kAda, kStart).admitted());
  throttle.settle(kAda, Outcome::succeeded);
  CHECK(fail(throttle, kAda, kStart));
  CHECK(throttle.look(kAda, kStart).refused_for);
}

TEST_CASE("throttle: looking takes nothing [S14]") {
  Throttle throttle({.failures = 1});
  for (int i = 0; i < 10; ++i) CHECK(throttle.look(kAda, kStart).admitted());
  CHECK(throttle.size() == 0);
}

TEST_CASE("throttle: memory is bounded, and empty again after a minute") {
  Throttle throttle({.failures = 5, .within = base::seconds(60), .most = 100});
  for (int i = 0; i < 1000; ++i) {
    CHECK(fail(throttle, std::to_string(i), kStart));
  }
  CHECK(throttle.size() == 100);
  CHECK(fail(throttle, kAda, after(60)));
  CHECK(throttle.size() == 1);
}

TEST_CASE("throttle: who logs in again and again does not make it grow") {
  Throttle throttle({.failures = 5, .within = base::seconds(60), .most = 100});
  for (int i = 0; i < 1000; ++i) {
    CHECK(throttle.begin(kAda, kStart).admitted());
    throttle.settle(kAda, Outcome::succeeded);
  }
  CHECK(throttle.size() == 0);
}

}  // namespace router::throttle_test
