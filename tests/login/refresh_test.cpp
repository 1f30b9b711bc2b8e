// When a session's tokens are refreshed, and how often; numbers are those of docs/contract/oidc.md.
#include "login/refresh.h"

#include <doctest/doctest.h>

#include <random>

#include "login/refresh_world.h"

namespace router::refresh_test {

using base::ErrorCode;
using base::minutes;
using test::fresh;
using test::LoginWorld;
using test::open_session;
using test::provider_fault;
using test::renew_at_provider;

TEST_CASE("refresh: a token with time left is not refreshed") {
  LoginWorld world;
  const auto session = open_session(world);
  CHECK(*fresh(world, session) == session);
  CHECK(world.provider.refreshes.empty());
}

TEST_CASE("refresh: while the token is still good nobody waits for the refresh") {
  LoginWorld world;
  base::Event gate;
  world.provider.gate = &gate;
  const auto session = open_session(world);
  world.clock.advance(minutes(56));
  renew_at_provider(world);
  for (int i = 0; i < 50; ++i) CHECK(*fresh(world, session) == session);
  world.background.run_ready();
  CHECK(world.provider.refreshes == std::vector<std::string>{"rt-0"});
  gate.set();
  const auto now = world.find(session->id);
  CHECK(now->tokens.access_token == base::Secret("at-1"));
  CHECK(now->generation == session->generation + 1);
  CHECK(world.ongoing.refreshes->under_way() == 0);
}

TEST_CASE("refresh: fifty requests with an expired token make one refresh and all get its result (48)") {
  LoginWorld world;
  base::Event gate;
  world.provider.gate = &gate;
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  renew_at_provider(world);
  std::vector<std::optional<base::Result<session::Snapshot>>> results(50);
  for (auto& result : results) {
    base::start_detached(test::detail::store_result(world.service->fresh_tokens(session, world.home), result));
  }
  CHECK(world.provider.refreshes.size() == 1);
  for (const auto& result : results) CHECK_FALSE(result);
  gate.set();
  for (const auto& result : results) {
    REQUIRE(result);
    REQUIRE(*result);
    CHECK((**result)->tokens.access_token == base::Secret("at-1"));
  }
  // one more, which still holds the old state: the store knows better
  CHECK((*fresh(world, session))->tokens.access_token == base::Secret("at-1"));
  CHECK(world.provider.refreshes.size() == 1);
}

TEST_CASE("refresh: requests on two replicas make one refresh, and all get its result") {
  LoginWorld world;
  login::Ongoing ongoing_there;
  const auto there = world.make_replica(ongoing_there);
  base::Event gate;
  world.provider.gate = &gate;
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  renew_at_provider(world);
  std::vector<std::optional<base::Result<session::Snapshot>>> results(100);
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& replica = i % 2 == 0 ? *world.service : *there;
    base::start_detached(test::detail::store_result(replica.fresh_tokens(session, world.home), results[i]));
  }
  world.background.advance(base::seconds(2));
  CHECK(world.provider.refreshes.size() == 1);
  gate.set();
  world.background.advance(base::seconds(1));
  for (const auto& result : results) {
    REQUIRE(result);
    REQUIRE(*result);
    CHECK((**result)->tokens.access_token == base::Secret("at-1"));
  }
  CHECK(world.provider.refreshes.size() == 1);
}

TEST_CASE("refresh: a replica that never comes back from it holds the others up for seconds, not for good") {
  LoginWorld world;
  login::Ongoing ongoing_there;
  const auto there = world.make_replica(ongoing_there);
  base::Event gate;
  world.provider.gate = &gate;
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  renew_at_provider(world);
  std::optional<base::Result<session::Snapshot>> lost, refused, late;
  base::start_detached(test::detail::store_result(world.service->fresh_tokens(session, world.home), lost));
  base::start_detached(test::detail::store_result(there->fresh_tokens(session, world.home), refused));
  world.background.advance(base::seconds(11));
  REQUIRE(refused);
  REQUIRE_FALSE(*refused);
  CHECK(refused->error().code == ErrorCode::unavailable);
  world.background.advance(base::seconds(10));
  base::start_detached(test::detail::store_result(there->fresh_tokens(session, world.home), late));
  CHECK(world.provider.refreshes.size() == 2);
  gate.set();
  world.background.advance(base::seconds(1));
  CHECK(late);
}

