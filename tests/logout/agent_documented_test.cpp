// Every example and every row of the document that docs/contract/logout.md section 2 follows, its typos corrected.
#include <doctest/doctest.h>

#include "logout/agent_world.h"

namespace router::agent_documented_test {

using test::AgentWorld;

TEST_CASE("agent, as documented: http://app.example.com:80/mywebapp/bank/log-me-out logs out of the bank alone") {
  AgentWorld world;
  world.external.scheme = "http";
  world.external.authority = "app.example.com:80";
  const auto session = world.sign_in();
  const auto response = world.get("/mywebapp/bank/log-me-out", session);
  CHECK(response->status == 302);
  CHECK(test::header(response, "location") == "/banking-app/logout-page.html");
  CHECK(world.state_of(session) == "left bank");
  CHECK(world.told() == "bank loans");
}

TEST_CASE("agent, as documented: /agentapp/log-me-out logs out of all applications") {
  AgentWorld world;
  const auto session = world.sign_in();
  const auto response = world.get("/agentapp/log-me-out", session);
  CHECK(test::goes_over_provider(test::header(response, "location"), "/agentapp/goodbye.html"));
  CHECK(world.state_of(session) == "over");
  CHECK(world.told() == "bank loans mail");
}

TEST_CASE("agent, as documented: /dummy-logout works too, as the router is at the root") {
  AgentWorld world;
  world.config.logout.applications[0].endpoint = "/dummy-logout";
  const auto session = world.sign_in();
  CHECK(world.get("/dummy-logout", session)->status == 302);
  CHECK(world.state_of(session) == "over");
}

TEST_CASE("agent, as documented: https://am.example.com:8443/protectedapp/index.html?log-out logs out of the bank") {
  for (const bool contains : {false, true}) {
    AgentWorld world;
    world.config.logout.parameter_match_contains = contains;
    world.external.authority = "am.example.com:8443";
    const auto session = world.sign_in();
    const auto response = world.get("/protectedapp/index.html?log-out", session);
    CHECK(test::header(response, "location") == "/banking-app/logout-page.html");
    CHECK(world.state_of(session) == "left bank");
  }
}

TEST_CASE("agent, as documented: https://am.example.com:8443/examples/index.html?examplelog-out= does not log out") {
  AgentWorld world;
  world.external.authority = "am.example.com:8443";
  const auto session = world.sign_in();
  CHECK_FALSE(world.service().may_handle("GET", "/examples/index.html", "examplelog-out="));
  CHECK_FALSE(world.get("/examples/index.html?examplelog-out=", session));
  CHECK(world.state_of(session) == "signed in");
}

TEST_CASE("agent, as documented: with parameterMatch contains, examplelog-out= logs out as the document has it") {
  AgentWorld world;
  world.config.logout.parameter_match_contains = true;
  const auto session = world.sign_in();
  const auto response = world.get("/examples/index.html?examplelog-out=", session);
  CHECK(test::header(response, "location") == "/banking-app/logout-page.html");
  CHECK(world.state_of(session) == "left bank");
}

TEST_CASE("agent, as documented: the parameter logout logs out of all applications, whichever the request is for") {
  for (const char* url : {"/?logout", "/bank/x?logout", "/mail/x?logout=1", "/nowhere?a=b&logout"}) {
    CAPTURE(url);
    AgentWorld world;
    const auto session = world.sign_in();
    CHECK(world.get(url, session)->status == 302);
    CHECK(world.state_of(session) == "over");
    CHECK(world.told() == "bank loans mail");
  }
}

TEST_CASE("agent, as documented: an application without a page of its own ends at the page for all") {
  AgentWorld world;
  world.config.logout.applications[1].page = "";
  CHECK(test::header(world.get("/bank/log-me-out", world.sign_in()), "location") == "/agentapp/goodbye.html");
}

TEST_CASE("agent, as documented: the evaluation table of conditional URLs") {
  struct Row {
    std::string scheme;
    std::string authority;
    std::string path;
    std::string added;     // to the provider's logout URL
    std::string replaced;  // the whole URL
  };
  const std::vector<Row> rows = {
      {"http", "example.com:9010", "/path/index.html", "one=red&two=green&three=blue", ""},
      {"http", "example.com:9010", "/path/public/index.html", "one=red&two=green&three=blue", ""},
      {"http", "example.com:9010", "/index.html", "additional=value", ""},
      {"https", "mybank.com:443", "/path/index.html", "", "http://mybank.com/myapp/logout?param=override"},
      {"https", "other.example:8443", "/path/index.html", "alpha=beta", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.authority + row.path);
    AgentWorld world;
    world.config.logout.conditional_urls = {{"example.com", "?additional=value"},
                                            {"example.com/path", "?one=red&two=green&three=blue"},
                                            {"mybank.com", "http://mybank.com/myapp/logout?param=override"},
                                            {"", "?alpha=beta"}};
    world.external.scheme = row.scheme;
    world.external.authority = row.authority;
    const auto session = world.sign_in();
    const auto location = test::header(world.get(row.path + "?logout", session), "location");
    CHECK(world.state_of(session) == "over");
    if (row.replaced.empty()) {
      CHECK(location.starts_with("https://idp.example/logout?"));
      CHECK(location.ends_with("&" + row.added));
      CHECK(location.find("id_token_hint=id-ada") != std::string::npos);
    } else {
      CHECK(location == row.replaced);
      world.loop.run_ready();
      // "kills all tokens" is the administrator's promise; alwaysInvalidate keeps it for them
      CHECK(world.provider->ended == std::vector<std::string>{"id-ada"});
    }
  }
}

}  // namespace router::agent_documented_test
