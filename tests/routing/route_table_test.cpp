#include "routing/route_table.h"

#include <doctest/doctest.h>

#include <string>

#include "support/routes.h"

namespace router::route_table_test {

using namespace router::routing;
using router::base::ErrorCode;
using router::config::Route;
using router::test::make_route;
using router::test::make_target;
using std::string;

namespace {

Route with_methods(Route route, std::vector<string> methods) {
  route.http_methods = std::move(methods);
  return route;
}

Route local(Route route) {
  route.leads_to = config::ToFolder{"/srv/static"};
  return route;
}

// "route 1", "404" or "405 GET HEAD"
string answer(const std::vector<Route>& routes, std::string_view method, std::string_view raw) {
  const RouteTable table(routes);
  const auto result = table.find(method, make_target(raw));
  if (!result) return describe(result.error());
  if (result->found()) return "route " + std::to_string(result->route - routes.data());
  if (!result->method_not_allowed()) return "404";
  string text = "405";
  for (const auto& allowed : result->allow) text += " " + allowed;
  return text;
}

}  // namespace

TEST_CASE("route table: the first match wins") {
  const std::vector<Route> routes = {make_route("^/a/b$"), make_route("^/a/(.*)$"), make_route("^/A/(.*)$", false),
                                     make_route("/inner/")};
  CHECK(answer(routes, "GET", "/a/b") == "route 0");
  CHECK(answer(routes, "GET", "/a/c") == "route 1");
  CHECK(answer(routes, "GET", "/a/") == "route 1");
  CHECK(answer(routes, "GET", "/A/c") == "route 2");
  CHECK(answer(routes, "MERGE", "/x/inner/y") == "route 3");
  CHECK(answer(routes, "GET", "/a") == "404");
  CHECK(answer(routes, "GET", "/x") == "404");
  CHECK(answer({}, "GET", "/x") == "404");
}

TEST_CASE("route table: case counts unless the route says otherwise") {
  CHECK(answer({make_route("^/app/")}, "GET", "/APP/") == "404");
  CHECK(answer({make_route("^/app/", false)}, "GET", "/APP/") == "route 0");
  CHECK(answer({make_route("^/app/", false)}, "GET", "/ap") == "404");
}

TEST_CASE("route table: a source sees the path alone (OpenID check 115, btp-cloud-platform 265)") {
  const std::vector<Route> routes = {make_route("^/logout-page.html$"), make_route("^/admin$"), make_route("/public/")};
  CHECK(answer(routes, "GET", "/logout-page.html?siteId=3") == "route 0");
  CHECK(answer(routes, "GET", "/admin?x") == "route 1");
  CHECK(answer(routes, "GET", "/admin?") == "route 1");
  CHECK(answer(routes, "GET", "/private?/public/") == "404");
  CHECK(answer(routes, "GET", "/%61dmin") == "route 1");
}

TEST_CASE("route table: a source that spells a question mark sees the whole URL") {
  const std::vector<Route> routes = {make_route("^/a\\?x=1$"), make_route("^/b[?]y"), make_route("^/a$")};
  CHECK(answer(routes, "GET", "/a?x=1") == "route 0");
  CHECK(answer(routes, "GET", "/a?x=2") == "route 2");
  CHECK(answer(routes, "GET", "/a") == "route 2");
  CHECK(answer(routes, "GET", "/b?y") == "route 1");
  CHECK(answer(routes, "GET", "/b") == "404");
}

TEST_CASE("route table: a route whose methods do not fit is passed over") {
  const std::vector<Route> routes = {with_methods(make_route("^/a"), {"POST", "GET"}),
                                     with_methods(make_route("^/a/b"), {"DELETE"}), local(make_route("^/s/")),
                                     make_route("^/a/all$")};
  CHECK(answer(routes, "GET", "/a/b") == "route 0");
  CHECK(answer(routes, "DELETE", "/a/b") == "route 1");
  CHECK(answer(routes, "PUT", "/a/all") == "route 3");
  CHECK(answer(routes, "GET", "/s/x") == "route 2");
  CHECK(answer(routes, "HEAD", "/s/x") == "route 2");
}

TEST_CASE("route table: 405 lists the methods of every route whose source matches") {
  const std::vector<Route> routes = {with_methods(make_route("^/a"), {"POST", "GET"}),
                                     with_methods(make_route("^/a/b"), {"DELETE", "GET"}), local(make_route("^/s/")),
                                     with_methods(make_route("^/t"), {"TRACE", "PUT"}), make_route("^/other")};
  CHECK(answer(routes, "PUT", "/a/b") == "405 DELETE GET POST");
  CHECK(answer(routes, "PUT", "/a/c") == "405 GET POST");
  CHECK(answer(routes, "HEAD", "/a/c") == "405 GET POST");
  CHECK(answer(routes, "get", "/a/c") == "405 GET POST");
  CHECK(answer(routes, "POST", "/s/x") == "405 GET HEAD");
  CHECK(answer(routes, "GET", "/t") == "405 PUT");
  CHECK(answer(routes, "PUT", "/x") == "404");
}

TEST_CASE("route table: OPTIONS * names no path") {
  const std::vector<Route> routes = {make_route("^(.*)$")};
  const auto result = RouteTable(routes).find("OPTIONS", *router::http::parse_target("OPTIONS", "*"));
  CHECK_FALSE(result->found());
  CHECK_FALSE(result->method_not_allowed());
}

TEST_CASE("route table: a pathological source is an error, not a hang and not a 404") {
  const std::vector<Route> routes = {make_route("^/(a+)+!$"), make_route("^/(.*)$")};
  const RouteTable table(routes);
  const auto result = table.find("GET", make_target("/" + string(8000, 'a') + "b!c!"));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == ErrorCode::overloaded);
}

