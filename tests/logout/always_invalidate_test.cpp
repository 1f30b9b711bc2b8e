// The session at the provider, where the browser's way does not end it (alwaysInvalidate).
#include <doctest/doctest.h>

#include "logout/agent_world.h"

namespace router::always_invalidate_test {

using test::AgentWorld;

namespace {

std::vector<std::string> ended_after(AgentWorld& world, const char* url = "/x?logout") {
  world.get(url, world.sign_in());
  world.loop.advance(base::seconds(60));
  return world.provider->ended;
}

const std::vector<std::string> kOnce{"id-ada"};

}  // namespace

TEST_CASE("always invalidate: with a replaced URL the router ends the provider's session itself") {
  for (const char* url : {"/x?logout", "/agentapp/log-me-out", "/my/logout"}) {
    AgentWorld world;
    world.config.logout.conditional_urls = {{"", "https://other.example/bye"}};
    CHECK(ended_after(world, url) == kOnce);
  }
}

TEST_CASE("always invalidate: not where the URL, added to or replaced, is the provider's logout") {
  for (const char* conditional : {"?alpha=beta", "https://idp.example/logout?mine=1", "https://idp.example/logout"}) {
    AgentWorld world;
    world.config.logout.conditional_urls = {{"", conditional}};
    CHECK(ended_after(world).empty());
  }
}

TEST_CASE("always invalidate: off means off, and a logout of one application never does it") {
  AgentWorld off;
  off.config.logout.always_invalidate = false;
  off.config.logout.conditional_urls = {{"", "https://other.example/bye"}};
  CHECK(ended_after(off).empty());
  AgentWorld named;
  named.config.logout.conditional_urls = {{"", "https://other.example/bye"}};
  CHECK(ended_after(named, "/bank/log-me-out").empty());
}

TEST_CASE("always invalidate: a provider that cannot be reached is tried again when the user has landed") {
  AgentWorld world;
  world.service();
  world.provider->reachable = false;
  world.provider->end_session_fails = 2;
  const auto response = world.get("/x?logout", world.sign_in());
  CHECK(test::header(response, "location") == "/agentapp/goodbye.html");
  world.loop.advance(base::seconds(60));
  CHECK(world.provider->ended.size() == 3);
  CHECK(world.receipts.find(test::header(response, "x-logout-id"))->provider_session == logout::Step::done);
}

TEST_CASE("always invalidate: it gives up after three attempts, and the receipt says so") {
  AgentWorld world;
  world.config.logout.conditional_urls = {{"", "https://other.example/bye"}};
  world.service();
  world.provider->end_session_fails = 100;
  const auto response = world.get("/x?logout", world.sign_in());
  world.loop.advance(base::seconds(60));
  CHECK(world.provider->ended.size() == 3);
  const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
  CHECK(receipt->provider_session == logout::Step::failed);
  CHECK(logout::to_json(*receipt).find(R"("providerSession":"failed")") != std::string::npos);
}

TEST_CASE("always invalidate: the tokens are revoked as with every logout of a session") {
  AgentWorld world;
  world.config.logout.conditional_urls = {{"", "https://other.example/bye"}};
  world.service();
  world.provider->change([](identity::Metadata& known) { known.revocation_endpoint = "https://idp.example/revoke"; });
  CHECK(ended_after(world) == kOnce);
  CHECK(world.provider->revoked == std::vector<std::string>{"refresh_token refresh-ada", "access_token access-ada"});
}

TEST_CASE("always invalidate: xsuaa has no logout without the browser") {
  AgentWorld world;
  world.bind(config::ProviderKind::xsuaa);
  world.config.logout.conditional_urls = {{"", "https://other.example/bye"}};
  CHECK(ended_after(world).empty());
}

TEST_CASE("always invalidate: skip-redirect, and a session that is over already, leave the provider alone") {
  AgentWorld world;
  world.config.logout.conditional_urls = {{"", "https://other.example/bye"}};
  CHECK(ended_after(world, "/my/logout?skip-redirect").empty());
  const auto session = world.sign_in("bob");
  world.get("/x?logout", session);
  world.get("/x?logout", session);
  world.loop.advance(base::seconds(60));
  CHECK(world.provider->ended == std::vector<std::string>{"id-bob"});
}

}  // namespace router::always_invalidate_test
