#include "logout/service.h"

#include <doctest/doctest.h>

#include "logout/away_store.h"
#include "logout/world.h"

namespace router::service_test {

using logout::Outcome;
using test::add_back_ends;
using test::BackEnds;
using test::World;

TEST_CASE("logout: session dead first, then every back-end, then the provider") {
  World world;
  world.bind(config::ProviderKind::oidc);
  add_back_ends(world, {"bank", "mail"});
  world.config.destinations["bank"].forward_auth_token = true;
  auto session = world.make_session();
  session.backend_cookies.push_back({"mail", "SID", base::Secret(std::string("42")), "/", false});
  const auto snapshot = world.log_in(std::move(session));
  const auto response = world.get("/my/logout?siteId=3", snapshot);
  world.loop.run_ready();

  CHECK(response->status == 302);
  CHECK(test::header(response, "location").find("id_token_hint=id-ada") != std::string::npos);
  CHECK(world.find(snapshot->id) == nullptr);
  CHECK(world.client.header("bank.example", "authorization") == "Bearer access-ada");
  CHECK(world.client.header("bank.example", "cookie").empty());
  CHECK(world.client.header("mail.example", "cookie") == "SID=42");
  CHECK(world.client.header("mail.example", "authorization").empty());
  CHECK(world.client.header("mail.example", "x-forwarded-host") == "app.example");

  const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
  REQUIRE(receipt);
  CHECK(receipt->complete());
  CHECK(receipt->user == "ada");
  CHECK(receipt->sessions == std::vector<std::string>{snapshot->id.fingerprint()});
  CHECK(receipt->provider == logout::ProviderPart::redirect);
}

TEST_CASE("logout: the back-ends get the cookies of the session's last state, not of the request's snapshot") {
  World world;
  add_back_ends(world, {"bank"});
  const auto old = world.log_in();
  session::Session changed = *old;
  changed.backend_cookies.push_back({"bank", "SID", base::Secret(std::string("new")), "/", false});
  REQUIRE(test::run_task(world.store.replace(std::move(changed))));
  world.get("/my/logout", old);
  world.loop.run_ready();
  CHECK(world.client.header("bank.example", "cookie") == "SID=new");
}

TEST_CASE("logout: three at once call every back-end once and are answered alike") {
  World world;
  world.bind(config::ProviderKind::xsuaa);
  add_back_ends(world, {"bank", "mail"});
  const auto session = world.log_in();
  std::vector<std::string> locations;
  for (int i = 0; i < 3; ++i) locations.push_back(test::header(world.get("/my/logout", session), "location"));
  world.loop.run_ready();
  CHECK(world.client.count("bank.example") == 1);
  CHECK(world.client.count("mail.example") == 1);
  CHECK(locations[0] == locations[1]);
  CHECK(locations[1] == locations[2]);
}

TEST_CASE("logout: a late write does not bring the session back") {
  World world;
  const auto session = world.log_in();
  world.get("/my/logout", session);
  session::Session late = *session;
  late.backend_cookies.push_back({"bank", "SID", base::Secret(std::string("late")), "/", false});
  const auto replaced = test::run_task(world.store.replace(std::move(late)));
  REQUIRE(replaced);
  CHECK(!*replaced);
  CHECK(world.find(session->id) == nullptr);
}

TEST_CASE("logout: the answer does not wait for a hanging back-end") {
  World world;
  add_back_ends(world, {"bank"});
  world.client.set("bank.example", BackEnds::kHangs);
  const auto before = world.clock.steady();
  const auto response = world.get("/my/logout", world.log_in());
  CHECK(response->status == 302);
  CHECK(world.clock.steady() == before);
  world.client.set("bank.example", 200);
}

TEST_CASE("logout: the browser lands somewhere whatever the provider does") {
  struct Row {
    bool known;
    bool reachable;
    bool offers;
    std::string page;
    int status;
    std::string location;
    std::string body;
  };
  const std::string away = "signed out here; your identity provider could not be reached";
  const std::vector<Row> rows = {
      {true, false, true, "/logoff.html", 302, "/logoff.html?a=b", ""},
      {false, true, true, "/logoff.html", 302, "/logoff.html?a=b", ""},
      {true, true, false, "/logoff.html", 302, "/logoff.html?a=b", ""},
      {true, false, true, "", 200, "", away},
      {false, false, true, "", 200, "", away},
      {true, true, false, "", 200, "", "You are signed out"},
  };
  for (const auto& row : rows) {
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.page = row.page;
    add_back_ends(world, {"bank"});
    const auto session = world.log_in();
    world.service();
    if (!row.offers) world.provider->change([](auto& metadata) { metadata.end_session_endpoint.clear(); });
    if (!row.known) world.provider->known = nullptr;
    world.provider->reachable = row.reachable;
    const auto response = world.get("/my/logout?a=b", session);
    world.loop.run_ready();
    CHECK(response->status == row.status);
    CHECK(test::header(response, "location") == row.location);
    CHECK(response->body.find(row.body) != std::string::npos);
    CHECK(world.find(session->id) == nullptr);
    CHECK(world.client.count("bank.example") == 1);
  }
}

TEST_CASE("logout: without provider and page the built-in page says so") {
  World world;
  world.config.logout.page = "";
  const auto response = world.get("/my/logout", world.log_in());
  CHECK(response->status == 200);
  CHECK(response->body.find("You are signed out") != std::string::npos);
  CHECK(test::header(response, "cache-control") == "no-store");
}

TEST_CASE("logout: live connections are closed and counted") {
  World world;
  const auto session = world.log_in();
  int closed = 0;
  const auto registration = world.live.add(session->id, world.loop, [&] { ++closed; });
  const auto response = world.get("/my/logout", session);
  world.loop.run_ready();
  CHECK(closed == 1);
  CHECK(world.receipts.find(test::header(response, "x-logout-id"))->connections_closed == 1);
}

namespace {

enum class Asked { by_browser, by_back_channel, by_front_channel, by_administrator, by_refused_refresh, by_time_out };

void end(World& world, Asked asked, const session::Snapshot& session) {
  const test::Request token("POST", "/backchannel", {{"Content-Type", "application/x-www-form-urlencoded"}});
  logout::Selection selection;
  selection.sessions = {session};
  switch (asked) {
    case Asked::by_browser:
      world.get("/my/logout", session);
      break;
    case Asked::by_back_channel:
      world.send(token, nullptr, "logout_token=by-sid");
      break;
    case Asked::by_front_channel:
      world.get("/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada");
      break;
    case Asked::by_administrator:
      CHECK(test::run_task(world.service().end_sessions(logout::Cause::admin, std::move(selection)), &world.loop));
      break;
    case Asked::by_refused_refresh:
      CHECK(test::run_task(world.store.end(session->id)));
      test::run_task(world.service().session_timed_out({session}), &world.loop);
      break;
    case Asked::by_time_out:
      world.clock.advance(std::chrono::minutes(16));
      auto expired = test::run_task(world.store.take_expired(10));
      REQUIRE(expired);
      test::run_task(world.service().session_timed_out(std::move(*expired)), &world.loop);
      break;
  }
}

}  // namespace

TEST_CASE("logout: whoever asks, live connections are closed at once, also those that begin a moment too late (61)") {
  for (const auto asked : {Asked::by_browser, Asked::by_back_channel, Asked::by_front_channel, Asked::by_administrator,
                           Asked::by_refused_refresh, Asked::by_time_out}) {
    CAPTURE(static_cast<int>(asked));
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.back_channel_endpoint = "/backchannel";
    world.config.logout.front_channel_endpoint = "/frontchannel";
    world.service();
    world.provider->logout_tokens["by-sid"] = {"https://idp.example", "ada", "sid-ada", "jti-1"};
    const auto session = world.log_in();
    const auto other = world.log_in("bob");
    int closed = 0;
    const auto open = world.live.add(session->id, world.loop, [&] { ++closed; });
    const auto not_meant = world.live.add(other->id, world.loop, [] { FAIL("another session's"); });
    if (asked == Asked::by_time_out) {
      CHECK(test::run_task(world.store.end(other->id)));
      CHECK(test::run_task(world.store.told({other->id})));
    }
    end(world, asked, session);
    world.loop.run_ready();
    CHECK(closed == 1);
    CHECK(world.receipts.recent(0, 1).at(0)->connections_closed == 1);
    const auto late = world.live.add(session->id, world.loop, [&] { ++closed; });
    world.loop.run_ready();
    CHECK(closed == 2);
  }
}

TEST_CASE("logout: timed-out sessions fan out, one receipt per user, no provider") {
  World world;
  world.bind(config::ProviderKind::oidc);
  add_back_ends(world, {"bank"});
  std::vector<session::Snapshot> sessions{world.log_in("ada"), world.log_in("ada"), world.log_in("bob")};
  world.clock.advance(std::chrono::minutes(16));
  auto expired = test::run_task(world.store.take_expired(10));
  REQUIRE(expired);
  CHECK(expired->size() == 3);
  test::run_task(world.service().session_timed_out(std::move(*expired)), &world.loop);
  world.loop.advance(base::seconds(1));
  CHECK(world.client.count("bank.example") == 3);
  CHECK(world.client.header("bank.example", "x-forwarded-host").empty());
  const auto receipts = world.receipts.recent(0, 10);
  CHECK(receipts.size() == 2);
  CHECK(receipts[0]->cause == logout::Cause::timeout);
  CHECK(receipts[0]->complete());
  CHECK(world.provider->revoked.empty());
}

TEST_CASE("logout: an administrator ends all sessions of a user, however many") {
  World world;
  add_back_ends(world, {"bank"});
  for (int i = 0; i < 250; ++i) world.log_in("ada");
  const auto other = world.log_in("bob");
  logout::Selection selection;
  selection.filters = {{.subject = "ada"}};
  bool done = false;
  std::string id;
  const auto task = [](logout::Service& service, logout::Selection chosen, std::string& out,
                       bool& finished) -> base::Task<void> {
    auto ended = co_await service.end_sessions(logout::Cause::admin, std::move(chosen));
    if (ended) out = ended->logout_id;
    CHECK((ended && ended->sessions == 250));
    finished = true;
  };
  base::start_detached(task(world.service(), std::move(selection), id, done));
  world.loop.advance(base::seconds(5));
  CHECK(done);
  CHECK(!id.empty());
  CHECK(world.client.count("bank.example") == 250);
  CHECK(test::counts_of(world.store).live == 1);
  CHECK(world.find(other->id) != nullptr);
}

TEST_CASE("logout: with the store away nobody is told that they are signed out") {
  World world;
  world.service();
  test::AwayStore away;
  logout::Service service(world.parts_with(away));
  const test::Request request("GET", "/my/logout");
  const auto answered = test::run_task(service.handle(request.request, world.external, world.log_in(), "", world.loop));
  REQUIRE(!answered);
  CHECK(answered.error().code == base::ErrorCode::unavailable);
}

TEST_CASE("back-channel: a token that could not be obeyed, because the store was away, may come again (107)") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.back_channel_endpoint = "/backchannel";
  world.service();
  world.provider->logout_tokens["by-sid"] = {"https://idp.example", "ada", "sid-ada", "jti-1"};
  test::AwayStore away;
  logout::Service service(world.parts_with(away));
  const session::Snapshot session = world.log_in();
  const test::Request request("POST", "/backchannel", {{"Content-Type", "application/x-www-form-urlencoded"}});
  const std::string body = "logout_token=by-sid";
  const auto failed = test::run_task(service.handle(request.request, world.external, nullptr, body, world.loop));
  REQUIRE(failed);
  CHECK((**failed).status == 400);
  const auto again = world.send(request, nullptr, body);
  REQUIRE(again);
  CHECK(again->status == 200);
  CHECK(world.find(session->id) == nullptr);
}

TEST_CASE("logout: requests come back to their own loop") {
  World world;
  test::FakeLoop home(world.clock);
  home.set_current(false);
  const test::Request request("GET", "/my/logout");
  std::optional<base::Result<std::optional<http::Response>>> answered;
  base::start_detached(test::detail::store_result<base::Result<std::optional<http::Response>>>(
      world.service().handle(request.request, world.external, nullptr, "", home), answered));
  CHECK(!answered);
  home.run_ready();
  REQUIRE(answered);
  CHECK((**answered)->status == 302);
}

}  // namespace router::service_test
