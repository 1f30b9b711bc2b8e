// Anybody can make ids of sessions up and log out with them: what an address may do of that, whatever way it takes.
#include <doctest/doctest.h>

#include "logout/away_store.h"
#include "logout/held_sessions.h"
#include "logout/rest_world.h"

namespace router::test::made_up_ids_test {
namespace {

void use_up_look_ups(World& world) {
  for (unsigned i = 0; i < logout::Ongoing::kHeldLookUps; ++i)
    world.ongoing.held_look_ups.take(world.external.client_address, world.clock.steady());
}

}  // namespace

TEST_CASE("held sessions: ids that an address makes up are kept and looked up only so often [issue 12]") {
  for (const bool is_away : {true, false}) {
    CAPTURE(is_away);
    RestWorld world;
    AwayStore away;
    away.known = world.session;
    session::Store& store = is_away ? static_cast<session::Store&>(away) : world.store;
    logout::HeldSessions holding(world.config, store, world.ongoing, world.clock);
    const auto find = [&](const std::string& cookies) {
      const Request request("GET", "/my/logout", {{"Cookie", cookies}});
      return run_task(holding.find({request.request, world.external, nullptr, {}}));
    };
    const auto most = is_away ? logout::Ongoing::kUnseenSessions : logout::Ongoing::kHeldLookUps;
    world.external.client_address = "192.0.2.1";
    CHECK(find(junk_ids(most)));
    const auto refused = find(junk_ids(1));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::overloaded);
    world.external.client_address = "192.0.2.2";
    CHECK(find("JSESSIONID=" + world.token()));
    world.external.client_address = "192.0.2.1";
    world.clock.advance(base::minutes(10));
    CHECK(find(junk_ids(1)));
    // who leaves is none of them, however many do
    for (unsigned i = 0; !is_away && i < 2 * most; ++i) REQUIRE(find("JSESSIONID=" + world.token()));
  }
}

TEST_CASE("held sessions: neither an application's logout nor a reload begins to count made-up ids anew [issue 12]") {
  RestWorld world;
  world.service();
  AwayStore away;
  auto own = world.config;
  own.logout.endpoint = "/app1/sign-out";
  const auto application = std::make_shared<const config::Configuration>(std::move(own));
  const auto log_out = [&](std::size_t ids) {
    logout::Service service(world.parts_with(away));
    const Request request("GET", "/app1/sign-out", {{"Cookie", junk_ids(ids)}});
    const auto answered =
        run_task(service.handle(request.request, world.external, nullptr, {}, world.loop, application), &world.loop);
    REQUIRE_FALSE(answered);  // the store is away
    return answered.error().code;
  };
  const auto wait = [&] {
    return world.ongoing.unseen_sessions.look(world.external.client_address, world.clock.steady());
  };
  constexpr std::size_t kEach = 64;
  for (std::size_t sent = 0; sent < logout::Ongoing::kUnseenSessions; sent += kEach) {
    CHECK_FALSE(wait());
    CHECK(log_out(kEach) == base::ErrorCode::unavailable);
  }
  CHECK(wait());
  CHECK(log_out(1) == base::ErrorCode::overloaded);
  world.external.client_address = "192.0.2.2";
  CHECK(log_out(1) == base::ErrorCode::unavailable);
}

TEST_CASE("held sessions: whoever has proved a logout is not refused for ids that come along [issue 12]") {
  struct Row {
    std::string url;
    int status;
  };
  for (const Row& row : {Row{"/am/oauth2/connect/endSession?id_token_hint=good", 204},
                         Row{"/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada", 200}}) {
    CAPTURE(row.url);
    RestWorld world(Details{});
    world.config.logout.front_channel_endpoint = "/frontchannel";
    world.service();
    identity::Claims claims;
    claims.issuer = "https://idp.example";
    claims.subject = "ada";
    claims.idp_session_id = "sid-ada";
    world.provider->id_token_hints["good"] = claims;
    use_up_look_ups(world);
    const auto response = world.get(row.url, nullptr, {{"Cookie", junk_ids(1)}});
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(header(response, "set-cookie").empty());
    CHECK_FALSE(world.is_live());
  }
}

TEST_CASE("rest: ids that an address makes up are looked up only so often, as for all others [issue 12]") {
  RestWorld world;
  const auto log_out = [&](const std::string& cookies) {
    const auto answer =
        world.post("/am/json/sessions?_action=logout", {{"Cookie", cookies}, {"X-Requested-With", "XMLHttpRequest"}});
    return answer ? answer->status : 0;
  };
  const std::string own = "iPlanetDirectoryPro=" + world.token();
  use_up_look_ups(world);
  CHECK(log_out(own) == 503);
  CHECK(world.is_live());
  world.clock.advance(base::minutes(2));
  const auto sent = logout::Ongoing::kHeldLookUps;
  CHECK(log_out(junk_ids(sent, "iPlanetDirectoryPro")) == 200);
  CHECK(log_out(junk_ids(1, "iPlanetDirectoryPro")) == 503);
  world.external.client_address = "192.0.2.2";
  CHECK(log_out(own) == 200);
  CHECK_FALSE(world.is_live());
}

}  // namespace router::test::made_up_ids_test
