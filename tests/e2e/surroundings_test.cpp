// What the descriptor and its environment put around a request: CORS, plugins, error pages, statistics, framing, the
// user API, destinations chosen per request.
#include <doctest/doctest.h>

#include "e2e/proxy_fixture.h"
#include "e2e/sign_on_fixture.h"

namespace router::test::surroundings_test {
namespace {

RawAnswer asked(const RouterProcess& router, std::string_view method, std::string_view target, FieldList fields = {}) {
  return ask(router.port(), make_request(method, target, fields));
}

RouterSetup cors_setup(const std::string& backend_origin) {
  auto setup = setup_for(backend_origin);
  setup.descriptor["cors"] = nlohmann::json::parse(R"([{"uriPattern":"^/app/(.*)$",
    "allowedOrigin":[{"host":"*.good.example","protocol":"https"}],"allowedMethods":["GET","PUT"],
    "allowedHeaders":["Authorization"],"exposeHeaders":["X-A"],"maxAge":600}])");
  return setup;
}

}  // namespace

TEST_CASE("cors: a script of an allowed origin asks, uses and reads; others are refused before the back-end") {
  RecordingBackend backend;
  backend.on("/app/x",
             answers("HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nVary: Accept\r\nContent-Length: 0\r\n\r\n"));
  RouterProcess router(cors_setup(backend.origin()));
  const std::string good = "https://shop.good.example";

  const auto preflight = asked(router, "OPTIONS", "/app/x",
                               {{"Origin", good},
                                {"Access-Control-Request-Method", "PUT"},
                                {"Access-Control-Request-Headers", "authorization"}});
  CHECK(preflight.status() == 200);
  CHECK(preflight.field("Access-Control-Allow-Origin") == good);
  CHECK(preflight.field("Access-Control-Allow-Methods") == "GET, PUT");
  CHECK(preflight.field("Access-Control-Max-Age") == "600");
  CHECK(asked(router, "OPTIONS", "/app/x", {{"Origin", good}, {"Access-Control-Request-Method", "DELETE"}}).status() ==
        403);
  CHECK(asked(router, "GET", "/app/x", {{"Origin", "https://evil.example"}}).status() == 403);
  CHECK(backend.requests().empty());

  const auto answer = asked(router, "GET", "/app/x", {{"Origin", good}});
  CHECK(answer.status() == 200);
  CHECK(answer.head.all("Access-Control-Allow-Origin") == std::vector<std::string>{good});
  CHECK(answer.field("Access-Control-Allow-Credentials") == "true");
  CHECK(answer.field("Access-Control-Expose-Headers") == "X-A");
  CHECK(answer.head.all("Vary") == std::vector<std::string>{"Accept", "Origin"});

  const auto plain = asked(router, "GET", "/app/x");
  CHECK(plain.field("Access-Control-Allow-Origin") == "*");
  CHECK(plain.head.all("Vary") == std::vector<std::string>{"Accept", "Origin"});
}

TEST_CASE("cors: a preflight needs no login, and its descriptor's refusals have the descriptor's page") {
  StubProvider provider;
  RecordingBackend backend;
  auto setup = sign_on_setup(provider, backend.origin(), backend.origin());
  setup.descriptor["cors"] =
      nlohmann::json::parse(R"([{"uriPattern":"^/orders/","allowedOrigin":[{"host":"good.example"}]}])");
  setup.descriptor["errorPage"] = nlohmann::json::parse(R"([{"status":403,"file":"./static/bye.html"}])");
  RouterProcess router(setup);
  CHECK(asked(router, "OPTIONS", "/orders/x",
              {{"Origin", "https://good.example"}, {"Access-Control-Request-Method", "GET"}})
            .status() == 200);
  const auto unknown =
      asked(router, "GET", "/orders/x", {{"Origin", "https://good.example"}, {"Sec-Fetch-Mode", "cors"}});
  CHECK(unknown.status() == 401);
  CHECK(unknown.field("Access-Control-Allow-Origin") == "https://good.example");
  const auto refused = asked(router, "GET", "/orders/x", {{"Origin", "https://evil.example"}});
  CHECK(refused.status() == 403);
  CHECK(refused.body == "<!doctype html><title>Bye</title>");
  CHECK(refused.field("Content-Type") == "text/html; charset=utf-8");
}

