#include <doctest/doctest.h>

#include "crypto/digest.h"
#include "logout/world.h"
#include "support/hostile_json.h"

namespace router::back_channel_test {

using test::Request;
using test::World;

namespace {

const test::HeaderList kForm{{"Content-Type", "application/x-www-form-urlencoded"}};

void prepare(World& world) {
  world.bind(config::ProviderKind::oidc);
  world.config.logout.back_channel_endpoint = "/backchannel";
  world.config.destinations["bank"] = test::make_destination("bank");
  world.service();
  world.provider->logout_tokens["by-sid"] = {"https://idp.example", "ada", "sid-ada", "jti-1"};
  world.provider->logout_tokens["by-sub"] = {"https://idp.example", "ada", "", "jti-2"};
  world.provider->logout_tokens["unknown-sid"] = {"https://idp.example", "", "nobody", "jti-3"};
}

std::optional<http::Response> post(World& world, std::string body, const test::HeaderList& fields = kForm,
                                   const std::string& url = "/backchannel") {
  return world.send(Request("POST", url, fields), nullptr, std::move(body));
}

}  // namespace

TEST_CASE("back-channel: what is not a proper request is refused and ends nothing") {
  struct Row {
    std::string method;
    std::string url;
    std::string type;
    std::string body;
    int status;
  };
  const std::string form = "application/x-www-form-urlencoded";
  const std::vector<Row> rows = {
      {"GET", "/backchannel", form, "logout_token=by-sid", 405},
      {"PUT", "/backchannel", form, "logout_token=by-sid", 405},
      {"POST", "/backchannel", "application/json", "logout_token=by-sid", 400},
      {"POST", "/backchannel", "", "logout_token=by-sid", 400},
      {"POST", "/backchannel", form, "", 400},
      {"POST", "/backchannel", form, "logout_token=", 400},
      {"POST", "/backchannel", form, "logout_token=by-sid&logout_token=by-sid", 400},
      {"POST", "/backchannel", form, "logout_token=%zz", 400},
      {"POST", "/backchannel", form, "logout_token=forged", 400},
      {"POST", "/backchannel?logout_token=by-sid", form, "logout_token=by-sid", 400},
      {"POST", "/backchannel", form, "logout_token=" + std::string(70'000, 'a'), 413},
      {"POST", "/backchannel", form + "; charset=utf-8", "x=y&logout_token=by-sid", 200},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.body.substr(0, 60));
    World world;
    prepare(world);
    const auto session = world.log_in("ada");
    test::HeaderList fields;
    if (!row.type.empty()) fields.emplace_back("Content-Type", row.type);
    const auto response = world.send(Request(row.method, row.url, fields), nullptr, row.body);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK((world.find(session->id) == nullptr) == (row.status == 200));
    if (row.status == 400) CHECK(response->body.starts_with("{\"error\":\"invalid_request\""));
  }
}

TEST_CASE("back-channel: only posted forms to the endpoint are read") {
  World world;
  prepare(world);
  CHECK(world.service().wants_body(Request("POST", "/backchannel", kForm).request));
  CHECK(!world.service().wants_body(Request("POST", "/other", kForm).request));
  CHECK(!world.service().wants_body(Request("POST", "/backchannel").request));
  CHECK(!world.service().wants_body(Request("GET", "/backchannel", kForm).request));
}

TEST_CASE("back-channel: sid ends that session, with fan-out and receipt") {
  World world;
  prepare(world);
  const auto ada = world.log_in("ada");
  const auto bob = world.log_in("bob");
  const auto response = post(world, "logout_token=by-sid");
  world.loop.run_ready();
  CHECK(response->status == 200);
  CHECK(test::header(response, "set-cookie").empty());
  CHECK(world.find(ada->id) == nullptr);
  CHECK(world.find(bob->id) != nullptr);
  CHECK(world.client.count("bank.example") == 1);
  CHECK(world.receipts.find(test::header(response, "x-logout-id"))->cause == logout::Cause::back_channel);
}

TEST_CASE("back-channel: sub alone ends all sessions of the user") {
  World world;
  prepare(world);
  world.log_in("ada");
  world.log_in("ada");
  const auto bob = world.log_in("bob");
  CHECK(post(world, "logout_token=by-sub")->status == 200);
  CHECK(test::counts_of(world.store).live == 1);
  CHECK(world.find(bob->id) != nullptr);
}

TEST_CASE("back-channel: sub alone ends the older sessions, too, whichever of them was logged out before (91)") {
  for (const std::size_t gone : {0U, 1U, 2U}) {
    CAPTURE(gone);
    World world;
    prepare(world);
    const std::vector<session::Snapshot> sessions{world.log_in("ada"), world.log_in("ada"), world.log_in("ada")};
    world.get("/my/logout", sessions[gone]);
    CHECK(post(world, "logout_token=by-sub")->status == 200);
    for (const auto& session : sessions) CHECK(world.find(session->id) == nullptr);
    world.loop.run_ready();
    CHECK(world.client.count("bank.example") == 3);
  }
}

TEST_CASE("back-channel: an unknown session is answered 200") {
  World world;
  prepare(world);
  CHECK(post(world, "logout_token=unknown-sid")->status == 200);
}

TEST_CASE("back-channel: a repeated jti is answered 200 without effect") {
  World world;
  prepare(world);
  CHECK(post(world, "logout_token=by-sub")->status == 200);
  world.clock.advance(base::seconds(1));
  const auto again = world.log_in("ada");
  CHECK(post(world, "logout_token=by-sub")->status == 200);
  CHECK(world.find(again->id) != nullptr);
}

TEST_CASE("back-channel: a repeated jti is known after a reload of the configuration, too (101)") {
  World world;
  prepare(world);
  CHECK(post(world, "logout_token=by-sub")->status == 200);
  world.reload();
  world.provider->logout_tokens["by-sub"] = {"https://idp.example", "ada", "", "jti-2"};
  world.clock.advance(base::seconds(1));
  const auto again = world.log_in("ada");
  CHECK(post(world, "logout_token=by-sub")->status == 200);
  CHECK(world.find(again->id) != nullptr);
}

TEST_CASE("back-channel: sub alone keeps out logins that were started before, with whatever sid (106)") {
  World world;
  prepare(world);
  CHECK(post(world, "logout_token=by-sub")->status == 200);
  auto in_flight = world.make_session("ada");
  in_flight.login_started = world.clock.wall();
  const auto late = test::run_task(world.store.create(in_flight));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == base::ErrorCode::conflict);
  auto anew = world.make_session("ada");
  anew.login_started = world.clock.wall() + base::seconds(1);
  CHECK(test::run_task(world.store.create(anew)));
}

TEST_CASE("back-channel: an address that sends only bad tokens is told to wait, others are not (105)") {
  World world;
  prepare(world);
  const auto session = world.log_in("ada");
  const auto stranger = std::hash<std::string>()(base::home_of("198.51.100.9"));
  for (int i = 0; i < 13'000; ++i) world.ongoing.bad_logout_tokens.charge(stranger, world.clock.steady());
  world.external.client_address = "198.51.100.9";
  const auto refused = post(world, "logout_token=by-sid");
  CHECK(refused->status == 429);
  CHECK(test::header(refused, "retry-after") == "1");
  CHECK(world.find(session->id) != nullptr);
  world.external.client_address = "203.0.113.7";
  CHECK(post(world, "logout_token=by-sid")->status == 200);
  CHECK(world.find(session->id) == nullptr);
}

TEST_CASE("back-channel: a bad token costs its sender an attempt, a good one nothing (105)") {
  World world;
  prepare(world);
  const auto sender = std::hash<std::string>()(base::home_of(world.external.client_address));
  const auto used_up = [&] { return world.ongoing.bad_logout_tokens.is_used_up(sender, world.clock.steady()); };
  for (int i = 0; i < 11'999; ++i) world.ongoing.bad_logout_tokens.charge(sender, world.clock.steady());
  CHECK(post(world, "logout_token=by-sid")->status == 200);
  CHECK_FALSE(used_up());
  CHECK(post(world, "logout_token=forged")->status == 400);
  CHECK(used_up());
  world.clock.advance(base::seconds(2));
  CHECK_FALSE(used_up());
}

TEST_CASE("back-channel: the answer does not wait for a hanging back-end") {
  World world;
  prepare(world);
  world.client.set("bank.example", test::BackEnds::kHangs);
  world.log_in("ada");
  CHECK(post(world, "logout_token=by-sid")->status == 200);
  world.client.set("bank.example", 200);
}

namespace {

// Unsigned: the fake provider knows tokens by their text.
std::string token_text(const std::string& claims) { return "e30." + crypto::base64url_encode(claims) + ".c2ln"; }

}  // namespace

TEST_CASE("back-channel: of two bindings of one issuer each gets the logout tokens that name it [S5]") {
  for (const char* client : {"client", "client-2"}) {
    CAPTURE(client);
    World world;
    prepare(world);
    auto second = world.config.providers.front();
    second.name = "idp-2";
    second.client_id = "client-2";
    world.config.providers.push_back(second);
    world.reload();
    const auto text = token_text(std::string(R"({"iss":"https://idp.example","aud":")") + client + "\"}");
    auto& owner =
        dynamic_cast<test::FakeProvider&>(*world.providers->find(std::string(client) == "client" ? "idp" : "idp-2"));
    owner.logout_tokens[text] = {"https://idp.example", "ada", "sid-ada", "jti-9"};
    const auto session = world.log_in("ada");
    CHECK(post(world, "logout_token=" + text)->status == 200);
    CHECK(world.find(session->id) == nullptr);
    CHECK(post(world, "logout_token=" + token_text(R"({"iss":"https://evil.example","aud":"client"})"))->status == 400);
  }
}

TEST_CASE("back-channel: hostile claims are refused, whatever they are, and end nothing [S1]") {
  World world;
  prepare(world);
  world.config.providers.push_back(world.config.providers.front());
  world.config.providers.back().name = "idp-2";
  world.reload();
  const auto session = world.log_in("ada");
  for (const auto& row : test::hostile_json(45'000)) {
    CAPTURE(row.name);
    CHECK(post(world, "logout_token=" + token_text(row.text))->status == 400);
  }
  CHECK(world.find(session->id) != nullptr);
}

TEST_CASE("back-channel: a token is charged before it is looked at, a long one as several [S1]") {
  World world;
  prepare(world);
  const auto sender = std::hash<std::string>()(base::home_of(world.external.client_address));
  const auto now = world.clock.steady();
  auto& limit = world.ongoing.bad_logout_tokens;
  const auto long_one = "logout_token=" + token_text(std::string(45'000, ' '));
  limit.charge(sender, now, 12'000 - 30);
  CHECK(post(world, long_one)->status == 400);
  CHECK(limit.is_used_up(sender, now));
  CHECK(post(world, "logout_token=by-sid")->status == 429);

  World another;
  prepare(another);
  another.ongoing.bad_logout_tokens.charge(sender, another.clock.steady(), 11'999);
  CHECK(post(another, "logout_token=by-sid")->status == 200);
  CHECK(post(another, "logout_token=by-sub")->status == 200);
  CHECK_FALSE(another.ongoing.bad_logout_tokens.is_used_up(sender, another.clock.steady()));
}

TEST_CASE(
    "back-channel: sub and sid end that session and those of the user without a sid, not those of another sid [S27]") {
  World world;
  prepare(world);
  auto session = world.make_session("ada");
  session.idp_session_id = "";
  const auto without = world.log_in(std::move(session));
  session = world.make_session("ada");
  session.idp_session_id = "sid-other";
  const auto other = world.log_in(std::move(session));
  const auto meant = world.log_in("ada");
  const auto bob = world.log_in("bob");
  CHECK(post(world, "logout_token=by-sid")->status == 200);
  CHECK(world.find(without->id) == nullptr);
  CHECK(world.find(meant->id) == nullptr);
  CHECK(world.find(other->id) != nullptr);
  CHECK(world.find(bob->id) != nullptr);
}

TEST_CASE("back-channel: where the provider kept its session, the same sid may sign in again at once [S29]") {
  World world;
  prepare(world);
  world.log_in("ada");
  CHECK(post(world, "logout_token=by-sid")->status == 200);
  auto on_its_way = world.make_session("ada");
  CHECK_FALSE(test::run_task(world.store.create(on_its_way)));
  world.clock.advance(base::milliseconds(1));
  CHECK(world.log_in("ada"));
}

}  // namespace router::back_channel_test
