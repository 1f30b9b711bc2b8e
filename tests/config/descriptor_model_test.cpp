#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test {
namespace {

std::shared_ptr<const Configuration> model_of(
    const std::string& descriptor, std::map<std::string, std::string> variables = standard_environment()) {
  const LoadResult result = load_variables(std::move(variables), descriptor);
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  return result.configuration;
}

TEST_CASE("descriptor: without a localDir route the default one is appended, its folder may be missing") {
  const auto model = model_of(R"({"routes":[{"source":"^/a","destination":"backend"}]})");
  REQUIRE(model->routes.size() == 2);
  const Route& added = model->routes.back();
  CHECK(added.added);
  CHECK(added.index == 1);
  CHECK(added.source == "^/(.*)$");
  CHECK(added.local_dir == model->directory + "/resources");
  CHECK(added.authentication == AuthenticationType::oidc);
}

TEST_CASE("descriptor: authenticationMethod none makes every route public") {
  const auto model = model_of(R"({"authenticationMethod":"none",
      "routes":[{"source":"^/a","destination":"backend","authenticationType":"xsuaa"}]})");
  for (const Route& route : model->routes) CHECK(route.is_public());
}

TEST_CASE("descriptor: a source that spells a question mark is matched with its query") {
  struct Row {
    const char* source;
    bool with_query;
  };
  for (const Row& row : {Row{R"(^/a\\?b)", true}, Row{"^/a[?]b", true}, Row{"^/ab?$", false},
                         Row{R"(^/a\\\\?b)", false}, Row{"^/a[^?]*$", false}, Row{"^/(?:a|b)", false}}) {
    CAPTURE(row.source);
    const auto model =
        model_of(std::string(R"({"routes":[{"source":")") + row.source + R"(","destination":"backend"}]})");
    CHECK(model->routes[0].matches_query == row.with_query);
  }
}

TEST_CASE("descriptor: scopes are lists per method, with $XSAPPNAME replaced") {
  const auto model =
      model_of(R"({"routes":[
      {"source":"^/a","destination":"backend","scope":"$XSAPPNAME.viewer"},
      {"source":"^/b","destination":"backend","scope":{"GET":"a","default":["$XSAPPNAME.x","y"]}}]})",
               {{"destinations", R"([{"name":"backend","url":"http://backend.example.com"}])"},
                {"VCAP_SERVICES",
                 R"({"xsuaa":[{"name":"my-uaa","credentials":{"url":"https://uaa.example.com","clientid":"c",
                            "clientsecret":"s","xsappname":"app!t1"}}]})"}});
  CHECK(model->routes[0].authentication == AuthenticationType::xsuaa);
  CHECK(model->routes[0].scope.by_method.at("default") == std::vector<std::string>{"app!t1.viewer"});
  CHECK(model->routes[1].scope.by_method.at("GET") == std::vector<std::string>{"a"});
  CHECK(model->routes[1].scope.by_method.at("default") == std::vector<std::string>{"app!t1.x", "y"});
}

TEST_CASE("descriptor: logout with POST has CSRF protection unless it says otherwise") {
  CHECK_FALSE(model_of(R"({"logout":{"logoutEndpoint":"/o"}})")->logout.csrf_protection);
  CHECK(model_of(R"({"logout":{"logoutEndpoint":"/o","logoutMethod":"POST"}})")->logout.csrf_protection);
  CHECK_FALSE(model_of(R"({"logout":{"logoutEndpoint":"/o","logoutMethod":"POST","csrfProtection":false}})")
                  ->logout.csrf_protection);
}

TEST_CASE("descriptor: logout paths reach their destinations") {
  const auto model = model_of(
      R"({"destinations":{"backend":{"logoutPath":"/bye","logoutMethod":"GET"},"crm":{"logoutPath":"/x"}}})");
  CHECK(model->destinations.at("backend").logout_path == "/bye");
  CHECK(model->destinations.at("backend").logout_method == LogoutCallMethod::get);
  CHECK(model->destinations.at("crm").logout_method == LogoutCallMethod::post);
}

TEST_CASE("descriptor: responseHeaders win over httpHeaders, whatever their case") {
  auto variables = standard_environment();
  variables["httpHeaders"] = R"([{"X-A":"1"},{"X-B":"2"}])";
  const auto model = model_of(R"({"responseHeaders":[{"name":"x-a","value":"3"}]})", variables);
  REQUIRE(model->response_headers.size() == 2);
  CHECK(model->response_headers[0].name == "X-B");
  CHECK(model->response_headers[1].value == "3");
}

TEST_CASE("descriptor: SESSION_TIMEOUT wins over sessionTimeout") {
  auto variables = standard_environment();
  CHECK(model_of(R"({"sessionTimeout":20})", variables)->session_timeout == std::chrono::minutes(20));
  variables["SESSION_TIMEOUT"] = "40";
  CHECK(model_of(R"({"sessionTimeout":20})", variables)->session_timeout == std::chrono::minutes(40));
}

TEST_CASE("agent properties: the file gives the same model as the descriptor's own properties") {
  const auto model = load_data("valid-agent-properties.json").configuration;
  REQUIRE(model);
  const Logout& logout = model->logout;
  REQUIRE(logout.applications.size() == 2);
  CHECK(logout.applications[0].name.empty());
  CHECK(logout.applications[0].endpoint == "/agentapp/log-me-out");
  CHECK(logout.applications[0].destinations.empty());
  CHECK(logout.applications[1].name == "crm");
  CHECK(logout.applications[1].parameter == "log-out");
  CHECK(logout.applications[1].page == "/banking-app/logout-page.html");
  CHECK(logout.applications[1].destinations == std::vector<std::string>{"crm"});
  REQUIRE(logout.conditional_urls.size() == 4);
  CHECK(logout.conditional_urls[1].when == "example.com/path");
  CHECK(logout.conditional_urls[1].url == "?one=red&two=green&three=blue");
  CHECK(logout.conditional_urls[3].when.empty());
  CHECK(logout.inspect_body);
  CHECK_FALSE(logout.always_invalidate);
}

}  // namespace
}  // namespace router::config::test
