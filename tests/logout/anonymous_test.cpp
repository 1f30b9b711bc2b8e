// Anonymous sessions at logout and time-out: back-ends whose cookies they hold are told, and no user is
// meant.
#include <doctest/doctest.h>

#include "logout/rest_world.h"
#include "support/sessions.h"

namespace router::anonymous_test {

using test::RestWorld;
using test::World;

namespace {

session::BackendCookie anonymous_cookie(std::string destination) {
  return {std::move(destination), "SID", base::Secret("1"), "/", false};
}

struct AnonymousWorld : World {
  AnonymousWorld() {
    bind(config::ProviderKind::oidc);
    for (const auto* name : {"bank", "mail", "shop"}) config.destinations[name] = test::make_destination(name);
    config.destinations["shop"].logout_path.clear();
  }
  session::Snapshot visit(std::vector<session::BackendCookie> cookies) {
    auto session = test::make_anonymous();
    session.backend_cookies = std::move(cookies);
    return log_in(std::move(session));
  }
  static test::HeaderList named(const std::vector<session::Snapshot>& sessions) {
    std::string cookies;
    for (const auto& session : sessions) cookies += "JSESSIONID=" + std::string(session->id.reveal()) + "; ";
    return {{"Cookie", cookies}};
  }
};

}  // namespace

TEST_CASE("anonymous logout: the back-ends whose cookies it holds are told, each of them, and no other [K1]") {
  AnonymousWorld world;
  const auto session = world.visit({anonymous_cookie("bank"), anonymous_cookie("shop")});
  const auto nobody = world.get("/my/logout");
  const auto answer = world.get("/my/logout", nullptr, world.named({session}));
  world.loop.run_ready();
  REQUIRE(answer);
  CHECK(answer->status == 302);
  const auto provider_of = [](const std::optional<http::Response>& response) {
    const auto location = test::header(response, "Location");
    return location.substr(0, location.find("&state="));
  };
  CHECK(provider_of(answer) == provider_of(nobody));
  CHECK_FALSE(world.find(session->id));
  CHECK(world.client.count("bank.example") == 1);
  CHECK(world.client.header("bank.example", "cookie") == "SID=1");
  CHECK(world.client.header("bank.example", "authorization").empty());
  CHECK(world.client.count("mail.example") == 0);
  CHECK(world.client.count("shop.example") == 0);
}

TEST_CASE("anonymous logout: a time-out tells the same back-ends, once, and leaves what is public alone [K1]") {
  AnonymousWorld world;
  const auto session = world.visit({anonymous_cookie("bank")});
  const auto users = world.log_in();
  int closed = 0;
  const auto public_stream = world.live.add(session->id, world.loop, [&] { ++closed; });
  world.clock.advance(base::minutes(20));
  auto over = test::run_task(world.store.take_expired(10), &world.loop);
  REQUIRE(over->size() == 2);
  test::run_task(world.service().session_timed_out(*std::move(over)), &world.loop);
  world.loop.advance(base::seconds(5));
  CHECK(world.client.count("bank.example") == 2);
  CHECK(world.client.count("mail.example") == 1);
  CHECK(closed == 0);
}

TEST_CASE(
    "anonymous logout: what runs under it ends, and what ran under it before a login ends with the user's "
    "[K1]") {
  AnonymousWorld world;
  int closed = 0;
  const auto session = world.visit({});
  const auto stream = world.live.add(session->id, world.loop, [&] { ++closed; });
  world.get("/my/logout", nullptr, world.named({session}));
  world.loop.run_ready();
  CHECK(closed == 1);
  auto made = world.make_session();
  made.anonymous_before = session::SessionId::random();
  const auto older = world.live.add(made.anonymous_before, world.loop, [&] { ++closed; });
  const auto user = world.log_in(std::move(made));
  world.get("/my/logout", user, world.named({user}));
  world.loop.run_ready();
  CHECK(closed == 2);
}

TEST_CASE("anonymous logout: beside a user's session the answer is about the user [K1]") {
  AnonymousWorld world;
  const auto session = world.visit({anonymous_cookie("bank")});
  auto made = world.make_session();
  made.tokens.id_token = base::Secret("the-hint");
  const auto user = world.log_in(std::move(made));
  const auto answer = world.get("/my/logout", user, world.named({session, user}));
  world.loop.run_ready();
  CHECK(test::header(answer, "Location").find("id_token_hint=the-hint") != std::string::npos);
  const auto receipt = world.receipts.find(test::header(answer, "x-logout-id"));
  REQUIRE(receipt);
  CHECK(receipt->user == user->user_name);
  CHECK_FALSE(world.find(session->id));
  CHECK_FALSE(world.find(user->id));
  CHECK(world.client.count("bank.example") == 2);
  CHECK(world.client.count("mail.example") == 1);
}

TEST_CASE("anonymous logout: of one application its cookies go, and those that come anew are kept [K1]") {
  AnonymousWorld world;
  config::ApplicationLogout bank;
  bank.name = "bank";
  bank.parameter = "leave-bank";
  bank.destinations = {"bank"};
  world.config.logout.applications = {bank};
  const auto session = world.visit({anonymous_cookie("bank"), anonymous_cookie("mail")});
  for (int i = 0; i < 2; ++i) {
    world.get("/x?leave-bank", nullptr, world.named({session}));
    world.loop.run_ready();
    CHECK(world.client.count("bank.example") == 1);
  }
  CHECK(world.client.count("mail.example") == 0);
  const auto after = world.find(session->id);
  REQUIRE(after);
  REQUIRE(after->backend_cookies.size() == 1);
  CHECK(after->backend_cookies[0].destination == "mail");
  CHECK(after->ended_applications.empty());
}

TEST_CASE("anonymous logout: its id is no token of the REST logout [K1]") {
  RestWorld world;
  const auto anonymous = world.log_in(test::make_anonymous());
  const std::string id(anonymous->id.reveal());
  const auto answer = world.post("/am/json/sessions/?_action=logout", {{"iPlanetDirectoryPro", id}});
  REQUIRE(answer);
  CHECK(answer->body.find("Token has expired") != std::string::npos);
  CHECK(world.find(anonymous->id));
}

TEST_CASE("anonymous logout: what a provider says about its users means none of them [K1]") {
  AnonymousWorld world;
  const auto anonymous = world.visit({});
  const auto user = world.log_in();
  logout::Selection selection;
  selection.filters = {{.issuer = user->issuer, .subject = user->subject}};
  REQUIRE(test::run_task(world.service().end_sessions(logout::Cause::back_channel, std::move(selection)), &world.loop));
  CHECK_FALSE(world.find(user->id));
  CHECK(world.find(anonymous->id));
}

}  // namespace router::anonymous_test
