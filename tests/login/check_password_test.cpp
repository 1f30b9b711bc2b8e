#include "login/check_password.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"
#include "support/fake_provider.h"
#include "support/run_task.h"

namespace router::check_password_test {

namespace {

struct PasswordWorld {
  test::FakeClock clock;
  test::ScriptedProvider provider;
  session::Doors doors{{.tries_per_address = 0}};
  std::vector<login::PasswordVerdict> verdicts;

  void start_one(const std::string& password = "secret") {
    const auto run = [](PasswordWorld& world, std::string text) -> base::Task<void> {
      login::PasswordTry attempt{"ada", base::Secret(std::move(text)), "203.0.113.7"};
      auto checking = login::check_password(world.doors, world.clock, world.provider, std::move(attempt));
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

}  // namespace router::check_password_test
