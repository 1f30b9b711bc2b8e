#include <doctest/doctest.h>

#include "http/query.h"
#include "logout/world.h"

namespace router::landing_test {

using test::Request;
using test::World;

namespace {

// Logs out and answers the `state` that was sent to the provider.
std::string log_out(World& world, std::string_view url) {
  const auto response = world.get(url, world.log_in());
  const auto location = http::parse_url(test::header(response, "location"));
  REQUIRE(location);
  return http::query_value(*location->query, "state").value_or("");
}

}  // namespace

TEST_CASE("landing: the return with the state leads to the page with the client's query, once") {
  World world;
  world.bind(config::ProviderKind::oidc);
  const auto state = log_out(world, "/my/logout?siteId=3");
  const auto back = world.get("/logoff.html?state=" + state);
  REQUIRE(back);
  CHECK(back->status == 302);
  CHECK(test::header(back, "location") == "/logoff.html?siteId=3");
  CHECK(!world.get("/logoff.html?state=" + state));
}

TEST_CASE("landing: an unknown state or none shows the page as it is") {
  World world;
  world.bind(config::ProviderKind::oidc);
  CHECK(!world.get("/logoff.html?state=unknown"));
  CHECK(!world.get("/logoff.html"));
  CHECK(!world.get("/other.html?state=" + log_out(world, "/my/logout")));
}

TEST_CASE("landing: HEAD and prefetch do not use the state up") {
  World world;
  world.bind(config::ProviderKind::oidc);
  const auto state = log_out(world, "/my/logout?siteId=3");
  CHECK(!world.send(Request("HEAD", "/logoff.html?state=" + state)));
  CHECK(!world.get("/logoff.html?state=" + state, nullptr, {{"Sec-Purpose", "prefetch"}}));
  CHECK(world.get("/logoff.html?state=" + state)->status == 302);
}

TEST_CASE("landing: returnEndpoint forwards to paths and absolute pages alike") {
  for (const auto& [page, landing] : {std::pair("/logoff.html", "/logoff.html?siteId=3"),
                                      std::pair("http://acme.com/x", "http://acme.com/x?siteId=3")}) {
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.page = page;
    world.config.logout.return_endpoint = "/back";
    const auto state = log_out(world, "/my/logout?siteId=3");
    CHECK(test::header(world.get("/back?state=" + state), "location") == landing);
    CHECK(test::header(world.get("/back?state=" + state), "location") == page);
    CHECK(test::header(world.get("/back"), "location") == page);
    CHECK(world.send(Request("POST", "/back"))->status == 405);
  }
}

TEST_CASE("landing: the built-in page is public and ends nothing") {
  World world;
  world.config.logout.page = "";
  const auto session = world.log_in();
  const auto page = world.get("/xs-router/signed-out", session);
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK(page->body.find("You are signed out") != std::string::npos);
  CHECK(page->body.find("could not be reached") == std::string::npos);
  CHECK(world.get("/xs-router/signed-out?provider=unreachable")->body.find("could not be reached") !=
        std::string::npos);
  CHECK(world.find(session->id) != nullptr);
}

}  // namespace router::landing_test