TEST_CASE("route table: the captures belong to the target, wherever it is moved") {
  const std::vector<Route> routes = {make_route("^/a/(.*)$")};
  const RouteTable table(routes);
  auto target = make_target("/a/b");
  const auto result = table.find("GET", target);
  REQUIRE(result.has_value());
  const auto moved = std::move(target);
  string storage;
  CHECK(result->match.groups.in(match_subject(*result->route, moved, storage), 1) == "b");
}

TEST_CASE("route table: plugins come before routes, whatever the order of their sources") {
  router::config::Configuration configuration;
  configuration.routes = {make_route("^/app/(.*)$"), make_route("^/(.*)$")};
  configuration.plugins = {make_route("^/app/plug")};
  const RouteTable table(configuration);
  const auto plugin = table.find("GET", make_target("/app/plug/x"));
  CHECK(plugin->route == &configuration.plugins[0]);
  CHECK(plugin->position == 0);
  const auto route = table.find("GET", make_target("/app/x"));
  CHECK(route->route == &configuration.routes[0]);
  CHECK(route->position == 1);
}

TEST_CASE("route table: empty segments in the path of a file are no way round another route's protection [K6]") {
  auto guarded = [](Route route) {
    route.authentication = router::config::AuthenticationType::oidc;
    route.scope.by_method = {{"default", {"admin"}}};
    return local(std::move(route));
  };
  const std::vector<Route> routes = {guarded(make_route("^/ui/admin/")), local(make_route("^/ui/open/[^/]+$")),
                                     with_methods(guarded(make_route("^/ui/posted/")), {}),
                                     local(make_route("^/ui/(.*)$")), make_route("^/api/(.*)$")};
  struct Row {
    const char* path;
    const char* expected;
  };
  const Row rows[] = {
      {"/ui/admin/a", "route 0"}, {"/ui/admin//a", "route 0"}, {"/ui//admin/a", "404"},    {"/ui///admin//a", "404"},
      {"/ui//b", "route 3"},      {"/ui/b//", "route 3"},      {"/ui/open//a", "route 3"}, {"/ui//open/a", "route 3"},
      {"/api//b", "route 4"},     {"/ui//", "route 3"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    CHECK(answer(routes, "GET", row.path) == row.expected);
    CHECK(answer(routes, "HEAD", row.path) == row.expected);
  }
}

}  // namespace router::route_table_test
