// xs-router explain: one request each; whole outputs are in tests/data/descriptors.
#include "app/explain.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/explain_text.h"
#include "support/temporary_folder.h"

namespace router::app::explain_test {
namespace {

using Json = nlohmann::ordered_json;

// A router with one route of every kind.
class Site {
 public:
  Site() {
    folder_.write("web/bye.html", "bye");
    folder_.write("xs-app.json", R"({
      "welcomeFile": "/start.html",
      "logout": {"logoutEndpoint": "/out", "logoutPage": "/closed/page"},
      "destinations": {"api": {"logoutPath": "/end"}},
      "routes": [
        {"source": "^/bye\\.html$", "localDir": "web", "authenticationType": "none"},
        {"source": "^/api/(.*)$", "target": "/v1/$1", "destination": "api", "scope": {"POST": "w", "default": "r"},
         "httpMethods": ["GET", "POST"]},
        {"source": "^/closed/(.*)$", "destination": "api", "csrfProtection": false},
        {"source": "^/bye", "destination": "api"}
      ]})");
    folder_.write("default-env.json", R"({
      "ALLOWED_HOSTS": "app.example.com", "OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "c",
      "destinations": [{"name": "api", "url": "http://api.example.com/base", "forwardAuthToken": true}]})");
  }

  Json ask(std::string method, std::string url, std::vector<std::string> headers = {}) const {
    std::ostringstream out;
    std::ostringstream faults;
    const int code = explain({.directory = folder_.path().string()}, {method, url, headers}, true, out, faults);
    CHECK(code == 0);
    CHECK(faults.str() == "");
    return Json::parse(out.str());
  }
  const test::TemporaryFolder& folder() const { return folder_; }

 private:
  test::TemporaryFolder folder_;
};

TEST_CASE("explain: the route, and why each earlier one was passed over") {
  const Site site;
  const auto by_pattern = site.ask("GET", "/api/items?x=1");
  CHECK(by_pattern["answer"] == "route 1");
  CHECK(by_pattern["passedOver"] ==
        Json({{{"route", 0}, {"source", "^/bye\\.html$"}, {"because", "the source does not match the path"}}}));
  CHECK(by_pattern["route"]["rewritten"] == "/v1/items?x=1");
  CHECK(by_pattern["route"]["url"] == "http://api.example.com/base/v1/items?x=1");

  const auto by_method = site.ask("POST", "/bye.html");
  CHECK(by_method["answer"] == "route 3");
  CHECK(by_method["passedOver"][0]["because"] == "the source matches, but it takes only GET, HEAD");
}

TEST_CASE("explain: what no route takes is 404, or 405 with the methods there are") {
  const Site site;
  CHECK(site.ask("GET", "/nowhere")["answer"] == "404: no route takes this path");
  CHECK(site.ask("PUT", "/api/x")["answer"] == "405: the routes for this path take GET, POST");
}

TEST_CASE("explain: login, scopes and CSRF as this very request meets them") {
  struct Row {
    const char* method;
    const char* url;
    std::vector<std::string> headers;
    const char* key;
    const char* value;
  };
  const Row rows[] = {
      {"GET", "/bye.html", {}, "authentication", "none"},
      {"GET", "/api/x", {}, "authentication", "oidc"},
      {"GET", "/api/x", {}, "withoutSession", "login, then back here"},
      {"GET", "/api/x", {"X-Requested-With: XMLHttpRequest"}, "withoutSession", "401: no navigation"},
      {"POST", "/api/x", {}, "withoutSession", "401: no navigation"},
      {"GET", "/api/x", {}, "scopes", "one of r"},
      {"POST", "/api/x", {}, "scopes", "one of w"},
      {"GET", "/closed/x", {}, "scopes", "none asked for"},
      {"GET", "/api/x", {}, "csrf", "not needed"},
      {"GET", "/api/x", {"X-CSRF-Token: Fetch"}, "csrf", "a token is answered"},
      {"POST", "/api/x", {}, "csrf", "x-csrf-token needed, else 403"},
      {"POST", "/closed/x", {}, "csrf", "not checked: csrfProtection is false"},
      {"GET", "/api/x", {}, "userToken", "sent"},
  };
  const Site site;
  for (const Row& row : rows) {
    CAPTURE(row.url);
    CAPTURE(row.key);
    CHECK(site.ask(row.method, row.url, row.headers)["route"][row.key] == row.value);
  }
}

