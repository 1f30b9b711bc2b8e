// Directories as people write them: what the Node router takes although it is spelt differently from what is
// meant is taken here too, as it is meant, and a warning shows the right spelling with its place.
#include <doctest/doctest.h>

#include "config/spelling_fixture.h"

namespace router::config::test::spelling_test {

TEST_CASE("spelling: a path without its slash, or with a dot and blanks before it, is taken as it is meant [K11]") {
  struct Row {
    const char* pointer;
    std::string Configuration::*plain = nullptr;
    std::string Logout::*of_logout = nullptr;
  };
  const Row rows[] = {{"/login/callbackEndpoint", &Configuration::callback_endpoint},
                      {"/pluginMetadataEndpoint", &Configuration::plugin_metadata_endpoint},
                      {"/whitelistService/endpoint", &Configuration::whitelist_endpoint},
                      {"/logout/logoutEndpoint", nullptr, &Logout::endpoint},
                      {"/logout/logoutPage", nullptr, &Logout::page},
                      {"/logout/backChannelLogoutEndpoint", nullptr, &Logout::back_channel_endpoint},
                      {"/logout/frontChannelLogoutEndpoint", nullptr, &Logout::front_channel_endpoint},
                      {"/logout/returnEndpoint", nullptr, &Logout::return_endpoint}};
  for (const Row& row : rows) {
    for (const char* written : {"a/x", "./a/x", " /a/x", "/a/x ", "//a/x", "\\a\\x", "/%61/x"}) {
      CAPTURE(row.pointer);
      CAPTURE(written);
      const auto result = load_with(row.pointer, written);
      CHECK(errors_of(result) == "");
      REQUIRE(result.configuration);
      CHECK((row.plain ? (*result.configuration).*row.plain : result.configuration->logout.*row.of_logout) == "/a/x");
      const auto warnings = warnings_of(result);
      CHECK(warnings.find(": warning: " + std::string(row.pointer) + ": found " + json(written).dump() +
                          ", expected \"/a/x\"; it is taken so") != std::string::npos);
      CHECK(warnings.starts_with("xs-app.json:"));
      CHECK(warnings.find("xs-app.json: ") == std::string::npos);  // with line and column
    }
  }
}

TEST_CASE("spelling: endpoints lose a query, which no path can have; pages and logout paths keep it [K11]") {
  CHECK(load_with("/login/callbackEndpoint", "/login/cb?authType=ias").configuration->callback_endpoint == "/login/cb");
  CHECK(load_with("/logout/logoutEndpoint", "/log out").configuration->logout.endpoint == "/log%20out");
  CHECK(load_with("/logout/logoutPage", "a/bye.html?x=1#y").configuration->logout.page == "/a/bye.html?x=1#y");
  CHECK(load_with("/logout/logoutPage", " https://example.com/a b").configuration->logout.page ==
        "https://example.com/a%20b");
  const auto result = load_with("/destinations/backend/logoutPath", "services/out?x=1");
  CHECK(result.configuration->destinations.at("backend").logout_path == "/services/out?x=1");
  CHECK(warnings_of(result).find(
            "/destinations/backend/logoutPath: found \"services/out?x=1\", expected \"/services/out?x=1\"") !=
        std::string::npos);
}

TEST_CASE("spelling: the paths of REST, hosted-login and agent-style logout, too [K11]") {
  const auto am = load_with("/am", {{"realm", "alpha/"}, {"contextPath", "am"}});
  REQUIRE(am.configuration);
  CHECK(am.configuration->am->realm == "/alpha");
  CHECK(am.configuration->am->context_path == "/am");
  const auto hosted = load_with("/hostedLogin", {{"customerId", "/abc/"}, {"clients", json::object()}});
  REQUIRE(hosted.configuration);
  CHECK(hosted.configuration->hosted_login->customer_id == "abc");
  const auto agent =
      load_with("/logout/applications", {{"backend", {{"endpoint", "a/out"}, {"page", "./a/bye.html"}}}});
  REQUIRE(agent.configuration);
  CHECK(agent.configuration->logout.applications.at(0).endpoint == "/a/out");
  CHECK(agent.configuration->logout.applications.at(0).page == "/a/bye.html");

  const TemporaryDirectory directory;
  directory.write("xs-app.json", R"({"authenticationMethod":"none","logout":{"agentProperties":"agent.properties"}})");
  directory.write("agent.properties",
                  "org.forgerock.agents.logout.endpoint.map[]=out\norg.forgerock.agents.logout.goto.map[]=bye.html\n");
  const auto file = directory.load({{"VCAP_APPLICATION", "{}"}});
  CHECK(errors_of(file) == "");
  REQUIRE(file.configuration);
  CHECK(file.configuration->logout.applications.at(0).endpoint == "/out");
  CHECK(file.configuration->logout.applications.at(0).page == "/bye.html");
  CHECK(warnings_of(file).find(
            "agent.properties:1:1: warning: org.forgerock.agents.logout.endpoint.map[]: found \"out\", "
            "expected \"/out\"") != std::string::npos);
}

TEST_CASE("spelling: what is no path at all is refused as before [K11]") {
  for (const auto& [pointer, written] :
       {std::pair{"/logout/logoutEndpoint", "https://a.example.com/out"},
        std::pair{"/logout/logoutPage", "javascript:alert(1)"}, std::pair{"/logout/logoutPage", "ftp://a/b"},
        std::pair{"/logout/backChannelLogoutEndpoint", "/"}, std::pair{"/logout/logoutEndpoint", " "},
        std::pair{"/destinations/backend/logoutPath", "https://backend/bye"}, std::pair{"/welcomeFile", "./"}}) {
    CAPTURE(pointer);
    CAPTURE(written);
    CHECK(errors_of(load_with(pointer, written)).find(pointer) != std::string::npos);
  }
}

TEST_CASE("spelling: a welcome file may begin with a dot and end with a blank [K11]") {
  for (const auto& [written, meant] :
       {std::pair{"./start.html", "start.html"}, std::pair{"/start.html ", "/start.html"},
        std::pair{" start.html", "start.html"}, std::pair{"web\\start.html", "web/start.html"},
        std::pair{"/my start.html", "/my%20start.html"}, std::pair{"//start.html", "/start.html"}}) {
    CAPTURE(written);
    const auto result = load_with("/welcomeFile", written);
    CHECK(errors_of(result) == "");
    REQUIRE(result.configuration);
    CHECK(result.configuration->welcome_file == meant);
    CHECK(warnings_of(result).find("/welcomeFile: found " + json(written).dump() + ", expected " +
                                   json(meant).dump()) != std::string::npos);
  }
  CHECK(warnings_of(load_with("/welcomeFile", "start.html")) == "");
}

TEST_CASE("spelling: a group that the source does not have stays in the target as it is [K11]") {
  const auto result = load_with("/routes/0", {{"source", "^/app"}, {"target", "$1"}, {"destination", "backend"}});
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  CHECK(warnings_of(result).find(
            "/routes/0/target: found $1 in \"$1\", expected a group of the source, which has no group; it "
            "stays as it is") != std::string::npos);
  CHECK(errors_of(load_with("/routes/0", {{"source", "^/app"}, {"destination", "$1"}})).find("/routes/0/destination") !=
        std::string::npos);
}

TEST_CASE("spelling: a target with blanks or dot segments is taken as browsers take it [K11]") {
  const auto target = [](const char* written) {
    const auto result = load_with("/routes/0/target", written);
    CHECK(warnings_of(result).find("/routes/0/target") != std::string::npos);
    return result.configuration->routes.at(0).target.value_or("");
  };
  CHECK(target(" /$1") == "/$1");
  CHECK(target("/a b/$1 ") == "/a%20b/$1");
  CHECK(target("./$1") == "$1");
  CHECK(target("../$1?a=../b") == "$1?a=../b");
  CHECK(target("/a/./b/../$1") == "/a/$1");
  CHECK(target("/$1/b/..") == "/$1/");
  CHECK(target("./") == "/");
  CHECK(warnings_of(load_with("/routes/0",
                              {{"source", "^/(?<x>.*)$"}, {"target", "/$<x>"}, {"destination", "backend"}})) == "");
}

TEST_CASE("spelling: $xsappname in whatever case is $XSAPPNAME, with a binding and without one [K11]") {
  const char* const descriptor = R"({"routes":[
    {"source":"^/a","localDir":".","scope":"$xsappname.x"},
    {"source":"^/b","localDir":".","scope":[" $XsAppName.y", "$XSAPPNAME.z"]},
    {"source":"^/c","localDir":".","scope":{"GET":"$xsappname.x","default":["$Xsappname.w"]}}]})";
  const char* const xsuaa =
      R"({"xsuaa":[{"name":"u","credentials":{"url":"https://u.example.com","clientid":"c","clientsecret":"s",
    "xsappname":"app!t1"}}]})";
  const auto bound = load_variables({{"VCAP_SERVICES", xsuaa}}, descriptor);
  CHECK(errors_of(bound) == "");
  REQUIRE(bound.configuration);
  const auto& routes = bound.configuration->routes;
  using Scopes = std::vector<std::string>;
  CHECK(routes.at(0).scope.by_method.at("default") == Scopes{"app!t1.x"});
  CHECK(routes.at(1).scope.by_method.at("default") == Scopes{"app!t1.y", "app!t1.z"});
  CHECK(routes.at(2).scope.by_method.at("GET") == Scopes{"app!t1.x"});
  CHECK(routes.at(2).scope.by_method.at("default") == Scopes{"app!t1.w"});
  const auto warnings = warnings_of(bound);
  CHECK(warnings.find("xs-app.json:2:44: warning: /routes/0/scope: found \"$xsappname.x\" (in 2 places), expected "
                      "\"$XSAPPNAME.x\"; it is taken so") != std::string::npos);
  CHECK(warnings.find("/routes/1/scope/0: found \" $XsAppName.y\"") != std::string::npos);
  const auto alone = load_variables({}, descriptor);
  CHECK(errors_of(alone) == "");
  CHECK(alone.configuration->routes.at(0).scope.by_method.at("default") == Scopes{"$XSAPPNAME.x"});
}

