#include <doctest/doctest.h>

#include "pipeline/stage_world.h"

namespace router::external_test {

using test::Fields;
using test::StageWorld;
using test::status_after;

TEST_CASE("sanitize: forwarding fields count only from a trusted peer, and then their first element does") {
  const struct {
    const char* why;
    std::string_view peer;
    bool tls;
    Fields fields;
    const char* origin;
    const char* client;
  } rows[] = {
      {"no proxy", "192.0.2.7", false, {{"Host", "App.Example"}}, "http://app.example", "192.0.2.7"},
      {"TLS of our own", "192.0.2.7", true, {{"Host", "app.example"}}, "https://app.example", "192.0.2.7"},
      {"a stranger's claims are dropped",
       "192.0.2.7",
       false,
       {{"Host", "app.example"},
        {"x-forwarded-host", "evil.example"},
        {"x-forwarded-proto", "https"},
        {"x-forwarded-for", "6.6.6.6"}},
       "http://app.example",
       "192.0.2.7"},
      {"a trusted proxy is believed",
       "10.1.2.3",
       false,
       {{"Host", "inner:8080"},
        {"x-forwarded-host", "app.example"},
        {"x-forwarded-proto", "https"},
        {"x-forwarded-for", "203.0.113.9"}},
       "https://app.example",
       "203.0.113.9"},
      {"lists: the first host and scheme, the nearest client that is no proxy of ours",
       "10.1.2.3",
       false,
       {{"Host", "inner"},
        {"x-forwarded-host", "app.example, inner"},
        {"x-forwarded-proto", "https,http"},
        {"x-forwarded-for", "6.6.6.6, 203.0.113.9, 10.9.9.9"}},
       "https://app.example",
       "203.0.113.9"},
      {"what is no host or scheme is ignored",
       "10.1.2.3",
       false,
       {{"Host", "app.example"}, {"x-forwarded-host", "a b"}, {"x-forwarded-proto", "gopher"}},
       "http://app.example",
       "10.1.2.3"},
      {"x-custom-host needs EXTERNAL_REVERSE_PROXY",
       "10.1.2.3",
       false,
       {{"Host", "app.example"}, {"x-custom-host", "other.example"}},
       "http://app.example",
       "10.1.2.3"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.why));
    StageWorld world;
    world.peer = row.peer;
    world.tls = row.tls;
    auto& context = world.ask("GET", "/", row.fields);
    CHECK(status_after(pipeline::sanitize(context)) == 0);
    CHECK(context.external.origin() == row.origin);
    CHECK(context.external.client_address == row.client);
  }
}

TEST_CASE("sanitize: a trusted proxy says below which path the browser finds the application [K19]") {
  const struct {
    std::string_view peer;
    const char* target;
    std::string_view forwarded;
    const char* prefix;
  } rows[] = {
      {"10.1.2.3", "/app/x", "/prefix/app/x", "/prefix"},
      {"10.1.2.3", "/app/x?y=1", "/prefix/app/x", "/prefix"},
      {"10.1.2.3", "/app/x?y=1", "/prefix/app/x?y=1", "/prefix"},
      {"10.1.2.3", "/", "/a/b/", "/a/b"},
      {"10.1.2.3", "/a%20b", "/p/a%20b", "/p"},
      {"10.1.2.3", "/abc", "/p/%61bc", "/p"},
      {"10.1.2.3", "/app/x", "/app/x", ""},
      {"10.1.2.3", "/app/x", "/prefix/other", ""},
      {"10.1.2.3", "/app/x", "//evil.example/app/x", ""},
      {"10.1.2.3", "/app/x", "/\\evil.example/app/x", ""},
      {"10.1.2.3", "/app/x", "/../app/x", ""},
      {"10.1.2.3", "/app/x", "https://evil.example/app/x", ""},
      {"10.1.2.3", "/app/x", "evil/app/x", ""},
      {"192.0.2.7", "/app/x", "/prefix/app/x", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.target));
    CAPTURE(std::string(row.forwarded));
    StageWorld world;
    world.peer = row.peer;
    auto& context = world.ask("GET", row.target, {{"Host", "app.example"}, {"x-forwarded-path", row.forwarded}});
    CHECK(status_after(pipeline::sanitize(context)) == 0);
    CHECK(context.external.path_prefix == row.prefix);
  }
}

TEST_CASE("sanitize: hosts that are not allowed get 421") {
  StageWorld world;
  world.config.environment.allowed_hosts = {"app.example", "*.tenants.example"};
  const struct {
    const char* host;
    int status;
  } rows[] = {{"app.example", 0},        {"APP.example:8080", 0},   {"a.tenants.example", 0}, {"tenants.example", 421},
              {"evil-app.example", 421}, {"app.example.evil", 421}, {"xtenants.example", 421}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.host));
    auto& context = world.ask("GET", "/", {{"Host", row.host}});
    CHECK(status_after(pipeline::sanitize(context)) == row.status);
  }
}

