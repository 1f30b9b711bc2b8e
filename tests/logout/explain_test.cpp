// logout::Service::explain: what a logout URL would do.
#include <doctest/doctest.h>

#include "logout/world.h"

namespace router::logout::explain_test {
namespace {

using config::ProviderKind;

std::optional<Explanation> explain(test::World& world, const test::Request& request) {
  return world.service().explain(request.request, world.external);
}

TEST_CASE(
    "explain: a logout URL shows its calls and every step of the browser's way, with placeholders for "
    "tokens") {
  test::World world;
  world.bind(ProviderKind::oidc);
  auto bank = test::make_destination("bank", "/out");
  bank.forward_auth_token = true;
  world.config.destinations["bank"] = bank;
  const auto explained = explain(world, test::Request{"GET", "/my/logout?siteId=3"});
  REQUIRE(explained);
  CHECK(explained->protocol == "central");
  CHECK(explained->plan->cause == Cause::browser);
  CHECK_FALSE(explained->instead);
  REQUIRE(explained->plan->calls.size() == 1);
  CHECK(explained->plan->calls[0].target->url.to_string() == "http://bank.example/out");
  CHECK(explained->plan->calls[0].target->sends_token);
  const Ending& ending = explained->plan->ending;
  CHECK(ending.provider == ProviderPart::redirect);
  CHECK(ending.provider_url.find("id_token_hint=ID_TOKEN") != std::string::npos);
  CHECK(ending.return_uri == "https://app.example/logoff.html");
  CHECK(ending.landing == "/logoff.html?siteId=3");
}

TEST_CASE("explain: what is no logout URL is not explained") {
  test::World world;
  CHECK_FALSE(explain(world, test::Request{"GET", "/elsewhere"}));
  CHECK_FALSE(explain(world, test::Request{"GET", "/logoff.html?state=of-somebody-else"}));
}

TEST_CASE("explain: the wrong method at a logout endpoint is refused, and has no plan") {
  test::World world;
  world.config.logout.back_channel_endpoint = "/back";
  for (const auto& [method, url] : {std::pair{"POST", "/my/logout"}, std::pair{"GET", "/back"}}) {
    CAPTURE(url);
    const auto explained = explain(world, test::Request{method, url});
    REQUIRE(explained);
    CHECK_FALSE(explained->plan);
    REQUIRE(explained->instead);
    CHECK(explained->instead->status == 405);
  }
}

TEST_CASE("explain: every endpoint names its protocol and cause") {
  test::World world;
  world.bind(ProviderKind::oidc);
  world.config.logout.back_channel_endpoint = "/back";
  world.config.logout.front_channel_endpoint = "/front";
  const auto back =
      explain(world, test::Request{"POST", "/back", {{"Content-Type", "application/x-www-form-urlencoded"}}});
  REQUIRE(back);
  CHECK(back->protocol == "back_channel");
  CHECK(back->plan->cause == Cause::back_channel);
  CHECK(back->plan->ending.provider == ProviderPart::none);
  const auto front = explain(world, test::Request{"GET", "/front?iss=https://idp.example&sid=1"});
  REQUIRE(front);
  CHECK(front->protocol == "front_channel");
  CHECK(front->plan->cause == Cause::front_channel);
}

TEST_CASE("explain: a request that is refused, or asked to confirm, says so beside the plan") {
  const test::HeaderList prefetch = {{"Sec-Purpose", "prefetch"}};
  const test::HeaderList foreign_link = {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}};
  test::World world;
  const auto prefetched = explain(world, test::Request{"GET", "/my/logout", prefetch});
  REQUIRE(prefetched);
  REQUIRE(prefetched->instead);
  CHECK(prefetched->instead->status == 403);
  const auto asked = explain(world, test::Request{"GET", "/my/logout", foreign_link});
  REQUIRE(asked);
  REQUIRE(asked->instead);
  CHECK(asked->instead->status == 200);
  CHECK(asked->plan->ending.landing == "/logoff.html");
}

TEST_CASE("explain: a POST logout takes the token it brings for the right one") {
  test::World world;
  world.config.logout.method = "POST";
  world.config.logout.csrf_protection = true;
  const auto without = explain(world, test::Request{"POST", "/my/logout"});
  REQUIRE(without);
  REQUIRE(without->instead);
  CHECK(without->instead->status == 403);
  const auto with = explain(world, test::Request{"POST", "/my/logout", {{"x-csrf-token", "abc"}}});
  REQUIRE(with);
  CHECK_FALSE(with->instead);
}

TEST_CASE("explain: it ends no session and calls nobody") {
  test::World world;
  world.config.destinations["bank"] = test::make_destination("bank", "/out");
  const auto session = world.log_in();
  CHECK(explain(world, test::Request{"GET", "/my/logout"}));
  CHECK(world.find(session->id));
  CHECK(world.client.requests.empty());
}

}  // namespace
}  // namespace router::logout::explain_test
