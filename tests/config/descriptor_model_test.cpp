#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::descriptor_model_test {
namespace {

std::shared_ptr<const Configuration> model_of(const std::string& descriptor,
                                              std::map<std::string, std::string> variables = standard_environment()) {
  const LoadResult result = load_variables(std::move(variables), descriptor);
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  return result.configuration;
}

TEST_CASE("descriptor: without a localDir route the default one is appended where its folder is there [K8]") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", R"({"routes":[{"source":"^/a","destination":"backend"}]})");
  CHECK(directory.load(standard_environment()).configuration->routes.size() == 1);
  directory.write("resources", "a file");
  CHECK(directory.load(standard_environment()).configuration->routes.size() == 1);
  std::filesystem::remove(directory.path() + "/resources");
  directory.write("resources/index.html", "home");
  const auto model = directory.load(standard_environment()).configuration;
  REQUIRE(model->routes.size() == 2);
  const Route& added = model->routes.back();
  CHECK(added.added);
  CHECK(added.index == 1);
  CHECK(added.source == "^/(.*)$");
  REQUIRE(added.folder() != nullptr);
  CHECK(added.folder()->path == model->directory + "/resources");
  CHECK(added.authentication == AuthenticationType::oidc);
}

TEST_CASE("descriptor: authenticationMethod none makes every route public") {
  const auto model = model_of(R"({"authenticationMethod":"none",
      "routes":[{"source":"^/a","destination":"backend","authenticationType":"xsuaa"}]})");
  for (const Route& route : model->routes) CHECK(route.is_public());
}

TEST_CASE(
    "descriptor: a scope while authenticationMethod is none is warned about, unless the route is public itself [K9]") {
  struct Row {
    const char* more;
    const char* said;
  };
  for (const Row& row : {Row{"", "scope while authenticationMethod is none"},
                         Row{R"(,"authenticationType":"xsuaa")", "scope while authenticationMethod is none"},
                         Row{R"(,"authenticationType":"none")", "scope on a public route"}}) {
    CAPTURE(std::string(row.more));
    const auto result = load_variables(standard_environment(), std::string(R"({"authenticationMethod":"none","routes":[
        {"source":"^/a","destination":"backend","scope":"a.b")") + row.more +
                                                                   "}]}");
    REQUIRE(result.configuration);
    std::string said;
    for (const Issue& issue : result.issues.sorted()) said += to_text(issue) + "\n";
    CHECK(said.find(row.said) != std::string::npos);
  }
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
  const auto model =
      model_of(R"({"destinations":{"backend":{"logoutPath":"/bye","logoutMethod":"GET"},"crm":{"logoutPath":"/x"}}})");
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

TEST_CASE("descriptor: override is said per entry, in responseHeaders and in httpHeaders [K3]") {
  auto variables = standard_environment();
  variables["httpHeaders"] =
      R"([{"X-A":"1","override":true},{"X-B":"2","override":false},{"override":"text"},{"X-C":"3"}])";
  const auto model = model_of(
      R"({"responseHeaders":[{"name":"X-D","value":"4","override":true},{"name":"X-E","value":"5"}]})", variables);
  std::string read;
  for (const auto& header : model->response_headers) {
    read += header.name + "=" + header.value + (header.overrides ? "! " : " ");
  }
  CHECK(read == "X-A=1! X-B=2 override=text X-C=3 X-D=4! X-E=5 ");
  variables["httpHeaders"] = R"({"X-A":"1","override":true})";
  CHECK(model_of("{}", variables)->response_headers.at(0).overrides);
}

TEST_CASE("descriptor: a header that is there several times is sent several times [K3]") {
  auto variables = standard_environment();
  variables["httpHeaders"] = R"([{"X-A":"1"},{"x-a":"2"},{"X-B":"3"},{"X-B":"4"}])";
  const auto model =
      model_of(R"({"responseHeaders":[{"name":"X-A","value":"5"},{"name":"x-A","value":"6"}]})", variables);
  std::string read;
  for (const auto& header : model->response_headers) read += header.value;
  CHECK(read == "3456");
}

TEST_CASE("descriptor: framing and x-request-id are the router's own, with a warning [K3] [K4]") {
  for (const char* name : {"Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "X-Request-Id"}) {
    CAPTURE(name);
    auto variables = standard_environment();
    variables["httpHeaders"] = "[{\"" + std::string(name) + "\":\"1\"}]";
    const auto result =
        load_variables(variables, "{\"responseHeaders\":[{\"name\":\"" + std::string(name) + "\",\"value\":\"1\"}]}");
    REQUIRE(result.configuration);
    CHECK(result.configuration->response_headers.empty());
    CHECK(result.issues.sorted().size() == 2);
  }
}

TEST_CASE("plugins: $XSAPPNAME and a scope that is a string mean what they mean in a route") {
  auto variables = standard_environment();
  variables["VCAP_SERVICES"] = R"({"xsuaa":[{"name":"uaa","credentials":{"url":"https://uaa.example.com","clientid":"c",
                                  "clientsecret":"s","xsappname":"app!t1"}}]})";
  variables["plugins"] =
      R"([{"name":"one","source":"^/p1","destination":"crm","target":"/t","scope":"$XSAPPNAME.viewer"},
                             {"name":"two","source":{"path":"^/P2","matchCase":false},"destination":"crm",
                              "csrfProtection":false,"scope":["a","$XSAPPNAME.b"],"authenticationType":"none"}])";
  const auto model = model_of(R"({"pluginMetadataEndpoint":"/metadata"})", variables);
  REQUIRE(model->plugins.size() == 2);
  CHECK(model->plugins[0].plugin == "one");
  CHECK(model->plugins[0].target == "/t");
  CHECK(model->plugins[0].scope.by_method.at("default") == std::vector<std::string>{"app!t1.viewer"});
  CHECK(model->plugins[1].scope.by_method.at("default") == std::vector<std::string>{"a", "app!t1.b"});
  CHECK_FALSE(model->plugins[1].match_case);
  CHECK_FALSE(model->plugins[1].csrf_protection);
  CHECK(model->plugins[1].is_public());
  CHECK(model->plugin_metadata.find("\"name\": \"one\"") != std::string::npos);
}

