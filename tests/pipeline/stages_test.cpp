#include <doctest/doctest.h>

#include "logout/away_store.h"
#include "pipeline/stage_world.h"
#include "session/csrf.h"
#include "support/run_task.h"

namespace router::stages_test {

using test::make_route;
using test::StageWorld;
using test::status_after;

namespace {

config::Route protected_route(std::string source) {
  auto route = make_route(std::move(source));
  route.authentication = config::AuthenticationType::oidc;
  route.provider = "idp";
  route.leads_to = config::ToDestination{"app"};
  return route;
}

session::Snapshot session_with(std::vector<std::string> scopes) {
  auto session = std::make_shared<session::Session>();
  session->id = session::SessionId::random();
  session->scopes = std::move(scopes);
  session->csrf_token = base::Secret("the-token");
  return session;
}

// The request at the point where its route is known.
pipeline::Context& matched(StageWorld& world, std::string method, std::string_view target, test::Fields fields = {}) {
  auto& context = world.ask(std::move(method), target, fields);
  REQUIRE(status_after(pipeline::sanitize(context)) == 0);
  REQUIRE(status_after(pipeline::match_route(context)) == 0);
  return context;
}

}  // namespace

TEST_CASE("authenticate: a REST client whose session is over gets 401, not the login page") {
  StageWorld world;
  world.config.am.emplace();
  world.config.routes = {protected_route("^/app")};
  auto& context = matched(world, "GET", "/app", {{"iPlanetDirectoryPro", "gone"}});
  CHECK(status_after(test::run_task(pipeline::authenticate(context))) == 401);
}

TEST_CASE("welcome file: / leads there whatever the method, the query comes along [K18]") {
  const struct {
    const char* welcome;
    const char* asked;
    const char* location;
  } rows[] = {{"index.html", "/", "/index.html"},
              {"/shell/home.html", "/?a=1", "/shell/home.html?a=1"},
              {"/home?b=2", "/?a=1", "/home?b=2&a=1"},
              {"https://portal.example/", "/?a=1", "https://portal.example/?a=1"}};
  for (const auto& row : rows) {
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"}) {
      StageWorld world;
      world.config.welcome_file = row.welcome;
      auto verdict = pipeline::welcome_file(world.ask(method, row.asked));
      REQUIRE(status_after(verdict) == 302);
      CHECK(*std::get<http::Response>(*verdict).headers.get("Location") == row.location);
    }
  }
  StageWorld world;
  CHECK(status_after(pipeline::welcome_file(world.ask("POST", "/"))) == 0);
  world.config.welcome_file = "index.html";
  CHECK(status_after(pipeline::welcome_file(world.ask("POST", "/other"))) == 0);
}

TEST_CASE("welcome file: a proxy that took a prefix off the path gets it back [K19]") {
  StageWorld world;
  world.config.welcome_file = "ui/index.html";
  auto& context = world.ask("GET", "/?a=1");
  context.external.path_prefix = "/prefix";
  auto verdict = pipeline::welcome_file(context);
  REQUIRE(status_after(verdict) == 302);
  CHECK(*std::get<http::Response>(*verdict).headers.get("Location") == "/prefix/ui/index.html?a=1");
}

TEST_CASE("own endpoints: the welcome file's fragment is for the browser alone [K19]") {
  StageWorld world;
  world.config.welcome_file = "/ui/index.html?sap-ui=1#Shell-home";
  auto& context = world.ask("GET", "/?a=1", {{"X-CSRF-Token", "fetch"}});
  context.external.path_prefix = "/prefix";
  CHECK(status_after(pipeline::own_endpoints(context)) == 0);
  CHECK(context.target().path_and_query() == "/ui/index.html?sap-ui=1&a=1");
}

TEST_CASE("own endpoints: asking for a CSRF token at / gets the welcome file itself") {
  StageWorld world;
  world.config.welcome_file = "/index.html";
  auto& context = world.ask("GET", "/?a=1", {{"X-CSRF-Token", "Fetch"}});
  CHECK(status_after(pipeline::own_endpoints(context)) == 0);
  CHECK(context.target().path_and_query() == "/index.html?a=1");
  CHECK(status_after(pipeline::welcome_file(context)) == 0);
  // a token is asked for by GET and HEAD only
  auto& posted = world.ask("POST", "/", {{"X-CSRF-Token", "Fetch"}});
  CHECK(status_after(pipeline::own_endpoints(posted)) == 0);
  CHECK(status_after(pipeline::welcome_file(posted)) == 302);
}

