// Fresh tokens for a session; numbers are those of docs/contract/oidc.md.
#include "login/refresh.h"

#include <doctest/doctest.h>

#include <random>

#include "login/browser.h"

namespace router::refresh_test {

using base::ErrorCode;
using base::minutes;
using login::Freshness;
using test::LoginWorld;

namespace {

// A session whose access token lasts an hour from now on.
session::Snapshot open_session(LoginWorld& world, base::milliseconds lifetime = minutes(60)) {
  auto session = test::make_session();
  session.idle_timeout = std::chrono::hours(24);
  session.tokens.access_token = base::Secret("at-0");
  session.tokens.refresh_token = base::Secret("rt-0");
  session.tokens.id_token = base::Secret("id-0");
  session.tokens.obtained = world.clock.wall();
  session.tokens.access_expires = world.clock.wall() + lifetime;
  REQUIRE(test::run_task(world.store.create(session)));
  return world.find(session.id);
}

void renew_at_provider(LoginWorld& world) {
  world.provider.login.tokens.obtained = world.clock.wall();
  world.provider.login.tokens.access_expires = world.clock.wall() + minutes(60);
}

base::Result<session::Snapshot> fresh(LoginWorld& world, const session::Snapshot& session) {
  return test::run_task(world.service->fresh_tokens(session, world.home), &world.background);
}

base::Error provider_fault(ErrorCode code) { return {code, base::Side::identity_provider, "no"}; }

}  // namespace

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

TEST_CASE("refresh: what the provider does not send anew stays") {
  LoginWorld world;
  world.provider.login.tokens.id_token = base::Secret();
  world.provider.login.claims.json.clear();
  world.provider.login.claims.scopes.reset();
  auto session = open_session(world);
  session::Session with_claims = *session;
  with_claims.claims = R"({"sub":"x"})";
  with_claims.scopes = {"read"};
  session = **test::run_task(world.store.replace(with_claims));
  world.clock.advance(minutes(61));
  renew_at_provider(world);
  const auto after = *fresh(world, session);
  REQUIRE(after);
  CHECK(after->tokens.id_token == base::Secret("id-0"));
  CHECK(after->claims == R"({"sub":"x"})");
  CHECK(after->scopes == std::vector<std::string>{"read"});
  CHECK(after->user_name == "alice");
}

TEST_CASE("refresh: scopes that the new token no longer grants are gone, also when it grants none [S6]") {
  using Scopes = std::vector<std::string>;
  struct Row {
    std::optional<Scopes> said;
    Scopes held;
  };
  const Row rows[] = {{Scopes{}, {}}, {Scopes{"write"}, {"write"}}, {std::nullopt, {"read", "admin"}}};
  for (const Row& row : rows) {
    LoginWorld world;
    auto session = open_session(world);
    session::Session with_scopes = *session;
    with_scopes.scopes = {"read", "admin"};
    session = **test::run_task(world.store.replace(with_scopes));
    world.clock.advance(minutes(61));
    renew_at_provider(world);
    world.provider.login.claims.scopes = row.said;
    const auto after = *fresh(world, session);
    REQUIRE(after);
    CHECK(after->scopes == row.held);
  }
}

TEST_CASE("refresh: tokens of another tenant end the session instead of going on in it [S19]") {
  struct Row {
    const char* before;
    std::string now;
    bool lives;
  };
  const Row rows[] = {{R"({"zid":"one"})", "one", true},
                      {R"({"zid":"one"})", "", true},
                      {R"({})", "two", true},
                      {R"({"zid":"one"})", "two", false},
                      {R"({"app_tid":"one"})", "two", false}};
  for (const Row& row : rows) {
    CAPTURE(row.before);
    CAPTURE(row.now);
    LoginWorld world;
    auto session = open_session(world);
    session::Session with_claims = *session;
    with_claims.claims = row.before;
    session = **test::run_task(world.store.replace(with_claims));
    world.clock.advance(minutes(61));
    renew_at_provider(world);
    world.provider.login.claims.tenant = row.now;
    const auto result = fresh(world, session);
    REQUIRE(result);
    CHECK(static_cast<bool>(*result) == row.lives);
    CHECK(static_cast<bool>(world.find(session->id)) == row.lives);
  }
}

TEST_CASE("refresh: invalid_grant ends the session, once, and whoever tells the back-ends hears of it (49)") {
  LoginWorld world;
  world.provider.error = provider_fault(ErrorCode::unauthenticated);
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  const auto result = fresh(world, session);
  REQUIRE(result);
  CHECK(*result == nullptr);
  CHECK_FALSE(world.find(session->id));
  REQUIRE(world.over.size() == 1);
  CHECK(world.over[0]->id == session->id);
  CHECK(*fresh(world, session) == nullptr);
  CHECK(world.over.size() == 1);
}

TEST_CASE("refresh: invalid_grant because another replica was faster ends nothing") {
  LoginWorld world;
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  world.provider.error = provider_fault(ErrorCode::unauthenticated);
  world.provider.before_answer = [&] {
    session::Session changed = *world.find(session->id);
    changed.tokens.access_token = base::Secret("at-other");
    changed.tokens.refresh_token = base::Secret("rt-other");
    REQUIRE(test::run_task(world.store.replace(changed))->has_value());
  };
  const auto result = fresh(world, session);
  REQUIRE(result);
  CHECK((*result)->tokens.access_token == base::Secret("at-other"));
  CHECK(world.over.empty());
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

TEST_CASE("refresh: a session that is logged out meanwhile stays dead, and the new token is given back (108)") {
  LoginWorld world;
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  renew_at_provider(world);
  world.provider.before_answer = [&] { REQUIRE(test::run_task(world.store.end(session->id))->has_value()); };
  CHECK(*fresh(world, session) == nullptr);
  CHECK_FALSE(world.find(session->id));
  CHECK(world.provider.revoked == std::vector<std::string>{"rt-1"});
  CHECK(world.over.empty());
}

TEST_CASE("refresh: a change of the session meanwhile is kept") {
  LoginWorld world;
  const auto session = open_session(world);
  world.clock.advance(minutes(61));
  renew_at_provider(world);
  world.provider.before_answer = [&] {
    session::Session changed = *world.find(session->id);
    changed.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", false}};
    REQUIRE(test::run_task(world.store.replace(changed))->has_value());
  };
  const auto after = *fresh(world, session);
  CHECK(after->backend_cookies.size() == 1);
  CHECK(after->tokens.access_token == base::Secret("at-1"));
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

TEST_CASE("refresh: the first sid that a refresh brings in is kept, and never replaced by another one [S27]") {
  LoginWorld world;
  const auto session = open_session(world);
  REQUIRE(session->idp_session_id.empty());
  for (const char* sid : {"sid-first", "sid-second", ""}) {
    world.clock.advance(minutes(61));
    renew_at_provider(world);
    world.provider.login.claims.idp_session_id = sid;
    const auto renewed = fresh(world, world.find(session->id));
    REQUIRE(renewed);
    CHECK((*renewed)->idp_session_id == "sid-first");
  }
}

}  // namespace router::refresh_test