TEST_CASE("explain: no token is sent where nobody is asked to log in [H7]") {
  const Site site;
  const struct {
    const char* descriptor;
    const char* sent;
  } rows[] = {
      {R"({"routes": [{"source": "^/(.*)$", "destination": "api"}]})", "sent"},
      {R"({"routes": [{"source": "^/(.*)$", "destination": "api", "authenticationType": "none"}]})", "not sent"},
      {R"({"authenticationMethod": "none", "routes": [{"source": "^/(.*)$", "destination": "api"}]})", "not sent"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.descriptor);
    site.folder().write("xs-app.json", row.descriptor);
    CHECK(site.ask("GET", "/x")["route"]["userToken"] == row.sent);
  }
}

TEST_CASE("explain: the router's own endpoints are named") {
  const Site site;
  CHECK(site.ask("GET", "/")["answer"] == "302 to welcomeFile: /start.html");
  CHECK(site.ask("GET", "/login/callback?code=1")["answer"] ==
        "login.callbackEndpoint: the way back from the identity provider");
  CHECK(site.ask("GET", "/xs-router/signed-out")["answer"] ==
        "200: the built-in page that says \"You are signed out\"");
  CHECK(site.ask("OPTIONS", "*")["answer"] == "200: the methods there are");
  CHECK(site.ask("GET", "/xs-router/session.js")["answer"] ==
        "200: session.js, which keeps the tabs of a session together");
  for (const char* path : {"/xs-router/session", "/xs-router/session/touch", "/xs-router/session/events"}) {
    CAPTURE(path);
    CHECK(site.ask("GET", path)["answer"].get<std::string>().find("for session.js; 401 without") != std::string::npos);
  }
}

TEST_CASE("explain: a protocol's endpoint that logs nobody out is named, too") {
  const Site site;
  site.folder().write("xs-app.json", R"({
    "hostedLogin": {"customerId": "e0a70b4f", "clients": {"a123": {"redirectUris": ["https://a.example/bye"]}}},
    "routes": [{"source": "^/(.*)$", "destination": "api"}]})");
  const auto explained = site.ask("POST", "/e0a70b4f/token/revoke");
  CHECK(explained["answer"] == "logout");
  CHECK(explained["logout"]["protocol"] == "token_revocation");
  CHECK(explained["logout"]["ends"] == "nothing: the protocol answers, and logs nobody out");
}

TEST_CASE("explain: built-in services are named beside the route that guards them") {
  const Site site;
  site.folder().write("xs-app.json", R"({
    "pluginMetadataEndpoint": "/metadata", "whitelistService": {"endpoint": "/closed/allowlist"},
    "routes": [{"source": "^/closed/(.*)$", "destination": "api"}]})");
  const auto metadata = site.ask("GET", "/metadata");
  CHECK(metadata["answer"] == "pluginMetadataEndpoint: the plugins' metadata");
  const auto allowlist = site.ask("GET", "/closed/allowlist");
  CHECK(allowlist["answer"] == "whitelistService.endpoint: who may frame the application's pages");
  CHECK(allowlist["route"]["authentication"] == "oidc");
}

TEST_CASE("explain: what cors says about another origin comes before all but the router's own answers") {
  const Site site;
  site.folder().write("xs-app.json", R"({
    "cors": [{"uriPattern": "^/open/(.*)$", "allowedOrigin": [{"host": "friend.example"}], "allowedMethods": ["GET"]}],
    "logout": {"logoutEndpoint": "/open/out"},
    "routes": [{"source": "^/(.*)$", "destination": "api"}]})");
  struct Row {
    std::string method, path;
    std::vector<std::string> headers;
    std::string answer;
  };
  const std::string friendly = "Origin: https://friend.example";
  for (const Row& row :
       std::vector<Row>{{"OPTIONS",
                         "/open/a",
                         {friendly, "Access-Control-Request-Method: GET"},
                         "200: a preflight, answered by cors"},
                        {"OPTIONS",
                         "/open/a",
                         {friendly, "Access-Control-Request-Method: PUT"},
                         "403: cors does not allow the method"},
                        {"GET", "/open/out", {"Origin: https://foe.example"}, "403: cors does not allow the origin"},
                        {"GET", "/closed/a", {"Origin: https://foe.example"}, "route 0"},
                        {"GET", "/open/a", {friendly}, "route 0"}}) {
    CAPTURE(row.answer);
    CHECK(site.ask(row.method, row.path, row.headers)["answer"] == row.answer);
  }
  CHECK(site.ask("GET", "/open/a", {friendly})["cors"] == "the origin may read the answer");
}

