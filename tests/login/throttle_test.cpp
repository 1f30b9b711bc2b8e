#include "login/throttle.h"

#include <doctest/doctest.h>

#include "login/check_password.h"
#include "support/fake_loop.h"
#include "support/fake_provider.h"
#include "support/run_task.h"

using namespace router;
using login::Throttle;

namespace {

const base::SteadyTime kStart{base::seconds(1000)};
const Throttle::Key kAda = Throttle::key_of("ada", "203.0.113.7");

base::SteadyTime after(int seconds) {
  return kStart + base::seconds(seconds);
}

// A wrong password; false if it was not even tried.
bool fail(Throttle& throttle, const Throttle::Key& key, base::SteadyTime now) {
  const bool admitted = throttle.begin(key, now).admitted();
  if (admitted) throttle.failed(key);
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
  throttle.succeeded(kAda);
  CHECK(sixth.busy->is_set());
  CHECK(throttle.begin(kAda, kStart).admitted());
}

TEST_CASE("throttle: a right password forgets the failures, an undecided try never was one") {
  Throttle throttle;
  for (int i = 0; i < 4; ++i) CHECK(fail(throttle, kAda, kStart));
  CHECK(throttle.begin(kAda, kStart).admitted());
  throttle.undecided(kAda);
  CHECK(throttle.begin(kAda, kStart).admitted());
  throttle.succeeded(kAda);
  for (int i = 0; i < 5; ++i) CHECK(fail(throttle, kAda, after(1)));
  CHECK(!fail(throttle, kAda, after(1)));
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
    CHECK(fail(throttle, Throttle::key_of(std::to_string(i), "203.0.113.7"), kStart));
  }
  CHECK(throttle.size() == 100);
  CHECK(fail(throttle, kAda, after(60)));
  CHECK(throttle.size() == 1);
}

TEST_CASE("throttle: who logs in again and again does not make it grow") {
  Throttle throttle({.failures = 5, .within = base::seconds(60), .most = 100});
  for (int i = 0; i < 1000; ++i) {
    CHECK(throttle.begin(kAda, kStart).admitted());
    throttle.succeeded(kAda);
  }
  CHECK(throttle.size() == 0);
}

namespace {

struct PasswordWorld {
  test::FakeClock clock;
  test::ScriptedProvider provider;
  Throttle throttle;
  std::vector<login::PasswordVerdict> verdicts;

  void start_one(const std::string& password = "secret") {
    const auto run = [](PasswordWorld& world, std::string text) -> base::Task<void> {
      login::PasswordTry attempt{"ada", base::Secret(std::move(text)), "203.0.113.7"};
      auto checking = login::check_password(world.throttle, world.clock, world.provider, std::move(attempt));
      auto verdict = co_await checking;
      world.verdicts.push_back(std::move(verdict));
    };
    base::start_detached(run(*this, password));
  }
  std::size_t count_throttled() const {
    return static_cast<std::size_t>(std::count_if(verdicts.begin(), verdicts.end(), [](const auto& verdict) {
      return std::holds_alternative<base::seconds>(verdict);
    }));
  }
};

}  // namespace

TEST_CASE("password: a hundred wrong ones at once reach the provider five times") {
  PasswordWorld world;
  base::Event gate;
  world.provider.gate = &gate;
  world.provider.error = base::Error{base::ErrorCode::unauthenticated, base::Side::identity_provider, "no"};
  for (int i = 0; i < 100; ++i) world.start_one();
  CHECK(world.verdicts.empty());
  gate.set();
  CHECK(world.verdicts.size() == 100);
  CHECK(world.count_throttled() == 95);
  CHECK(world.provider.passwords.size() == 5);
}

TEST_CASE("password: a hundred right ones at once all get through") {
  PasswordWorld world;
  base::Event gate;
  world.provider.gate = &gate;
  for (int i = 0; i < 100; ++i) world.start_one();
  gate.set();
  CHECK(world.verdicts.size() == 100);
  CHECK(world.count_throttled() == 0);
}

TEST_CASE("password: a provider that is away costs nobody a try; an empty password is never asked about") {
  PasswordWorld world;
  world.provider.error = base::Error{base::ErrorCode::unavailable, base::Side::identity_provider, "away"};
  for (int i = 0; i < 20; ++i) world.start_one();
  CHECK(world.count_throttled() == 0);
  const auto asked = world.provider.passwords.size();
  world.start_one("");
  CHECK(world.provider.passwords.size() == asked);
  const auto* answer = std::get_if<base::Result<identity::Login>>(&world.verdicts.back());
  REQUIRE(answer);
  CHECK(answer->error().code == base::ErrorCode::unauthenticated);
}
