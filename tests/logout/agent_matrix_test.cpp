// The agent dialect's column of the matrix: happy, no session, wrong evidence, refused return URL, failing
// back-end, repeated; each by endpoint and by parameter, for one application and for all.
#include <doctest/doctest.h>

#include "http/query.h"
#include "logout/agent_world.h"

namespace router::agent_matrix_test {

using test::AgentWorld;

namespace {

struct Way {
  std::string url;
  std::string state;  // of the session afterwards
  std::string told;
  std::string page;
  bool over_provider;
};

const std::vector<Way> kWays = {
    {"/x/bank/log-me-out", "left bank", "bank loans", "/banking-app/logout-page.html", false},
    {"/mail/inbox?log-out", "left bank", "bank loans", "/banking-app/logout-page.html", false},
    {"/agentapp/log-me-out", "over", "bank loans mail", "/agentapp/goodbye.html", true},
    {"/mail/inbox?logout", "over", "bank loans mail", "/agentapp/goodbye.html", true},
};

void check_lands(const std::optional<http::Response>& response, const Way& way, const std::string& page) {
  REQUIRE(response);
  CHECK(response->status == 302);
  const auto location = test::header(response, "location");
  CHECK_MESSAGE((way.over_provider ? test::goes_over_provider(location, page) : location == page), location);
}

std::string with(const std::string& url, const std::string& parameter) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + parameter;
}

}  // namespace

TEST_CASE("agent, happy: the part that was named ends, its back-ends are told, the browser lands on its page") {
  for (const Way& way : kWays) {
    CAPTURE(way.url);
    AgentWorld world;
    const auto session = world.sign_in();
    const auto other = world.sign_in("bob");
    const auto response = world.get(way.url, session);
    check_lands(response, way, way.page);
    CHECK(world.state_of(session) == way.state);
    CHECK(world.state_of(other) == "signed in");
    CHECK(world.told() == way.told);
    CHECK_FALSE(test::header(response, "x-logout-id").empty());
    CHECK(test::header(response, "set-cookie").empty() == (way.state != "over"));
  }
}

TEST_CASE("agent, no session: the same redirect, and nobody is told") {
  for (const Way& way : kWays) {
    CAPTURE(way.url);
    AgentWorld world;
    const auto response = world.get(way.url);
    check_lands(response, way, way.page);
    CHECK(test::header(response, "x-logout-id").empty());
    CHECK(world.told().empty());
    CHECK(world.provider->ended.empty());
  }
}

TEST_CASE("agent, wrong evidence: another site's image, form or prefetch ends nothing") {
  const std::vector<std::pair<std::string, test::HeaderList>> attempts = {
      {"GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}}},
      {"POST", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}}},
      {"POST", {{"Origin", "https://evil.example"}}},
      {"GET", {{"Sec-Purpose", "prefetch"}}},
      {"HEAD", {}},
  };
  for (const Way& way : kWays) {
    for (const auto& [method, fields] : attempts) {
      CAPTURE(method + " " + way.url);
      AgentWorld world;
      const auto session = world.sign_in();
      CHECK(world.send(test::Request(method, way.url, fields), session)->status == 403);
      CHECK(world.state_of(session) == "signed in");
      CHECK(world.told().empty());
    }
  }
}

TEST_CASE(
    "agent, return URL: a page that is not trusted is left for the configured one, without being carried "
    "over") {
  for (const Way& way : kWays) {
    for (const char* page : {"https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example", "javascript%3Aalert(1)"}) {
      CAPTURE(way.url);
      AgentWorld world;
      world.config.logout.goto_parameter = "goto";
      const auto session = world.sign_in();
      const auto response = world.get(with(way.url, std::string("goto=") + page), session);
      check_lands(response, way, way.page);
      CHECK(test::header(response, "location").find("evil") == std::string::npos);
      CHECK(world.state_of(session) == way.state);
    }
  }
}

TEST_CASE("agent, return URL: a trusted page is gone to, with the client's other parameters") {
  for (const Way& way : kWays) {
    CAPTURE(way.url);
    AgentWorld world;
    world.config.logout.goto_parameter = "goto";
    world.config.logout.return_endpoint = "/my/return";
    const auto session = world.sign_in();
    auto response = world.get(with(way.url, "a=1&goto=%2Fother.html%3Fb%3D2"), session);
    if (way.over_provider) {
      check_lands(response, way, "/my/return");
      const auto state = http::query_value(test::header(response, "location"), "state");
      response = world.get("/my/return?" + http::query_pair("state", *state));
    }
    CHECK(test::header(response, "location") == "/other.html?b=2&a=1");
  }
}

TEST_CASE("agent, failing back-end: the browser does not wait, and the call comes again") {
  for (const Way& way : kWays) {
    CAPTURE(way.url);
    AgentWorld world;
    world.client.set("bank.example", 0);
    const auto session = world.sign_in();
    check_lands(world.get(way.url, session), way, way.page);
    CHECK(world.state_of(session) == way.state);
    world.loop.run_ready();
    CHECK(world.client.count("bank.example") == 1);
    CHECK(world.client.count("loans.example") == 1);
    world.loop.advance(base::seconds(5));
    CHECK(world.client.count("bank.example") > 1);
    CHECK(world.client.count("loans.example") == 1);
  }
}

TEST_CASE("agent, repeated: the second time leads to the same place and tells nobody again") {
  for (const Way& way : kWays) {
    CAPTURE(way.url);
    AgentWorld world;
    const auto session = world.sign_in();
    world.get(way.url, session);
    const auto again = world.get(way.url, session);
    check_lands(again, way, way.page);
    CHECK(test::header(again, "x-logout-id").empty());
    CHECK(world.told() == way.told);
  }
}

TEST_CASE("agent, repeated: after one application the rest can still be left") {
  AgentWorld world;
  const auto session = world.sign_in();
  world.get("/bank/log-me-out", session);
  world.get("/?logout", world.find(session->id));
  CHECK(world.state_of(session) == "over");
  CHECK(world.told() == "bank bank loans loans mail");
}

}  // namespace router::agent_matrix_test