TEST_CASE("refresh: two configurations, before and after a reload, still make one refresh") {
  LoginWorld world;
  base::Event gate;
  world.provider.gate = &gate;
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  renew_at_provider(world);
  std::optional<base::Result<session::Snapshot>> before, after;
  base::start_detached(test::detail::store_result(world.service->fresh_tokens(session, world.home), before));
  const auto old_service = std::move(world.service);
  world.make_service();
  base::start_detached(test::detail::store_result(world.service->fresh_tokens(session, world.home), after));
  gate.set();
  REQUIRE(before);
  REQUIRE(after);
  CHECK(**before == **after);
  CHECK(world.provider.refreshes.size() == 1);
}

TEST_CASE("refresh: a provider that is away leaves the session alone; it is asked again with back-off (49)") {
  LoginWorld world;
  world.provider.error = provider_fault(ErrorCode::timeout);
  const auto session = open_session(world);
  world.clock.advance(minutes(56));
  for (int i = 0; i < 10; ++i) CHECK(*fresh(world, session) == session);
  world.background.run_ready();
  CHECK(world.provider.refreshes.size() == 1);
  CHECK(world.find(session->id));

  world.clock.advance(base::milliseconds(1'100));
  CHECK(*fresh(world, session) == session);
  world.background.run_ready();
  CHECK(world.provider.refreshes.size() == 2);
  world.clock.advance(base::milliseconds(1'100));
  CHECK(*fresh(world, session) == session);
  world.background.run_ready();
  CHECK(world.provider.refreshes.size() == 2);

  world.clock.advance(minutes(5));
  const auto expired = fresh(world, session);
  REQUIRE_FALSE(expired);
  CHECK(expired.error().code == ErrorCode::timeout);
  CHECK(world.find(session->id));

  world.clock.advance(minutes(2));
  world.provider.error.reset();
  renew_at_provider(world);
  CHECK((*fresh(world, session))->tokens.access_token == base::Secret("at-1"));
}

TEST_CASE("refresh: logins, refreshes, logouts and cookies in any order never bring a session back (O10)") {
  std::mt19937 random(42);
  for (int round = 0; round < 500; ++round) {
    LoginWorld world;
    base::Event gate;
    world.provider.gate = &gate;
    const auto session = open_session(world);
    world.clock.advance(minutes(61));
    renew_at_provider(world);
    if (random() % 4 == 0) world.provider.error = provider_fault(ErrorCode::unauthenticated);
    world.background.set_current(false);
    world.home.set_current(false);
    int handed_out = 0;
    std::vector<std::optional<base::Result<session::Snapshot>>> results(4);
    for (int step = 0; step < 12; ++step) {
      switch (random() % 6) {
        case 0:
          world.background.run_ready();
          break;
        case 1:
          world.home.run_ready();
          break;
        case 2:
          if (*test::run_task(world.store.end(session->id))) ++handed_out;
          break;
        case 3: {
          session::Session changed = *session;
          changed.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", false}};
          (void)test::run_task(world.store.replace(changed));
          break;
        }
        case 4:
          base::start_detached(test::detail::store_result(world.service->fresh_tokens(session, world.home),
                                                          results[random() % results.size()]));
          break;
        default:
          gate.set();
      }
      if (handed_out > 0) REQUIRE_FALSE(world.find(session->id));
    }
    gate.set();
    for (int i = 0; i < 4; ++i) {
      world.background.run_ready();
      world.home.run_ready();
    }
    if (handed_out > 0) REQUIRE_FALSE(world.find(session->id));
    REQUIRE(handed_out + static_cast<int>(world.over.size()) <= 1);
    REQUIRE(world.provider.refreshes.size() <= 2);
  }
}

}  // namespace router::refresh_test
