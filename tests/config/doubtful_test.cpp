// What the Node router starts with although it is doubtful: taken as there, with a warning.
#include <doctest/doctest.h>

#include "config/spelling_fixture.h"
#include "http/origin.h"

namespace router::config::test::doubtful_test {

TEST_CASE("spelling: a scope with $XSAPPNAME elsewhere starts, for whoever has exactly that one [K11]") {
  const auto loaded = load_variables(
      {{"VCAP_SERVICES", R"({"xsuaa":[{"name":"u","credentials":{"url":"https://u.example.com","clientid":"c",
        "clientsecret":"s","xsappname":"app!t1"}}]})"}},
      R"({"routes":[{"source":"^/a","localDir":".",
        "scope":["a.$XSAPPNAME.b","${XSAPPNAME}.c","$XSAPPNAMEs","$XSAPPNAME","$XSAPPNAME.$XSAPPNAME","a$b"]}]})");
  CHECK(errors_of(loaded) == "");
  REQUIRE(loaded.configuration);
  CHECK(loaded.configuration->routes.at(0).scope.by_method.at("default") ==
        std::vector<std::string>{"a.$XSAPPNAME.b", "${XSAPPNAME}.c", "app!t1s", "app!t1", "app!t1.$XSAPPNAME", "a$b"});
  const auto warnings = warnings_of(loaded);
  CHECK_MESSAGE(
      warnings.find("/routes/0/scope/0: found \"a.$XSAPPNAME.b\", expected a scope, in which only $XSAPPNAME. at "
                    "its start is replaced; whoever has exactly \"a.$XSAPPNAME.b\" gets in") != std::string::npos,
      warnings);
}

TEST_CASE("spelling: a session time-out that is none, or longer than a month, is taken for one [K11]") {
  struct Row {
    long long written;
    long long meant;
  };
  for (const auto& [written, meant] : {Row{0, 15}, Row{43201, 43200}, Row{9007199254740991, 43200}}) {
    CAPTURE(written);
    const auto result = load_with("/sessionTimeout", written);
    CHECK(errors_of(result) == "");
    REQUIRE(result.configuration);
    CHECK(result.configuration->session_timeout.count() == meant);
    CHECK(warnings_of(result).find("/sessionTimeout: found " + std::to_string(written) + ", expected " +
                                   std::to_string(meant)) != std::string::npos);
  }
  CHECK(load_with("/sessionTimeout", -1).issues.has_errors());
  const auto variable = load_variables({{"SESSION_TIMEOUT", "100000"}});
  CHECK(errors_of(variable) == "");
  CHECK(variable.configuration->session_timeout.count() == 43200);
  CHECK(load_variables({{"SESSION_TIMEOUT", "0"}}).issues.has_errors());
}

TEST_CASE("spelling: no allowed origin is any, an empty protocol, too; both with a warning [K11]") {
  for (const char* written : {"[]", R"([{"host":"*","protocol":""}])"}) {
    CAPTURE(written);
    const auto result =
        load_with("/cors", json::array({{{"uriPattern", ".*"}, {"allowedOrigin", json::parse(written)}}}));
    CHECK(errors_of(result) == "");
    REQUIRE(result.configuration);
    CHECK(http::any_allows(result.configuration->cors.at(0).allowed_origins,
                           *http::parse_origin("http://x.example.com")));
    CHECK(warnings_of(result).find("/cors/0/allowedOrigin") != std::string::npos);
  }
  // nobody may ask there, so it is not any here
  CHECK(load_with("/cors", json::array({{{"uriPattern", ".*"}, {"allowedOrigin", {{{"host", ""}}}}}}))
            .issues.has_errors());
}

TEST_CASE("spelling: the root as an endpoint of the Node router's is one, with a warning [K11]") {
  for (const char* pointer :
       {"/logout/logoutEndpoint", "/login/callbackEndpoint", "/pluginMetadataEndpoint", "/whitelistService/endpoint"}) {
    CAPTURE(pointer);
    const auto result = load_with(pointer, "/");
    CHECK(errors_of(result) == "");
    CHECK(warnings_of(result).find(std::string(pointer) +
                                   ": found \"/\", expected a path of its own; the start page") != std::string::npos);
  }
  CHECK(load_with("/logout/backChannelLogoutEndpoint", "/").issues.has_errors());
}

TEST_CASE("spelling: dot segments are gone before a browser asks for the path, a fragment is never sent [K11]") {
  CHECK(load_with("/logout/logoutEndpoint", "/a/../logout").configuration->logout.endpoint == "/logout");
  CHECK(load_with("/logout/logoutEndpoint", "../../a/./logout").configuration->logout.endpoint == "/a/logout");
  CHECK(load_with("/logout/logoutPage", "/a/b/../bye?x=..#/../y").configuration->logout.page == "/a/bye?x=..#/../y");
  CHECK(load_with("/welcomeFile", "../ui/index.html?x=/..").configuration->welcome_file == "/ui/index.html?x=/..");
  CHECK(load_with("/welcomeFile", "ui/..").configuration->welcome_file == "/");
  CHECK(load_with("/routes/0/target", "/x#$1").configuration->routes.at(0).target == "/x");
}

TEST_CASE("spelling: variables that the Node router starts with are warned about alone [K11]") {
  struct Row {
    const char* name;
    const char* value;
  };
  for (
      const auto& [name, value] :
      {Row{"PRESERVE_FRAGMENT", "no"},
       Row{"destinations",
           R"([{"name":"b","url":"http://b.example.com","proxyHost":"http://proxy.example.com","proxyPort":"80"}])"}}) {
    CAPTURE(name);
    const auto result = load_variables({{name, value}});
    CHECK(errors_of(result) == "");
    REQUIRE(result.configuration);
    CHECK(warnings_of(result).find(name) != std::string::npos);
  }
}

}  // namespace router::config::test::doubtful_test