TEST_CASE("sanitize: TRACE and CONNECT are refused with the methods that are not") {
  for (const char* method : {"TRACE", "CONNECT"}) {
    StageWorld world;
    auto verdict = pipeline::sanitize(world.ask(method, "/", {{"Host", "app.example"}}));
    REQUIRE(status_after(verdict) == 405);
    CHECK(std::get<http::Response>(*verdict).headers.contains("Allow"));
  }
}

TEST_CASE("sanitize: an absolute-form target must be for the Host it comes with") {
  StageWorld world;
  CHECK(status_after(pipeline::sanitize(world.ask("GET", "http://app.example/a", {{"Host", "app.example"}}))) == 0);
  CHECK(status_after(pipeline::sanitize(world.ask("GET", "http://app.example/a", {{"Host", "evil.example"}}))) == 400);
}

TEST_CASE("sanitize: SECURE_SESSION_COOKIE=true refuses plain http") {
  StageWorld world;
  world.config.environment.secure_session_cookie = true;
  CHECK(status_after(pipeline::sanitize(world.ask("GET", "/", {{"Host", "a"}}))) == 403);
  world.tls = true;
  CHECK(status_after(pipeline::sanitize(world.ask("GET", "/", {{"Host", "a"}}))) == 0);
}

TEST_CASE("sanitize: request ids are taken over where they are harmless, else made") {
  StageWorld world;
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto& taken = world.ask(
      "GET", "/", {{"Host", "a"}, {"x-request-id", "abc-1"}, {"x-correlationid", "c-2"}, {"traceparent", trace}});
  REQUIRE(status_after(pipeline::sanitize(taken)) == 0);
  CHECK(taken.trace.request_id == "abc-1");
  CHECK(taken.trace.correlation_id() == "c-2");
  CHECK(taken.trace.traceparent == trace);
  auto& platform = world.ask("GET", "/", {{"Host", "a"}, {"x-request-id", "bad id"}, {"x-vcap-request-id", "p-3"}});
  REQUIRE(status_after(pipeline::sanitize(platform)) == 0);
  CHECK(platform.trace.request_id == "p-3");
  CHECK(platform.trace.correlation_id() == "p-3");
  auto& made = world.ask("GET", "/", {{"Host", "a"}, {"x-request-id", "bad \"id\""}, {"traceparent", "00-XYZ"}});
  REQUIRE(status_after(pipeline::sanitize(made)) == 0);
  CHECK(made.trace.request_id.size() == 32);
  CHECK(made.trace.correlation_id() == made.trace.request_id);
  CHECK(made.trace.traceparent.size() == 55);
}

TEST_CASE("sanitize: ENABLE_X_FORWARDED_HOST_VALIDATION refuses what is no host name, of proxies that are believed") {
  const struct {
    const char* why;
    std::string_view peer;
    std::string host;
    int status;
  } rows[] = {
      {"a name", "10.1.2.3", "app_1-2.example", 0},
      {"with a port", "10.1.2.3", "app.example:8443", 0},
      {"the first of a list", "10.1.2.3", "app.example, inner host", 0},
      {"a space", "10.1.2.3", "app example", 400},
      {"another sign", "10.1.2.3", "app$example", 400},
      {"a tilde, which URLs may have", "10.1.2.3", "app~.example", 400},
      {"longer than DNS names", "10.1.2.3", std::string(254, 'a'), 400},
      {"empty", "10.1.2.3", "", 400},
      {"of a stranger it is dropped", "192.0.2.7", "app example", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.why));
    StageWorld world;
    world.peer = row.peer;
    world.config.environment.validate_x_forwarded_host = true;
    auto& context = world.ask("GET", "/", {{"Host", "inner"}, {"x-forwarded-host", row.host}});
    CHECK(status_after(pipeline::sanitize(context)) == row.status);
  }
}

TEST_CASE("sanitize: sap-statistics is asked for by a field or in the query") {
  const struct {
    const char* target;
    Fields fields;
    bool wanted;
  } rows[] = {
      {"/a", {{"Host", "a"}}, false},
      {"/a", {{"Host", "a"}, {"SAP-Statistics", "true"}}, true},
      {"/a", {{"Host", "a"}, {"sap-statistics", "false"}}, false},
      {"/a?x=1&sap-statistics=true", {{"Host", "a"}}, true},
      {"/a?sap-statistics=1", {{"Host", "a"}}, false},
      {"/a?my-sap-statistics=true", {{"Host", "a"}}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.target));
    StageWorld world;
    auto& context = world.ask("GET", row.target, row.fields);
    CHECK(status_after(pipeline::sanitize(context)) == 0);
    CHECK(context.wants_statistics == row.wanted);
  }
}

}  // namespace router::external_test
