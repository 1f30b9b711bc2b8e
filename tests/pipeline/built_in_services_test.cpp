// README of @sap/approuter, "Allowlist Service" and "pluginMetadataEndpoint property".
#include <doctest/doctest.h>

#include "pipeline/stage_world.h"

namespace router::built_in_services_test {

using test::StageWorld;
using test::status_after;

namespace {

std::string body_after(const base::Result<pipeline::Verdict>& verdict) {
  REQUIRE(status_after(verdict) == 200);
  return std::get<http::Response>(*verdict).body;
}

}  // namespace

TEST_CASE("built-in services: whether an origin may frame the application") {
  const struct {
    const char* parent;
    const char* origin;
    bool framing;
  } rows[] = {
      {"?parentOrigin=https%3A%2F%2Fa.wild.example", "https://a.wild.example", true},
      {"?parentOrigin=http://a.wild.example:99", "http://a.wild.example:99", true},
      {"?parentOrigin=https://wild.example", "https://wild.example", false},
      {"?parentOrigin=https://exact.example:8443", "https://exact.example:8443", true},
      {"?parentOrigin=https://exact.example", "https://exact.example", false},
      {"?parentOrigin=http://exact.example:8443", "http://exact.example:8443", false},
      {"?parentOrigin=junk", "junk", false},
      {"", "null", false},
  };
  StageWorld world;
  world.config.whitelist_endpoint = "/framing";
  world.config.cj_protect_whitelist = {{"", "*.wild.example", {}}, {"https", "exact.example", 8443}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.parent));
    const std::string target = "/framing" + std::string(row.parent);
    CHECK(body_after(pipeline::built_in_services(world.ask("GET", target))) ==
          R"({"version":"1.0","active":true,"origin":")" + std::string(row.origin) + R"(","framing":)" +
              (row.framing ? "true}" : "false}"));
  }
}

TEST_CASE("built-in services: what is asked comes back as JSON, whatever it holds") {
  StageWorld world;
  world.config.whitelist_endpoint = "/framing";
  world.config.cj_protect_whitelist.emplace();
  CHECK(body_after(pipeline::built_in_services(world.ask("GET", "/framing?parentOrigin=%22%3E%3Cscript%3E%0A%FF"))) ==
        "{\"version\":\"1.0\",\"active\":true,\"origin\":\"\\\"><script>\\n\\ufffd\",\"framing\":false}");
}

TEST_CASE("built-in services: without CJ_PROTECT_WHITELIST framing is not controlled") {
  StageWorld world;
  world.config.whitelist_endpoint = "/framing";
  CHECK(body_after(pipeline::built_in_services(world.ask("GET", "/framing?parentOrigin=https://a.example"))) ==
        R"({"version":"1.0","active":false,"origin":"https://a.example","framing":true})");
}

TEST_CASE("built-in services: the plugins, as they were configured; GET and HEAD only; other paths go on") {
  StageWorld world;
  world.config.plugin_metadata_endpoint = "/metadata";
  world.config.plugin_metadata = R"([{"name":"p"}])";
  CHECK(body_after(pipeline::built_in_services(world.ask("GET", "/metadata"))) == R"([{"name":"p"}])");
  CHECK(body_after(pipeline::built_in_services(world.ask("HEAD", "/metadata"))) == R"([{"name":"p"}])");
  CHECK(status_after(pipeline::built_in_services(world.ask("POST", "/metadata"))) == 405);
  CHECK(status_after(pipeline::built_in_services(world.ask("GET", "/metadata/"))) == 0);
  CHECK(status_after(pipeline::built_in_services(world.ask("GET", "/"))) == 0);
}

TEST_CASE("built-in services: they need no route, and are as protected as the route that covers them") {
  StageWorld world;
  world.config.plugin_metadata_endpoint = "/metadata";
  auto& unrouted = world.ask("GET", "/metadata");
  REQUIRE(status_after(pipeline::match_route(unrouted)) == 0);
  CHECK(status_after(pipeline::refuse_unrouted(unrouted)) == 0);
  CHECK_FALSE(unrouted.needs_login());

  world.config.routes = {test::make_route("^/")};
  world.config.routes[0].authentication = config::AuthenticationType::oidc;
  auto& covered = world.ask("GET", "/metadata");
  REQUIRE(status_after(pipeline::match_route(covered)) == 0);
  CHECK(covered.needs_login());
}

}  // namespace router::built_in_services_test
