#include <doctest/doctest.h>

#include "logout/world.h"

using namespace router;
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
  CHECK(world.store.counts().live == 1);
  CHECK(world.find(bob->id) != nullptr);
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
  const auto again = world.log_in("ada");
  CHECK(post(world, "logout_token=by-sub")->status == 200);
  CHECK(world.find(again->id) != nullptr);
}

TEST_CASE("back-channel: the answer does not wait for a hanging back-end") {
  World world;
  prepare(world);
  world.client.set("bank.example", test::BackEnds::kHangs);
  world.log_in("ada");
  CHECK(post(world, "logout_token=by-sid")->status == 200);
  world.client.set("bank.example", 200);
}
