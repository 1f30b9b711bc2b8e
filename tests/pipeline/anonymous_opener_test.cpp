// Which browsers are given an anonymous session, what is in it, and what a store that is away costs.
#include "pipeline/anonymous_opener.h"

#include <doctest/doctest.h>

#include "logout/away_store.h"
#include "pipeline/stage_world.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::anonymous_opener_test {

using test::StageWorld;

namespace {

std::vector<session::BackendCookie> one_cookie() { return {{"crm", "sid", base::Secret("1"), "/", false}}; }

session::Snapshot opened_in(pipeline::Context& context) {
  pipeline::AnonymousOpener opener(context);
  return test::run_task(opener.open(one_cookie()));
}

}  // namespace

TEST_CASE("anonymous opener: a session of nobody, with the time-outs, tenant and address of its browser [K1]") {
  StageWorld world;
  world.config.session_timeout = base::minutes(7);
  world.config.environment.session_max_lifetime = base::minutes(60);
  auto& context = world.ask("GET", "/public/x");
  context.external.scheme = "https";
  context.external.client_address = "2001:db8:1:2::3";
  context.external.tenant = "one";
  const auto session = opened_in(context);
  REQUIRE(session);
  CHECK(session->is_anonymous);
  CHECK(session->home == base::home_of("2001:db8:1:2:ffff::9"));
  CHECK(session->subdomain == "one");
  CHECK(session->idle_timeout == base::minutes(7));
  CHECK(session->ends_at_latest == world.clock.wall() + base::minutes(60));
  CHECK(session->backend_cookies.size() == 1);
  CHECK(session->provider.empty());
  CHECK(session->subject.empty());
  CHECK(session->tokens.access_token.empty());
  CHECK(context.user.anonymous == session);
  CHECK_FALSE(context.user.session);
  CHECK(test::lines_of(context.reply_fields) ==
        "Set-Cookie: JSESSIONID=" + std::string(session->id.reveal()) + "; Path=/; Secure; HttpOnly; SameSite=Lax\r\n");
  CHECK(**test::run_task(world.store.find(session->id)) != nullptr);
}

TEST_CASE("anonymous opener: a store that is away costs the cookie, not the page [K1]") {
  StageWorld world;
  test::AwayStore away;
  const pipeline::Parts parts{world.clock, world.loop, {away, world.live, world.streams}};
  const auto graph =
      std::make_shared<pipeline::Graph>(std::make_shared<const config::Configuration>(world.config), parts);
  test::FakeExchange exchange("GET", "/public/x");
  pipeline::Context context(exchange, *graph, world.pool);
  CHECK_FALSE(opened_in(context));
  CHECK(context.reply_fields.empty());
}

TEST_CASE("load session: only a browser of which no session lives may be given one [K1]") {
  StageWorld world;
  world.config.am.emplace();
  const auto user = test::make_session();
  auto other_tenants = test::make_session("eve");
  other_tenants.subdomain = "two";
  const auto anonymous = test::make_anonymous();
  for (const auto& session : {user, other_tenants, anonymous}) REQUIRE(test::run_task(world.store.create(session)));
  const auto cookie = [](const session::SessionId& id) { return "JSESSIONID=" + std::string(id.reveal()); };
  struct Row {
    std::string name;
    std::string value;
    bool may_open;
    bool has_user;
    bool has_anonymous;
  };
  const Row rows[] = {
      {"X-Nothing", "", true, false, false},
      {"Cookie", "a=b", true, false, false},
      {"Cookie", cookie(session::SessionId::random()), true, false, false},
      {"Cookie", cookie(user.id), false, true, false},
      {"Cookie", cookie(anonymous.id), false, false, true},
      {"Cookie", cookie(other_tenants.id), false, false, false},
      {"Cookie", cookie(user.id) + "; " + cookie(other_tenants.id), false, false, false},
      {"x-approuter-authorization", "Bearer x", false, false, false},
      {"iPlanetDirectoryPro", "dead", false, false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.value);
    auto& context = world.ask("GET", "/public/x", {{row.name, row.value}});
    REQUIRE(test::run_task(pipeline::load_session(context)));
    CHECK(context.may_open_session == row.may_open);
    CHECK((context.user.session != nullptr) == row.has_user);
    CHECK((context.user.anonymous != nullptr) == row.has_anonymous);
  }
}

}  // namespace router::anonymous_opener_test