TEST_CASE("plugins: the variable adds routes that win over the descriptor's, and tells about them") {
  RecordingBackend backend;
  RecordingBackend other;
  auto setup = setup_for(backend.origin());
  setup.add_destination("other", other.origin());
  setup.environment["plugins"] =
      R"([{"name":"over","source":"^/app/over/","destination":"other","target":"/t/","authenticationType":"none"}])";
  setup.descriptor["pluginMetadataEndpoint"] = "/metadata";
  setup.descriptor["authenticationMethod"] = "none";
  RouterProcess router(setup);
  CHECK(asked(router, "GET", "/app/over/x?a=1").body == "/t/x?a=1");
  CHECK(other.count("/t/x") == 1);
  CHECK(asked(router, "GET", "/app/x").status() == 200);
  CHECK(backend.count("/app/x") == 1);
  const auto metadata = asked(router, "GET", "/metadata");
  CHECK(metadata.field("Content-Type") == "application/json");
  CHECK(nlohmann::json::parse(metadata.body) == nlohmann::json::parse(setup.environment["plugins"]));
  CHECK(asked(router, "POST", "/metadata").status() == 405);
}

TEST_CASE("plugins: a scope that is a string lets in who has it, and nobody else") {
  StubProvider provider;
  RecordingBackend backend;
  auto setup = sign_on_setup(provider, backend.origin(), backend.origin());
  setup.environment["plugins"] =
      R"([{"name":"p","source":"^/plug/","destination":"orders","authenticationType":"oidc","scope":"viewer"}])";
  RouterProcess router(setup);
  provider.behave({.scope = "openid viewer"});
  Browser viewer(router.port());
  viewer.open("/orders/start");
  CHECK(viewer.get("/plug/x").status() == 200);
  provider.behave({.user = "bob", .scope = "openid"});
  Browser other(router.port());
  other.open("/orders/start");
  CHECK(other.get("/plug/x").status() == 403);
}