TEST_CASE("own endpoints: OPTIONS about this router is answered, everything else goes on") {
  StageWorld world;
  CHECK(status_after(pipeline::own_endpoints(world.ask("GET", "/"))) == 0);
  CHECK(status_after(pipeline::own_endpoints(world.ask("OPTIONS", "*"))) == 200);
  // RFC 9110 section 7.6.2
  CHECK(status_after(pipeline::own_endpoints(world.ask("OPTIONS", "/a", {{"Max-Forwards", "0"}}))) == 200);
  CHECK(status_after(pipeline::own_endpoints(world.ask("OPTIONS", "/a", {{"Max-Forwards", "1"}}))) == 0);
  CHECK(status_after(pipeline::own_endpoints(world.ask("OPTIONS", "/a"))) == 0);
  CHECK(status_after(pipeline::own_endpoints(world.ask("GET", "/a", {{"Max-Forwards", "0"}}))) == 0);
}

TEST_CASE("refuse unrouted: no route is 404, no method is 405 with Allow") {
  StageWorld world;
  world.config.routes = {protected_route("^/a$")};
  world.config.routes[0].http_methods = {"GET", "POST"};
  CHECK(status_after(pipeline::refuse_unrouted(matched(world, "GET", "/a"))) == 0);
  CHECK(status_after(pipeline::refuse_unrouted(matched(world, "GET", "/b"))) == 404);
  auto verdict = pipeline::refuse_unrouted(matched(world, "DELETE", "/a"));
  REQUIRE(status_after(verdict) == 405);
  CHECK(*std::get<http::Response>(*verdict).headers.get("Allow") == "GET, POST");
}

TEST_CASE("authorize: one of the scopes, exactly, for the method that was used") {
  const struct {
    const char* why;
    std::map<std::string, std::vector<std::string>> rule;
    std::vector<std::string> granted;
    const char* method;
    int status;
  } rows[] = {
      {"no rule", {}, {}, "GET", 0},
      {"granted", {{"default", {"app.Read"}}}, {"app.Read"}, "GET", 0},
      {"any of them", {{"default", {"app.Read", "app.Admin"}}}, {"app.Admin"}, "GET", 0},
      {"none of them", {{"default", {"app.Read"}}}, {"openid"}, "GET", 403},
      {"a prefix is another scope", {{"default", {"app.Read"}}}, {"app.ReadAll", "app.Rea"}, "GET", 403},
      {"case counts", {{"default", {"app.Read"}}}, {"app.read"}, "GET", 403},
      {"the method's own rule wins", {{"POST", {"app.Write"}}, {"default", {"app.Read"}}}, {"app.Read"}, "POST", 403},
      {"a method without a rule", {{"POST", {"app.Write"}}}, {"app.Write"}, "GET", 403},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.why));
    StageWorld world;
    world.config.routes = {protected_route("^/a$")};
    world.config.routes[0].scope.by_method = row.rule;
    auto& context = matched(world, row.method, "/a");
    context.user.session = session_with(row.granted);
    CHECK(status_after(pipeline::authorize(context)) == row.status);
  }
}

TEST_CASE(
    "authorize: a scope while authenticationMethod is none lets nobody in, unless the route is public itself [K9]") {
  for (const char* method : {"GET", "HEAD", "POST"}) {
    for (const bool signed_in : {false, true}) {
      StageWorld world;
      world.config.authentication_none = true;
      world.config.routes = {make_route("^/a$")};
      auto& route = world.config.routes[0];
      const auto answered = [&] {
        auto& context = matched(world, method, "/a");
        if (signed_in) context.user.session = session_with({"app.Read"});
        return status_after(pipeline::authorize(context));
      };
      CHECK(answered() == 0);
      route.scope.by_method = {{"default", {"app.Read"}}};
      CHECK(answered() == 403);
      route.scope.by_method = {{"PATCH", {"app.Read"}}};
      CHECK(answered() == 403);
      route.scope.by_method = {{"default", {}}};
      CHECK(answered() == 0);
      route.scope.by_method = {{"default", {"app.Read"}}};
      route.says_public = true;
      CHECK(answered() == 0);
    }
  }
}