TEST_CASE("explain: a logout URL shows the whole plan and what is wrong with the way it ends") {
  const Site site;
  const auto explained = site.ask("GET", "https://app.example.com/out?siteId=3");
  CHECK(explained["answer"] == "logout");
  const auto& logout = explained["logout"];
  CHECK(logout["cause"] == "browser");
  CHECK(logout["backEndCalls"][0]["call"] == "POST http://api.example.com/base/end");
  CHECK(logout["backEndCalls"][0]["sends"] == "the captured cookies, the access token, x-forwarded-*");
  CHECK(logout["withoutSession"] == "no back-end is called, the rest as it is");
  CHECK(logout["identityProvider"] ==
        "END_SESSION_ENDPOINT(https://"
        "id.example.com)?id_token_hint=ID_TOKEN&client_id=c&post_logout_redirect_uri="
        "https%3A%2F%2Fapp.example.com%2Fclosed%2Fpage&state=STATE");
  CHECK(logout["comesBackTo"] == "https://app.example.com/closed/page");
  CHECK(logout["landsOn"] == "https://app.example.com/closed/page?siteId=3");
  // the landing page asks for a login
  REQUIRE(explained["warnings"].size() == 1);
  CHECK(explained["warnings"][0].get<std::string>().find("/logout/logoutPage") != std::string::npos);

  const auto prefetched = site.ask("GET", "/out", {"Sec-Purpose: prefetch"});
  CHECK(prefetched["logout"]["thisRequest"] == "403 Forbidden, nobody is logged out by it");
}

TEST_CASE("explain: who is told by a token is told by one, and who polls is not called [issue 16]") {
  test::TemporaryFolder folder;
  folder.write("xs-app.json", R"({
    "logout": {"logoutEndpoint": "/out"},
    "destinations": {"api": {"logoutPath": "/end", "logoutToken": true}},
    "signals": {"subscribers": [{"audience": "other", "url": "https://other.example.com/signals"},
                                {"audience": "desk", "authorization": "Bearer desk"}]}})");
  folder.write("default-env.json", R"({
    "ALLOWED_HOSTS": "app.example.com", "SIGNALS_ISSUER": "https://app.example.com",
    "OIDC_ISSUER": "https://id.example.com", "OIDC_CLIENT_ID": "c",
    "destinations": [{"name": "api", "url": "http://api.example.com"}]})");
  std::ostringstream out;
  std::ostringstream faults;
  explain({.directory = folder.path().string()}, {"GET", "/out", {}}, true, out, faults);
  const auto calls = Json::parse(out.str())["logout"]["backEndCalls"];
  REQUIRE(calls.size() == 3);
  CHECK(calls[0]["sends"] == "the captured cookies, a logout token, x-forwarded-*");
  CHECK(calls[1]["call"] == "POST https://other.example.com/signals");
  CHECK(calls[1]["sends"] == "a security event token");
  CHECK(calls[2]["call"] == "none: fetched by a poll");
  CHECK(calls[2]["sends"] == "a security event token");
}

TEST_CASE("explain: a request that could not be, and a configuration with errors, have exit codes of their own") {
  const Site site;
  std::ostringstream out;
  std::ostringstream faults;
  const config::LoadInput input{.directory = site.folder().path().string()};
  CHECK(explain(input, {"GET", "/a/../b", {}}, false, out, faults) == 2);
  CHECK(explain(input, {"GET", "/a", {"no colon"}}, false, out, faults) == 2);
  CHECK(faults.str().find("\"Name: value\"") != std::string::npos);
  site.folder().write("xs-app.json", "{\"rotes\": []}");
  CHECK(explain(input, {"GET", "/a", {}}, false, out, faults) == 1);
  CHECK(faults.str().find("did you mean \"routes\"?") != std::string::npos);
  CHECK(out.str().empty());
}

TEST_CASE("explain: text for people has a line a fact") {
  CHECK(explanation_text({{"request", "GET /a"},
                          {"passedOver", {{{"route", 0}, {"because", "no"}}}},
                          {"route", {{"timeoutMs", 5}}}}) ==
        "request             GET /a\n"
        "passed over\n"
        "  - route 0, because no\n"
        "route\n"
        "  timeout ms        5\n");
}

}  // namespace
}  // namespace router::app::explain_test