TEST_CASE("error pages: of errors that the router makes, not of a back-end's; nothing of the request is in them") {
  RecordingBackend backend;
  backend.on("/app/missing", answers("HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\ntheirs"));
  auto setup = setup_for(backend.origin());
  setup.add_destination("down", "http://127.0.0.1:1");
  setup.add_public_route("down");
  setup.files["pages/404.html"] = "<h1>Nothing here</h1>";
  setup.files["pages/bad.txt"] = "try later";
  setup.descriptor["errorPage"] = nlohmann::json::parse(
      R"([{"status":[400,404],"file":"./pages/404.html"},{"status":502,"file":"pages/bad.txt"}])");
  setup.descriptor["authenticationMethod"] = "none";
  setup.environment["RETURN_ERROR_SOURCE"] = "true";
  RouterProcess router(setup);
  const auto missing = asked(router, "GET", "/no/such?secret=1", {{"Accept", "application/json"}});
  CHECK(missing.status() == 404);
  CHECK(missing.body == "<h1>Nothing here</h1>");
  CHECK(missing.field("x-error-source") == "gateway");
  const auto theirs = asked(router, "GET", "/app/missing");
  CHECK(theirs.body == "theirs");
  CHECK_FALSE(theirs.has("x-error-source"));
  const auto down = asked(router, "GET", "/down/x");
  CHECK(down.status() == 502);
  CHECK(down.body == "try later");
  CHECK(down.field("Content-Type").starts_with("text/plain"));
  CHECK(down.field("x-error-source") == "gateway");
  const auto unreadable = ask(router.port(), "GET /app/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  CHECK(unreadable.status() == 400);
  CHECK(unreadable.body == "<h1>Nothing here</h1>");
}

TEST_CASE("statistics: the back-end is told, and the answer says how long router and back-end took") {
  ProxyFixture fixture;
  const auto answer = asked(fixture.router, "GET", "/app/x?sap-statistics=true");
  CHECK(fixture.backend.requests_to("/app/x").at(0).field("sap-statistics") == "true");
  const auto statistics = answer.field("sap-statistics-approuter");
  CHECK(statistics.starts_with("total="));
  CHECK(statistics.find(", ext=") != std::string::npos);
  CHECK_FALSE(asked(fixture.router, "GET", "/app/x").has("sap-statistics-approuter"));
  asked(fixture.router, "GET", "/app/y", {{"sap-statistics", "true"}});
  CHECK(fixture.backend.requests_to("/app/y").at(0).head.all("sap-statistics") == std::vector<std::string>{"true"});
}

TEST_CASE("framing: the allowlist service answers for CJ_PROTECT_WHITELIST, X-Frame-Options can be switched off") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.descriptor["authenticationMethod"] = "none";
  setup.descriptor["whitelistService"] = {{"endpoint", "/whitelist/service"}};
  setup.environment["CJ_PROTECT_WHITELIST"] = R"([{"protocol":"https","host":"*.portal.example"}])";
  setup.environment["SEND_XFRAMEOPTIONS"] = "false";
  RouterProcess router(setup);
  const auto allowed = asked(router, "GET", "/whitelist/service?parentOrigin=https%3A%2F%2Fa.portal.example");
  CHECK(allowed.body == R"({"version":"1.0","active":true,"origin":"https://a.portal.example","framing":true})");
  CHECK_FALSE(allowed.has("X-Frame-Options"));
  CHECK_FALSE(asked(router, "GET", "/app/x").has("X-Frame-Options"));
  CHECK(asked(router, "GET", "/whitelist/service?parentOrigin=https://evil.example").body.find("\"framing\":false") !=
        std::string::npos);
}

TEST_CASE("dynamic destinations: by a group of the source, or by the host; unknown names are no back-end") {
  RecordingBackend one;
  RecordingBackend two;
  RouterSetup setup;
  setup.add_destination("one", one.origin());
  setup.add_destination("two", two.origin() + "/base");
  setup.add_route(
      {{"source", "^/to/([^/]+)/(.*)$"}, {"target", "$2"}, {"destination", "$1"}, {"authenticationType", "none"}});
  setup.add_route({{"source", "^/host/(.*)$"}, {"target", "$1"}, {"destination", "*"}, {"authenticationType", "none"}});
  setup.environment["DESTINATION_HOST_PATTERN"] = R"(^[^-.]+-(.*)\.router\.example)";
  RouterProcess router(setup);
  CHECK(asked(router, "GET", "/to/one/a?x=1").body == "/a?x=1");
  CHECK(asked(router, "GET", "/to/two/a").body == "/base/a");
  CHECK(asked(router, "GET", "/to/three/a").status() == 404);
  auto by_host = [&](const std::string& host) {
    return ask(router.port(), "GET /host/b?y=2 HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  };
  CHECK(by_host("tenant-two.router.example:4000").body == "/base/b?y=2");
  CHECK(by_host("tenant-one.router.example").body == "/b?y=2");
  CHECK(by_host("tenant-nine.router.example").status() == 404);
  CHECK(by_host("elsewhere.example").status() == 404);
  CHECK(one.count("/b") == 1);
}

TEST_CASE("user API: the signed-in user, through a route of the descriptor") {
  StubProvider provider;
  RecordingBackend backend;
  auto setup = sign_on_setup(provider, backend.origin(), backend.origin());
  setup.add_route({{"source", "^/user-api(.*)"},
                   {"target", "$1"},
                   {"service", "sap-approuter-userapi"},
                   {"authenticationType", "oidc"}});
  RouterProcess router(setup);
  CHECK(asked(router, "GET", "/user-api/currentUser", {{"X-Requested-With", "XMLHttpRequest"}}).status() == 401);
  Browser browser(router.port());
  browser.open("/orders/start");
  const auto user = browser.get("/user-api/currentUser");
  CHECK(user.status() == 200);
  CHECK(nlohmann::json::parse(user.body).at("name") == "alice");
  CHECK(browser.get("/user-api/attributes").status() == 200);
  CHECK(browser.get("/user-api/nothing").status() == 404);
}

TEST_CASE("routes: a timeout of the route wins over the destination's; the platform's cookie stays here") {
  RecordingBackend backend;
  backend.on("/slow/x", hangs());
  RouterSetup setup;
  setup.add_destination("slow", backend.origin(), {{"timeout", 20'000}});
  setup.add_public_route("slow", {{"timeout", 200}});
  setup.environment["PLATFORM_COOKIE_NAME"] = "__VCAP_ID__";
  RouterProcess router(setup);
  CHECK(asked(router, "GET", "/slow/x").status() == 504);
  asked(router, "GET", "/slow/y", {{"Cookie", "__VCAP_ID__=instance-1; a=b"}});
  CHECK(backend.requests_to("/slow/y").at(0).field("Cookie") == "a=b");
}

TEST_CASE("connection reuse: can be switched off, then each request has a connection of its own") {
  RecordingBackend backend;
  auto setup = setup_for(backend.origin());
  setup.environment["DISABLE_CONNECTION_REUSE"] = "true";
  RouterProcess router(setup);
  for (int i = 0; i < 3; ++i) CHECK(asked(router, "GET", "/app/x").status() == 200);
  CHECK(backend.connections_accepted() == 3);
}

}  // namespace router::test::surroundings_test