TEST_CASE("spelling: plugins are routes, and are taken as such [K11]") {
  auto variables = standard_environment();
  variables["plugins"] =
      R"([{"name":"p","source":"^/p","destination":"crm","target":" /a b$2","scope":"$xsappname.x"}])";
  const auto result = load_variables(variables);
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  CHECK(result.configuration->plugins.at(0).target == "/a%20b$2");
  const auto warnings = warnings_of(result);
  for (const char* said :
       {"plugins:1:58: warning: /0/target: found \" /a b$2\", expected \"/a%20b$2\"",
        "/0/target: found $2 in \"/a%20b$2\"", "/0/scope: found \"$xsappname.x\", expected \"$XSAPPNAME.x\""}) {
    CHECK_MESSAGE(warnings.find(said) != std::string::npos, warnings);
  }
}

TEST_CASE("spelling: an origin that is a string is taken apart, wherever origins are [K11]") {
  struct Row {
    json written;
    const char* protocol;
    const char* host;
    int port;  // 0: any
  };
  for (const Row& row :
       {Row{json::array({"https://app.example.com"}), "https", "app.example.com", 0},
        Row{json::array({"https://app.example.com:8443/"}), "https", "app.example.com", 8443},
        Row{json::array({"app.example.com"}), "", "app.example.com", 0},
        Row{json::array({"*.example.com"}), "", "*.example.com", 0}, Row{json::array({" *"}), "", "*", 0},
        Row{json("https://app.example.com"), "https", "app.example.com", 0},
        Row{{{"host", "app.example.com"}}, "", "app.example.com", 0},
        Row{{{{"host", "https://app.example.com:8443"}}}, "https", "app.example.com", 8443},
        Row{{{{"host", "app.example.com"}, {"protocol", "HTTPS:"}}}, "https", "app.example.com", 0}}) {
    CAPTURE(row.written.dump());
    const json policy = {{"uriPattern", "^/a/(.*)$"}, {"allowedOrigin", row.written}};
    const auto described = load_with("/cors", json::array({policy}));
    const auto variable =
        load_variables({{"CORS", json::array({policy}).dump()}}, R"({"authenticationMethod":"none"})");
    const auto sockets =
        load_variables({{"WS_ALLOWED_ORIGINS", row.written.dump()}}, R"({"authenticationMethod":"none"})");
    for (const auto* result : {&described, &variable, &sockets}) {
      CHECK(errors_of(*result) == "");
      REQUIRE(result->configuration);
      CHECK(warnings_of(*result).find("; it is taken so") != std::string::npos);
      const auto& rules = result == &sockets ? result->configuration->environment.ws_allowed_origins
                                             : result->configuration->cors.at(0).allowed_origins;
      REQUIRE(rules.size() == 1);
      CHECK(rules[0].scheme == row.protocol);
      CHECK(rules[0].host == row.host);
      CHECK(rules[0].port.value_or(0) == row.port);
    }
  }
  CHECK(errors_of(load_with("/cors", {{{"uriPattern", "^/a"}, {"allowedOrigin", {"ftp://a.example.com"}}}})) != "");
  CHECK(errors_of(load_with("/cors", {{{"uriPattern", "^/a"}, {"allowedOrigin", {"a b"}}}})) != "");
}