TEST_CASE("check csrf: only protected routes with csrfProtection ask for the token") {
  StageWorld world;
  world.config.routes = {protected_route("^/a$"), protected_route("^/free$"), make_route("^/public$")};
  world.config.routes[1].csrf_protection = false;
  auto check = [&](const char* method, const char* path, test::Fields fields) {
    auto& context = matched(world, method, path, fields);
    context.user.session = session_with({});
    return status_after(pipeline::check_csrf(context));
  };
  CHECK(check("GET", "/a", {}) == 0);
  CHECK(check("POST", "/a", {}) == 403);
  CHECK(check("POST", "/a", {{"x-csrf-token", "wrong"}}) == 403);
  CHECK(check("POST", "/a", {{"x-csrf-token", "the-token"}}) == 0);
  CHECK(check("POST", "/free", {}) == 0);
  CHECK(check("POST", "/public", {}) == 0);

  auto& fetching = matched(world, "GET", "/a", {{"X-CSRF-Token", "Fetch"}});
  fetching.user.session = session_with({});
  CHECK(status_after(pipeline::check_csrf(fetching)) == 0);
  CHECK(test::lines_of(fetching.reply_fields) == "x-csrf-token: the-token\r\n");
}

TEST_CASE("check upgrade: a WebSocket must be enabled, complete, and from an origin that is allowed") {
  const struct {
    const char* why;
    bool enabled;
    std::vector<http::OriginRule> allowed;
    const char* origin;
    const char* version;
    int status;
  } rows[] = {
      {"our own origin", true, {}, "http://app.example", "13", 0},
      {"not enabled", false, {}, "http://app.example", "13", 403},
      {"no origin", true, {}, "", "13", 403},
      {"another origin", true, {}, "https://evil.example", "13", 403},
      {"the other scheme", true, {}, "https://app.example", "13", 403},
      {"an opaque origin", true, {}, "null", "13", 403},
      {"allowed by host", true, {{"", "other.example", {}}}, "https://other.example", "13", 0},
      {"allowed by wildcard", true, {{"", "*.other.example", {}}}, "https://a.other.example", "13", 0},
      {"a wildcard is no suffix match", true, {{"", "*.other.example", {}}}, "https://evilother.example", "13", 403},
      {"another version", true, {}, "http://app.example", "8", 400},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.why));
    StageWorld world;
    world.config.websockets_enabled = row.enabled;
    world.config.environment.ws_allowed_origins = row.allowed;
    auto& context = world.ask("GET", "/ws",
                              {{"Host", "app.example"},
                               {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                               {"Sec-WebSocket-Version", row.version}});
    world.exchange->edit_request().is_upgrade = true;
    if (*row.origin != '\0') world.exchange->edit_request().headers.add("Origin", row.origin);
    REQUIRE(status_after(pipeline::sanitize(context)) == 0);
    CHECK(status_after(pipeline::check_upgrade(context)) == row.status);
  }
}

TEST_CASE("load session: a store that cannot be reached costs what needs a login 503, and leads to none [issue 12]") {
  StageWorld world;
  world.config.routes = {protected_route("^/app"), make_route("^/public")};
  const auto config = std::make_shared<const config::Configuration>(world.config);
  test::AwayStore away;
  const std::string cookie = "JSESSIONID=" + std::string(session::SessionId::random().reveal());
  struct Row {
    const char* target;
    bool is_reachable;
    bool has_cookie;
    int status;
  };
  for (const Row& row :
       {Row{"/app", false, false, 503}, Row{"/app", false, true, 503}, Row{"/app", true, true, 503},
        Row{"/app", true, false, 0}, Row{"/public", false, false, 0}, Row{"/public", false, true, 0}}) {
    CAPTURE(row.target);
    CAPTURE(row.is_reachable);
    CAPTURE(row.has_cookie);
    away.is_reachable = row.is_reachable;
    const pipeline::Parts parts{world.clock, world.loop, {away, world.live, world.streams}};
    const auto graph = std::make_shared<pipeline::Graph>(config, parts);
    test::FakeExchange exchange("GET", row.target);
    if (row.has_cookie) exchange.edit_request().headers.add("Cookie", cookie);
    pipeline::Context context(exchange, *graph, world.pool);
    REQUIRE(status_after(pipeline::sanitize(context)) == 0);
    REQUIRE(status_after(pipeline::match_route(context)) == 0);
    CHECK(status_after(test::run_task(pipeline::load_session(context))) == row.status);
  }
}

}  // namespace router::stages_test
