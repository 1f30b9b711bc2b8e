#include <doctest/doctest.h>

#include "logout/world.h"

using namespace router;
using test::Request;
using test::World;

TEST_CASE("front-channel: looked up by iss and sid, never by cookie; no revocation") {
  struct Row {
    std::string query;
    bool ends;
  };
  const std::vector<Row> rows = {
      {"iss=https%3A%2F%2Fidp.example&sid=sid-ada", true},
      {"iss=https%3A%2F%2Fevil.example&sid=sid-ada", false},
      {"iss=https%3A%2F%2Fidp.example&sid=other", false},
      {"sid=sid-ada", false},
      {"iss=https%3A%2F%2Fidp.example", false},
      {"", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.front_channel_endpoint = "/frontchannel";
    world.config.logout.revoke_tokens = true;
    const auto session = world.log_in("ada");
    const auto response = world.get("/frontchannel?" + row.query);
    world.loop.run_ready();
    CHECK(response->status == 200);
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK(test::header(response, "content-security-policy").find("frame-ancestors https://idp.example") !=
          std::string::npos);
    CHECK((world.find(session->id) == nullptr) == row.ends);
    CHECK(test::header(response, "set-cookie").empty());
    CHECK(world.provider->revoked.empty());
  }
}

TEST_CASE("front-channel: the cookie is deleted when it is that session's, and only then") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.front_channel_endpoint = "/frontchannel";
  const auto ada = world.log_in("ada");
  const auto bob = world.log_in("bob");
  const std::string url = "/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada";
  CHECK(test::header(world.get(url, bob), "set-cookie").empty());
  CHECK(!test::header(world.get(url, ada), "set-cookie").empty());
  CHECK(world.find(bob->id) != nullptr);
}

TEST_CASE("front-channel: prefetches and other methods change nothing") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.front_channel_endpoint = "/frontchannel";
  const auto ada = world.log_in("ada");
  const std::string url = "/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada";
  CHECK(world.get(url, nullptr, {{"Purpose", "prefetch"}})->status == 403);
  CHECK(world.send(Request("HEAD", url))->status == 403);
  CHECK(world.send(Request("POST", url))->status == 405);
  CHECK(world.find(ada->id) != nullptr);
}
