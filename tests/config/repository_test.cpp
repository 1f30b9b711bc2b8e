// The HTML5 repository as bound, and the descriptors of its applications.
#include <doctest/doctest.h>

#include "config/config_fixture.h"
#include "config/read_application.h"

namespace router::config::test::repository_test {
namespace {

constexpr const char* kPublicRoute = R"({"routes":[{"source":"^/","localDir":".","authenticationType":"none"}]})";
constexpr const char* kUaa =
    R"("uaa":{"clientid":"c","clientsecret":"s","url":"https://own.uaa.example","identityzone":"own","xsappname":"r!t1"})";

std::string runtime(const std::string& credentials, const std::string& plan = "app-runtime") {
  return R"({"name":"r","label":"html5-apps-repo","plan":")" + plan + R"(","credentials":{)" + credentials + "}}";
}

LoadResult with(const std::string& bindings, std::map<std::string, std::string> variables = {},
                const std::string& more = "") {
  variables["VCAP_SERVICES"] = R"({"html5-apps-repo":[)" + bindings + "]" + more + "}";
  return load_variables(std::move(variables), kPublicRoute);
}

std::string warnings_of(const LoadResult& result) { return to_text(result.issues); }

TEST_CASE("repository: the runtime plan is the one, with its client and zone [issue 15]") {
  const auto result = with(runtime(R"("sap.cloud.service":"x")", "app-host") + "," +
                           runtime(std::string(R"("uri":"https://repo.example",)") + kUaa));
  REQUIRE(result.configuration);
  REQUIRE(result.configuration->repository);
  const auto& repository = *result.configuration->repository;
  CHECK(repository.url.to_string() == "https://repo.example");
  CHECK(repository.zone == "own");
  REQUIRE(repository.client);
  CHECK(repository.client->xsappname == "r!t1");
  CHECK(repository.client->client_id == "c");
  CHECK(result.issues.empty());
}

TEST_CASE("repository: without plans the service name tells, else the only one with a uri [issue 15]") {
  const auto named = with(
      runtime(R"("uri":"https://host.example")", "") + "," +
      runtime(std::string(R"("uri":"https://repo.example","sap.cloud.service":"html5-apps-repo-rt",)") + kUaa, ""));
  REQUIRE(named.configuration);
  REQUIRE(named.configuration->repository);
  CHECK(named.configuration->repository->url.host == "repo.example");
  const auto alone = with(runtime(std::string(R"("uri":"https://repo.example",)") + kUaa, ""));
  CHECK(alone.configuration->repository);
  const auto host = with(runtime(R"("app_host_id":"1")", "app-host"));
  REQUIRE(host.configuration);
  CHECK(!host.configuration->repository);
}

TEST_CASE("repository: with tenants a client that knows no place of theirs is a warning [issue 15]") {
  const auto warned = [](const std::string& uaa) {
    const auto result =
        with(runtime(R"("uri":"https://repo.example","uaa":{"clientid":"c","clientsecret":"s",)" + uaa + "}"),
             {{"TENANT_HOST_PATTERN", "^(.*)-app\\.example$"}});
    CHECK(result.configuration);
    return warnings_of(result).find("a pattern while the client of \"r\"") != std::string::npos;
  };
  CHECK(warned(R"("url":"https://uaa.example","identityzone":"own")"));
  CHECK(!warned(R"("url":"https://uaa.example","identityzone":"own","uaadomain":"uaa.example")"));
  CHECK(!warned(R"("url":"https://own.uaa.example","identityzone":"own")"));
}

TEST_CASE("repository: without a client it is asked without a token, which is said [issue 15]") {
  const auto result = with(runtime(R"("uri":"http://localhost:5001")"));
  REQUIRE(result.configuration);
  CHECK(result.configuration->repository->client == nullptr);
  CHECK(warnings_of(result).find("found no uaa") != std::string::npos);
}

TEST_CASE("repository: business services and own names may stand before an application, without dots [issue 15]") {
  const auto result = with(
      runtime(std::string(R"("uri":"https://repo.example",)") + kUaa),
      {{"OWN_SAP_CLOUD_SERVICE", R"(["my.own","other"])"}, {"DIRECT_ROUTING_URI_PATTERNS", R"(["^assets$","public"])"}},
      R"(,"biz":[{"name":"b","credentials":{"sap.cloud.service":"com.sap.biz","sap.cloud.service.alias":"biz",
          "html5-apps-repo":{"app_host_id":"11,22"}}}])");
  REQUIRE(result.configuration);
  const auto& repository = *result.configuration->repository;
  CHECK(repository.prefixes == std::map<std::string, std::string, std::less<>>{
                                   {"comsapbiz", "11,22"}, {"biz", "11,22"}, {"myown", ""}, {"other", ""}});
  CHECK(repository.own_prefixes == std::vector<std::string>{"myown", "other"});
  CHECK(repository.direct.size() == 2);
}

TEST_CASE("repository: names and patterns that are none stop the start [issue 15]") {
  const auto binding = runtime(std::string(R"("uri":"https://repo.example",)") + kUaa);
  for (const auto& [name, value] :
       {std::pair{"OWN_SAP_CLOUD_SERVICE", R"({"a":1})"}, std::pair{"OWN_SAP_CLOUD_SERVICE", R"(["a",5])"},
        std::pair{"DIRECT_ROUTING_URI_PATTERNS", R"("a")"}, std::pair{"DIRECT_ROUTING_URI_PATTERNS", R"(["(a"])"}}) {
    CAPTURE(value);
    CHECK(with(binding, {{name, value}}).configuration == nullptr);
  }
}

TEST_CASE("outgoing options: how long bound services are waited for, the variable wins [issue 15]") {
  const std::string services = R"({"html5-apps-repo":[)" +
                               runtime(std::string(R"("uri":"https://repo.example",)") + kUaa) +
                               R"(],"xsuaa":[{"name":"u","credentials":{"clientid":"c","clientsecret":"s",
                               "url":"https://own.uaa.example"}}]})";
  const auto options = [&](const std::string& descriptor, const std::string& variable) {
    std::map<std::string, std::string> variables{{"VCAP_SERVICES", services}};
    if (!variable.empty()) variables["OUTGOING_REQUEST_OPTIONS"] = variable;
    const auto result = load_variables(variables, R"({"outgoingRequestOptions":)" + descriptor + R"(,"routes":[{
        "source":"^/","localDir":"."}]})");
    REQUIRE(result.configuration);
    return std::pair(result.configuration->repository->timeout, result.configuration->providers.at(0).token_timeout);
  };
  using base::milliseconds;
  CHECK(options("{}", "") == std::pair(milliseconds(30'000), milliseconds(7'000)));
  CHECK(options(R"({"html5-apps-repo":{"timeout":5000},"xsuaa":{"timeout":3000}})", "") ==
        std::pair(milliseconds(5'000), milliseconds(3'000)));
  CHECK(options(R"({"html5-apps-repo":{"timeout":0},"xsuaa":{"timeout":60000}})", "") ==
        std::pair(milliseconds(30'000), milliseconds(7'000)));
  CHECK(options(R"({"html5-apps-repo":{"timeout":5000}})",
                R"({"html5-apps-repo":{"timeout":9000},"cls":{"timeout":1}})") ==
        std::pair(milliseconds(9'000), milliseconds(7'000)));
}

Configuration central() {
  Configuration made;
  made.directory = "/nowhere";
  made.destinations["d1"].name = "d1";
  made.destinations["d1"].logout_path = "/central";
  made.callback_endpoint = "/my/callback";
  made.session_timeout = std::chrono::minutes(20);
  made.response_headers = {{"x-central", "1"}};
  made.cors.resize(1);
  made.websockets_enabled = true;
  made.compression.min_size = 7;
  made.logout.endpoint = "/my/logout";
  made.logout.page = "/bye.html";
  made.plugin_metadata_endpoint = "/meta";
  made.whitelist_endpoint = "/white";
  made.environment.http_headers = {{"x-everywhere", "1"}};
  return made;
}

TEST_CASE("application: what is the central descriptor's, and what is its own [issue 15]") {
  const auto read =
      read_application(R"({"welcomeFile": "/index.html", "sessionTimeout": 1, "pluginMetadataEndpoint": "/m",
      "login": {"callbackEndpoint": "/cb"}, "responseHeaders": [{"name": "x-own", "value": "2"}],
      "destinations": {"d1": {"logoutPath": "/own", "logoutMethod": "GET"}},
      "routes": [{"source": "^/a/(.*)$", "destination": "d1"}]})",
                       central(), "app1");
  REQUIRE(read.configuration);
  const auto& own = *read.configuration;
  CHECK(own.welcome_file == "/index.html");
  REQUIRE(own.routes.size() == 1);
  CHECK(own.destinations.at("d1").logout_path == "/own");
  CHECK(own.session_timeout == std::chrono::minutes(20));
  CHECK(own.callback_endpoint == "/my/callback");
  CHECK(own.plugin_metadata_endpoint.empty());
  CHECK(own.whitelist_endpoint.empty());
  CHECK(own.cors.empty());
  CHECK(!own.websockets_enabled);
  CHECK(own.compression.min_size == 7);
  REQUIRE(own.response_headers.size() == 2);
  CHECK(own.response_headers[0].name == "x-everywhere");
  CHECK(own.response_headers[1].name == "x-own");
  CHECK(own.logout.endpoint == "/app1/my/logout");
  CHECK(own.logout.page == "/app1/bye.html");
  const auto said = to_text(read.issues);
  for (const char* part : {"/sessionTimeout", "/pluginMetadataEndpoint", "/login/callbackEndpoint"}) {
    CAPTURE(part);
    CHECK(said.find(part) != std::string::npos);
  }
}

TEST_CASE("application: signals, outgoing requests and logout tokens are the central descriptor's [issue 15]") {
  const auto read = read_application(R"({"destinations": {"d1": {"logoutPath": "/own", "logoutToken": true},
      "d2": {"logoutToken": {"path": "/token"}}}, "outgoingRequestOptions": {"destination": {"timeout": 1}},
      "signals": {}, "routes": [{"source": "^/a/(.*)$", "destination": "d1"}]})",
                                     central(), "app1");
  REQUIRE(read.configuration);
  CHECK(read.configuration->destinations.at("d1").logout_path == "/own");
  CHECK(read.configuration->destinations.at("d1").logout_audience.empty());
  CHECK(!read.configuration->signals.global_revocation);
  const auto said = to_text(read.issues);
  for (const std::string_view part :
       {"/signals", "/outgoingRequestOptions", "/destinations/d1/logoutToken: found logoutToken (in 2 places)"}) {
    CAPTURE(part);
    CHECK(said.find(part) != std::string::npos);
  }
}

TEST_CASE("application: more than a hundred logout paths are a warning [issue 15]") {
  for (const std::size_t count : {kMostApplicationLogouts, kMostApplicationLogouts + 1}) {
    auto all = central();
    std::string entries;
    for (std::size_t i = 0; i < count; ++i) {
      const auto name = "e" + std::to_string(i);
      all.destinations[name].name = name;
      entries += (i == 0 ? "\"" : ",\"") + name + R"(": {"logoutPath": "/x"})";
    }
    const auto read = read_application(R"({"destinations": {)" + entries + "}}", all, "app1");
    REQUIRE(read.configuration);
    CHECK((to_text(read.issues).find("logout paths") != std::string::npos) == (count > kMostApplicationLogouts));
  }
}

TEST_CASE("application: logout is inherited property by property [issue 15]") {
  struct Row {
    const char* logout;
    const char* endpoint;
    const char* page;
    const char* method;
    bool csrf;
  };
  const Row rows[] = {
      {R"({})", "/app1/my/logout", "/app1/bye.html", "GET", false},
      {R"({"logoutEndpoint": "/out"})", "/app1/out", "/app1/bye.html", "GET", false},
      {R"({"logoutPage": "end.html"})", "/app1/my/logout", "/app1/end.html", "GET", false},
      {R"({"logoutPage": "https://other.example/x"})", "/app1/my/logout", "https://other.example/x", "GET", false},
      {R"({"logoutMethod": "POST"})", "/app1/my/logout", "/app1/bye.html", "POST", true},
      {R"({"logoutMethod": "POST", "csrfProtection": false})", "/app1/my/logout", "/app1/bye.html", "POST", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.logout);
    const auto read = read_application(std::string(R"({"logout": )") + row.logout + "}", central(), "app1");
    REQUIRE(read.configuration);
    const auto& logout = read.configuration->logout;
    CHECK(logout.endpoint == row.endpoint);
    CHECK(logout.page == row.page);
    CHECK(logout.method == row.method);
    CHECK(logout.csrf_protection == row.csrf);
  }
}

TEST_CASE("application: no file of the router is within its reach [issue 15]") {
  const auto read = read_application(R"({"errorPage": [{"status": 404, "file": "/etc/passwd"},
      {"status": 403, "path": "/no.html"}],
      "routes": [{"source": "^/l/(.*)$", "localDir": "../secret", "replace": {"pathSuffixes": ["a"]}},
      {"source": "^/r/(.*)$", "service": "html5-apps-repo-rt", "httpMethods": ["POST"]}]})",
                                     central(), "app1");
  REQUIRE(read.configuration);
  const auto& own = *read.configuration;
  REQUIRE(own.routes.size() == 2);
  REQUIRE(own.routes[0].folder());
  CHECK(own.routes[0].folder()->path.empty());
  CHECK(own.routes[1].http_methods == std::vector<std::string>{"GET", "HEAD"});
  REQUIRE(own.error_pages.size() == 1);
  CHECK(own.error_pages[0].file.empty());
  CHECK(own.error_pages[0].path == "/app1/no.html");
  const auto said = to_text(read.issues);
  CHECK(said.find("/routes/0/localDir") != std::string::npos);
  CHECK(said.find("/errorPage/0/file") != std::string::npos);
}

TEST_CASE("application: a descriptor that cannot be used is none, and says where [issue 15]") {
  for (const auto& [text, place] :
       {std::pair{"<html>", "app1/xs-app.json:1:1"}, std::pair{R"({"routes": 1})", "/routes"},
        std::pair{R"({"unknown": 1})", "/unknown"},
        std::pair{R"({"routes": [{"source": "(", "destination": "d1"}]})", "/routes/0/source"},
        std::pair{R"([])", "app1/xs-app.json"}}) {
    CAPTURE(text);
    const auto read = read_application(text, central(), "app1");
    CHECK(read.configuration == nullptr);
    CHECK(to_text(read.issues).find(place) != std::string::npos);
  }
  CHECK(read_application("{}", central(), "app1").configuration != nullptr);
}

}  // namespace
}  // namespace router::config::test::repository_test