TEST_CASE("plugins: each is checked as a route is") {
  const struct {
    const char* plugin;
    const char* said;
  } rows[] = {
      {R"({"name":"p","source":"^/p"})", "destination"},
      {R"({"name":"p","source":"^/p","destination":"nope"})", "/0/destination: found the unknown destination"},
      {R"({"name":"p","source":"^/p","destination":"*"})", "DESTINATION_HOST_PATTERN"},
      {R"({"name":"p","source":"^/p","destination":"$1"})", "/0/destination: found $1 in"},
      {R"({"name":"p","source":"^/(","destination":"crm"})", "/0/source: found"},
      {R"({"name":"p","source":"^/p","destination":"crm","cacheControl":"x"})", "cacheControl"},
      {R"({"name":"p","source":"^/p","destination":"crm","replace":{}})", "replace"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.plugin));
    auto variables = standard_environment();
    variables["plugins"] = "[" + std::string(row.plugin) + "]";
    const auto said = errors_of(load_variables(variables));
    CHECK(said.find("plugins") != std::string::npos);
    CHECK(said.find(row.said) != std::string::npos);
  }
}

TEST_CASE("descriptor: cors of the descriptor wins over CORS, COMPRESSION over compression") {
  auto variables = standard_environment();
  variables["CORS"] = R"([{"uriPattern":"^/env","allowedOrigin":[{"host":"env.example"}]}])";
  variables["COMPRESSION"] = R"({"minSize":2048,"compressResponseMixedTypeContent":true})";
  const auto theirs = model_of(R"({"compression":{"minSize":1,"enabled":false}})", variables);
  REQUIRE(theirs->cors.size() == 1);
  CHECK(theirs->cors[0].allowed_origins == std::vector<http::OriginRule>{{"", "env.example", {}}});
  CHECK(theirs->cors[0].allowed_methods == std::vector<std::string>{"GET", "POST", "HEAD", "OPTIONS"});
  CHECK(theirs->cors[0].max_age == 1800);
  CHECK(theirs->cors[0].allow_credentials);
  CHECK(theirs->compression.min_size == 2048);
  CHECK(theirs->compression.mixed_type_content);
  CHECK_FALSE(theirs->compression.enabled);
  const auto own = model_of(R"({"cors":[{"uriPattern":"[?]x=1","allowedOrigin":
                                [{"host":"*.A.example","protocol":"https","port":"8443"},{"host":"*","port":"*"}]}]})",
                            variables);
  REQUIRE(own->cors.size() == 1);
  CHECK(own->cors[0].matches_query);
  CHECK(own->cors[0].allowed_origins == std::vector<http::OriginRule>{{"https", "*.a.example", 8443}, {"", "*", {}}});
}

TEST_CASE("descriptor: cors patterns may ignore case") {
  const auto matches = [](const char* match_case) {
    const auto model = model_of(R"({"cors":[{"uriPattern":{"path":"^/App/","matchCase":)" + std::string(match_case) +
                                R"(},"allowedOrigin":[{"host":"a.example"}]}]})");
    return model->cors.at(0).uri_pattern->match("/app/x")->has_value();
  };
  CHECK(matches("false"));
  CHECK_FALSE(matches("true"));
}

TEST_CASE("descriptor: CJ_PROTECT_WHITELIST that is empty lets nobody frame, one that is absent everybody") {
  CHECK_FALSE(model_of("{}")->cj_protect_whitelist);
  auto variables = standard_environment();
  variables["CJ_PROTECT_WHITELIST"] = "[]";
  const auto model = model_of("{}", variables);
  REQUIRE(model->cj_protect_whitelist);
  CHECK(model->cj_protect_whitelist->empty());
}

TEST_CASE("descriptor: error pages are read at load, one may be a path that the browser is sent to [issue 15]") {
  const TemporaryDirectory directory;
  directory.write("pages/4xx.html", "<p>4xx");
  directory.write("xs-app.json", R"({"errorPage":[{"status":[400,401],"file":"./pages/4xx.html"},
                                    {"status":403,"path":"/forbidden.html"}],"routes":[]})");
  auto variables = standard_environment();
  const auto loaded = directory.load(variables);
  REQUIRE(loaded.configuration);
  REQUIRE(loaded.configuration->error_pages.size() == 2);
  CHECK(loaded.configuration->error_pages[0].statuses == std::set<int>{400, 401});
  CHECK(loaded.configuration->error_pages[0].content == "<p>4xx");
  CHECK(loaded.configuration->error_pages[1].path == "/forbidden.html");
  CHECK(to_text(loaded.issues).empty());

  directory.write("pages/4xx.html", std::string(1024 * 1024 + 1, 'x'));
  CHECK(errors_of(directory.load(variables))
            .find("/errorPage/0/file: found \"./pages/4xx.html\": it is over 1048576 bytes") != std::string::npos);
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
}  // namespace router::config::test::descriptor_model_test
