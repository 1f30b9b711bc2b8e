// Applications of the HTML5 repository: which one, its descriptor, its files (docs/contract/html5.md section 1).
#include <doctest/doctest.h>

#include "e2e/html5_fixture.h"

namespace router::test::html5_test {

using nlohmann::json;

namespace {

json with_files(const json& more = json::object()) {
  json descriptor{{"welcomeFile", "/index.html"}, {"routes", json::array({file_route("^/(.*)$")})}};
  descriptor.update(more);
  return descriptor;
}

std::string location(const RawAnswer& answer) { return std::string(answer.field("Location")); }

}  // namespace

TEST_CASE("html5: an application's files come from the repository, its name is asked for once [issue 15]") {
  Html5Fixture fixture;
  fixture.repository.add("/app1", with_files().dump());
  fixture.repository.file("/app1/a/b.html", "<p>b</p>");
  const auto answer = fixture.get("/app1/a/b.html?x=1");
  CHECK(answer.status() == 200);
  CHECK(answer.body == "<p>b</p>");
  CHECK(answer.field("ETag") == "\"1\"");
  CHECK(fixture.get("/app1/a/b.html", {{"If-None-Match", "\"1\""}}).status() == 304);
  CHECK(fixture.get("/app1/missing.html").status() == 404);
  CHECK(fixture.repository.count("/app1/xs-app.json") == 1);
  CHECK(fixture.repository.requests_to("/app1/a/b.html").at(0).target() == "/app1/a/b.html?x=1");
}

TEST_CASE("html5: what is no application's is the central descriptor's, which is asked for nothing twice [issue 15]") {
  json central{
      {"routes",
       json::array(
           {{{"source", "^/pub/(.*)$"}, {"target", "/p/$1"}, {"destination", "d1"}, {"authenticationType", "none"}}})}};
  Html5Fixture fixture(central, {{"DIRECT_ROUTING_URI_PATTERNS", R"(["^direct$"])"}});
  CHECK(fixture.get("/pub/x").body == "/p/x");
  CHECK(fixture.get("/pub/y").body == "/p/y");
  CHECK(fixture.repository.count("/pub/xs-app.json") == 1);
  for (const char* path : {"/direct/x", "/favicon.ico", "/app-one/x", "/biz.app/x", "/login/x"}) {
    CAPTURE(path);
    CHECK(fixture.get(path).status() == 404);
  }
  CHECK(fixture.repository.requests().size() == 1);
}

TEST_CASE("html5: an application's own routes, headers and pages count, the central ones do not [issue 15]") {
  json central{
      {"routes", json::array({{{"source", "^/app1/(.*)$"}, {"destination", "d2"}, {"authenticationType", "none"}}})},
      {"responseHeaders", json::array({{{"name", "x-central"}, {"value", "1"}}})},
      {"websockets", {{"enabled", true}}}};
  Html5Fixture fixture(central);
  fixture.repository.add(
      "/app1",
      json{{"responseHeaders", json::array({{{"name", "x-own"}, {"value", "2"}}})},
           {"errorPage", json::array({{{"status", 404}, {"path", "/no.html"}}})},
           {"routes", json::array({{{"source", "^/api/(.*)$"},
                                    {"target", "/back/$1"},
                                    {"destination", "d1"},
                                    {"authenticationType", "none"}},
                                   {{"source", "^/local/(.*)$"}, {"localDir", "."}, {"authenticationType", "none"}},
                                   file_route("^/no.html$")})}}
          .dump());
  const auto answer = fixture.get("/app1/api/x?q=1");
  CHECK(answer.status() == 200);
  CHECK(answer.body == "/back/x?q=1");
  CHECK(answer.field("x-own") == "2");
  CHECK(answer.field("x-central").empty());
  CHECK(fixture.d1.requests_to("/back/x").at(0).field("x-forwarded-path") == "/app1/api/x");
  CHECK(script_status(Browser(fixture.router().port()), "/app1/elsewhere") == 404);
  CHECK(script_status(Browser(fixture.router().port()), "/app1/local/xs-app.json") == 404);
  CHECK(fixture.d2.requests().empty());
  // a person is shown the application's page
  Browser person(fixture.router().port());
  const auto shown = person.navigate("/app1/elsewhere");
  CHECK(shown.status() == 302);
  CHECK(location(shown) == "/app1/no.html");
  CHECK(person.navigate("/app1/no.html").status() == 404);
  // an application without WebSockets has none
  RawClient client(fixture.router().port());
  client.send(person.handshake("/app1/api/ws"));
  CHECK(client.read().status() == 403);
}

TEST_CASE("html5: /app and /app/ lead to its welcome file, with the query and a proxy's prefix [issue 15]") {
  Html5Fixture fixture;
  fixture.repository.add("/app1", with_files().dump());
  fixture.repository.add("/app2", with_files({{"welcomeFile", "https://elsewhere.example/x"}}).dump());
  fixture.repository.file("/app1/index.html", "<p>welcome</p>");
  CHECK(location(fixture.get("/app1")) == "/app1/index.html");
  CHECK(location(fixture.get("/app1/?a=1")) == "/app1/index.html?a=1");
  CHECK(location(fixture.get("/app1/~1~/")) == "/app1/index.html");
  CHECK(location(fixture.get("/app2/")) == "/app2/https://elsewhere.example/x");
  CHECK(location(fixture.get("/app1/", {{"x-forwarded-path", "/outer/app1/"}})) == "/outer/app1/index.html");
  const auto handshake = fixture.get("/app1/", {{"x-csrf-token", "fetch"}});
  CHECK(handshake.status() == 200);
  CHECK(handshake.body == "<p>welcome</p>");
}

TEST_CASE("html5: the repository hears neither cookies nor whom the client says it is [issue 15]") {
  Html5Fixture fixture;
  fixture.repository.add("/app1", with_files().dump());
  fixture.repository.answer("/app1/x", {.status = 200, .body = "x", .fields = {{"Set-Cookie", "sid=1"}}});
  const auto answer = fixture.get("/app1/x", {{"Cookie", "a=1"},
                                              {"tenantid", "t9"},
                                              {"X_App_Host_Id", "9"},
                                              {"x-app-host-id", "9"},
                                              {"Authorization", "Basic x"}});
  CHECK(answer.status() == 200);
  CHECK(answer.field("Set-Cookie").empty());
  const auto asked = fixture.repository.requests_to("/app1/x").at(0);
  for (const char* name : {"Cookie", "tenantid", "x-app-host-id", "x_app_host_id", "Authorization"}) {
    CAPTURE(name);
    CHECK(asked.field(name).empty());
  }
}

TEST_CASE("html5: files are for GET and HEAD, a cache buster is no part of the path and may be kept long [issue 15]") {
  Html5Fixture fixture;
  fixture.repository.add(
      "/app1",
      json{{"routes", json::array({file_route("^/c/(.*)$", {{"cacheControl", "no-cache"}}), file_route("^/(.*)$")})}}
          .dump());
  fixture.repository.file("/app1/x.js", "x");
  fixture.repository.file("/app1/c/y.js", "y");
  fixture.repository.answer("/app1/z.js", {.status = 200, .body = "z", .fields = {{"Cache-Control", "private"}}});
  Browser browser(fixture.router().port());
  CHECK(browser.send("POST", "/app1/x.js").status() == 405);
  CHECK(browser.send("HEAD", "/app1/x.js").status() == 200);
  CHECK(browser.get("/app1/x.js").field("Cache-Control").empty());
  CHECK(browser.get("/app1/~2026~/x.js").field("Cache-Control") == "public, max-age=31536000");
  CHECK(browser.get("/app1/~2026~/c/y.js").field("Cache-Control") == "no-cache");
  CHECK(browser.get("/app1/~2026~/z.js").field("Cache-Control") == "private");
  CHECK(browser.get("/app1/~2026~/missing.js").field("Cache-Control").empty());
}

TEST_CASE("html5: the central descriptor's own file routes name the application in their target [issue 15]") {
  json central{{"routes", json::array({file_route("^/start/(.*)$", {{"target", "/app1/$1"}}),
                                       file_route("^/other-app/(.*)$", {{"target", "$1"}})})}};
  Html5Fixture fixture(central);
  fixture.repository.file("/app1/i.html", "i");
  CHECK(fixture.get("/start/i.html").body == "i");
  CHECK(fixture.get("/other-app/app1/i.html").body == "i");
}

TEST_CASE("html5: what a repository that fails costs: this application, and nobody else [issue 15]") {
  Html5Fixture fixture(
      {{"routes", json::array({{{"source", "^/(.*)$"}, {"destination", "d1"}, {"authenticationType", "none"}}})}},
      {{"OUTGOING_REQUEST_OPTIONS", R"({"html5-apps-repo":{"timeout":1000}})"}});
  auto& repository = fixture.repository;
  repository.answer("/lying/xs-app.json", {.status = 200, .body = "<html>"});
  repository.answer("/large/xs-app.json", {.status = 200, .body = std::string(2 * 1024 * 1024, ' ')});
  repository.answer("/nodescriptor/xs-app.json", {.status = 404});
  repository.answer("/badhost/xs-app.json", {.status = 400, .fields = {{"x-invalid-app-host-id", "11-unknown"}}});
  repository.answer("/broken/xs-app.json", {.status = 500});
  repository.answer("/away/xs-app.json", {.status = 502});
  repository.answer("/refusing/xs-app.json", {.status = 403});
  repository.answer("/silent/xs-app.json", {.hangs = true});
  const std::pair<const char*, int> rows[] = {{"lying", 500},  {"large", 500}, {"nodescriptor", 500}, {"badhost", 500},
                                              {"broken", 502}, {"away", 502},  {"refusing", 502},     {"silent", 504}};
  for (const auto& [name, status] : rows) {
    CAPTURE(name);
    CHECK(fixture.get("/" + std::string(name) + "/x").status() == status);
  }
  CHECK(repository.count("/away/xs-app.json") == 2);
  CHECK(fixture.get("/good/x").status() == 200);
  CHECK(fixture.router().logs("application.descriptor"));
  CHECK(fixture.router().logs("11-unknown"));
  // who knows better is asked again
  repository.answer("/lying/xs-app.json", {});
  repository.add("/lying", with_files().dump());
  CHECK(location(fixture.get("/lying")) == "/lying/index.html");
}

TEST_CASE("html5: cors of an application is for whole paths, with its own segment [issue 15]") {
  Html5Fixture fixture;
  const auto policy = [](const char* pattern) {
    return json{{"uriPattern", pattern},
                {"allowedOrigin", json::array({{{"host", "one.example"}, {"protocol", "https"}}})}};
  };
  for (const auto& [name, pattern] : {std::pair("app1", "^/app1/open/(.*)$"), std::pair("app2", "^/open/(.*)$")}) {
    const json own{{"cors", json::array({policy(pattern)})}, {"routes", json::array({file_route("^/open/(.*)$")})}};
    fixture.repository.add(std::string("/") + name, own.dump());
    fixture.repository.file(std::string("/") + name + "/open/x", "x");
  }
  const FieldList origin{{"Origin", "https://one.example"}};
  CHECK(fixture.get("/app1/open/x", origin).field("Access-Control-Allow-Origin") == "https://one.example");
  CHECK(fixture.get("/app1/open/x", {{"Origin", "https://two.example"}}).status() == 403);
  CHECK_FALSE(fixture.get("/app2/open/x", origin).has("Access-Control-Allow-Origin"));
}

TEST_CASE("html5: skipXSAppJsonCache asks anew and goes no further [issue 15]") {
  Html5Fixture fixture;
  const auto descriptor = [](const char* target) {
    return json{{"routes", json::array({{{"source", "^/(.*)$"},
                                         {"target", std::string("/") + target + "/$1"},
                                         {"destination", "d1"},
                                         {"authenticationType", "none"}}})}}
        .dump();
  };
  fixture.repository.add("/app1", descriptor("old"));
  CHECK(fixture.get("/app1/x").body == "/old/x");
  fixture.repository.add("/app1", descriptor("new"));
  CHECK(fixture.get("/app1/x").body == "/old/x");
  // at most once a second; any value will do
  CHECK(eventually([&] { return fixture.get("/app1/x?skipXSAppJsonCache=true&a=1").body == "/new/x?a=1"; }));
  fixture.repository.add("/app1", descriptor("newest"));
  CHECK(eventually([&] { return fixture.get("/app1/x?skipXSAppJsonCache=no&a=1").body == "/newest/x?a=1"; }));
}

TEST_CASE("html5: operators see which applications are kept, and one that is dropped is asked for anew [issue 14]") {
  const auto management = refusing_port();
  const std::string token = "all-of-it-all-of-it";
  Html5Fixture fixture(json::object(), {{"MANAGEMENT_PORT", std::to_string(management)}, {"MANAGEMENT_TOKEN", token}});
  fixture.repository.add("/app1-1.0.0", with_files().dump());
  fixture.repository.file("/app1-1.0.0/a.html", "a");
  CHECK(fixture.get("/app1-1.0.0/a.html").status() == 200);
  fixture.get("/none/a.html");
  const auto manage = [&](std::string_view method, std::string_view path) {
    return ask(management, make_request(method, path, {{"Authorization", "Bearer " + token}}));
  };
  const auto kept = json::parse(manage("GET", "/api/applications").body);
  CHECK(kept["bound"] == true);
  REQUIRE(kept["applications"].size() == 2);
  CHECK(kept["applications"][0]["name"] == "app1");
  CHECK(kept["applications"][0]["version"] == "1.0.0");
  CHECK(kept["applications"][0]["state"] == "kept");
  CHECK(kept["applications"][1]["state"] == "absent");
  const auto path = "/api/applications/" + kept["applications"][0]["key"].get<std::string>();
  CHECK(manage("DELETE", path).status() == 200);
  CHECK(manage("DELETE", path).status() == 404);
  CHECK(fixture.router().logs(R"("what":"drop","detail":"application )"));
  CHECK(fixture.get("/app1-1.0.0/a.html").status() == 200);
  CHECK(fixture.repository.count("/app1-1.0.0/xs-app.json") == 2);
}

}  // namespace router::test::html5_test