TEST_CASE("spelling: folders and files that begin with a slash are below the directory [K11]") {
  const TemporaryDirectory directory;
  directory.write("web/index.html", "x");
  directory.write("xs-app.json",
                  R"({"authenticationMethod":"none","errorPage":[{"status":404,"file":"/web/index.html"}],
    "routes":[{"source":"^/(.*)$","target":"$1","localDir":"/web"}]})");
  const auto result = directory.load({{"VCAP_APPLICATION", "{}"}});
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  CHECK(result.configuration->error_pages.size() == 1);
  CHECK(result.configuration->routes.at(0).folder()->path.ends_with("/web"));
  CHECK(warnings_of(result).find("xs-app.json:2:60: warning: /routes/0/localDir: found \"/web\", expected \"web\"") !=
        std::string::npos);
  CHECK(warnings_of(result).find("/errorPage/0/file: found \"/web/index.html\", expected \"web/index.html\"") !=
        std::string::npos);
}

TEST_CASE("spelling: a localDir outside the directory is refused, and it says what to do [K14]") {
  const TemporaryDirectory directory;
  directory.write("app/xs-app.json", R"({"routes":[{"source":"^/(.*)$","localDir":"../web"}]})");
  directory.write("web/index.html", "x");
  const auto result = load({.directory = directory.path() + "/app", .environment = {{"VCAP_APPLICATION", "{}"}}});
  CHECK(result.configuration == nullptr);
  CHECK(errors_of(result) ==
        "xs-app.json:1:43: error: /routes/0/localDir: found \"../web\", which is outside the directory of "
        "the descriptor, expected a "
        "folder inside it; copy it there when you build, or move xs-app.json up into a directory that holds "
        "both\n");
}

TEST_CASE("schema: outgoingRequestOptions, which descriptors for newer Node routers have, is known") {
  const auto result = load_with("/outgoingRequestOptions", {{"xsuaa", {{"timeout", 1}}}, {"identity", 5}});
  CHECK(errors_of(result) == "");
  CHECK(warnings_of(result).find("/outgoingRequestOptions/identity: found 5") != std::string::npos);
  CHECK(errors_of(load_with("/outgoingRequestOptions", 5)) != "");
}

TEST_CASE("environment: STATE_PARAMETER_SECRET=false is no secret") {
  for (const char* value : {"false", "False"}) {
    const auto result = load_variables({{"STATE_PARAMETER_SECRET", value}}, R"({"authenticationMethod":"none"})");
    CHECK(errors_of(result) == "");
    REQUIRE(result.configuration);
    CHECK(result.configuration->environment.state_parameter_secret.empty());
    CHECK(warnings_of(result).find("STATE_PARAMETER_SECRET: warning: found false, which is no secret") !=
          std::string::npos);
  }
}

}  // namespace router::config::test::spelling_test
