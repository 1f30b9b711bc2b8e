// What becomes of a session whose tokens have been asked for anew; numbers are those of docs/contract/oidc.md.
#include <doctest/doctest.h>

#include "login/refresh_world.h"

namespace router::refreshed_session_test {

using base::ErrorCode;
using base::minutes;
using test::fresh;
using test::LoginWorld;
using test::open_session;
using test::provider_fault;
using test::renew_at_provider;

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

}  // namespace router::refreshed_session_test
