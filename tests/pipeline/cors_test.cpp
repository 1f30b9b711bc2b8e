// README of @sap/approuter, "Cross-Origin Resource Sharing configuration"; its refusals as observed: 403.
#include <doctest/doctest.h>

#include "pipeline/stage_world.h"

namespace router::cors_test {

using test::Fields;
using test::StageWorld;
using test::status_after;

namespace {

base::Pattern pattern(const char* source) { return std::get<base::Pattern>(base::Pattern::compile(source)); }

config::CorsPolicy policy_for(const char* uri, http::OriginRule origin) {
  config::CorsPolicy policy;
  policy.uri_pattern = pattern(uri);
  policy.allowed_origins = {std::move(origin)};
  policy.allowed_methods = {"GET", "PUT"};
  policy.allowed_headers = {"Authorization", "Content-Type"};
  policy.expose_headers = {"X-A", "X-B"};
  policy.max_age = 600;
  return policy;
}

struct CorsWorld : StageWorld {
  CorsWorld() { config.cors = {policy_for("^/app/", {"https", "good.example", {}})}; }

  int asked(const char* method, const char* path, Fields fields) {
    auto& asking = ask(method, path, fields);
    exchange->edit_request().headers.set("Host", "app.example");
    REQUIRE(status_after(pipeline::sanitize(asking)) == 0);
    verdict = pipeline::check_cors(asking);
    return status_after(verdict);
  }
  std::string_view field(std::string_view name) const {
    return std::get<http::Response>(*verdict).headers.get(name).value_or("");
  }

  base::Result<pipeline::Verdict> verdict = pipeline::Verdict(pipeline::Continue{});
};

}  // namespace

TEST_CASE("cors: a request of an allowed origin goes on, and its answer says so") {
  CorsWorld world;
  CHECK(world.asked("GET", "/app/x", {{"Origin", "https://good.example"}}) == 0);
  CHECK(test::lines_of(world.context->reply_fields) ==
        "Vary: Origin\r\nAccess-Control-Allow-Origin: https://good.example\r\n"
        "Access-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: X-A, X-B\r\n");
  CHECK(world.context->cors_is_ours);
}

TEST_CASE("cors: other origins and methods are refused, on the way as in the preflight") {
  const struct {
    const char* why;
    const char* method;
    Fields fields;
    int status;
  } rows[] = {
      {"another origin", "GET", {{"Origin", "https://evil.example"}}, 403},
      {"another scheme", "GET", {{"Origin", "http://good.example"}}, 403},
      {"an opaque origin", "GET", {{"Origin", "null"}}, 403},
      {"no origin at all", "GET", {}, 0},
      {"our own origin", "DELETE", {{"Origin", "http://app.example"}}, 0},
      {"a method that is not listed", "DELETE", {{"Origin", "https://good.example"}}, 403},
      {"methods are compared with their case", "get", {{"Origin", "https://good.example"}}, 403},
      {"OPTIONS that is no preflight", "OPTIONS", {{"Origin", "https://good.example"}}, 403},
      {"preflight of another origin",
       "OPTIONS",
       {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "PUT"}},
       403},
      {"preflight for another method",
       "OPTIONS",
       {{"Origin", "https://good.example"}, {"Access-Control-Request-Method", "DELETE"}},
       403},
      {"preflight for another header",
       "OPTIONS",
       {{"Origin", "https://good.example"},
        {"Access-Control-Request-Method", "PUT"},
        {"Access-Control-Request-Headers", "content-type,x-evil"}},
       403},
      {"a good preflight",
       "OPTIONS",
       {{"Origin", "https://good.example"},
        {"Access-Control-Request-Method", "PUT"},
        {"Access-Control-Request-Headers", "authorization, CONTENT-TYPE"}},
       200},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.why));
    CorsWorld world;
    CHECK(world.asked(row.method, "/app/x", row.fields) == row.status);
    CHECK(test::lines_of(world.context->reply_fields).starts_with("Vary: Origin\r\n"));
    CHECK(world.context->cors_is_ours == (row.status == 200));
  }
}

TEST_CASE("cors: a preflight is answered with what the policy allows") {
  CorsWorld world;
  const Fields preflight = {{"Origin", "https://good.example"}, {"Access-Control-Request-Method", "PUT"}};
  REQUIRE(world.asked("OPTIONS", "/app/x", preflight) == 200);
  CHECK(world.field("Access-Control-Allow-Methods") == "GET, PUT");
  CHECK(world.field("Access-Control-Allow-Headers") == "Authorization, Content-Type");
  CHECK(world.field("Access-Control-Max-Age") == "600");

  world.config.cors[0].max_age = -1;
  REQUIRE(world.asked("OPTIONS", "/app/x", preflight) == 200);
  CHECK(world.field("Access-Control-Max-Age").empty());
}

TEST_CASE("cors: any origin is * only where no credentials are allowed") {
  CorsWorld world;
  world.config.cors = {policy_for("^/", {"", "*", {}})};
  CHECK(world.asked("GET", "/x", {{"Origin", "https://anyone.example"}}) == 0);
  CHECK(world.context->reply_fields.get("Access-Control-Allow-Origin") == "https://anyone.example");
  world.config.cors[0].allow_credentials = false;
  CHECK(world.asked("GET", "/x", {{"Origin", "https://anyone.example"}}) == 0);
  CHECK(world.context->reply_fields.get("Access-Control-Allow-Origin") == "*");
  CHECK_FALSE(world.context->reply_fields.contains("Access-Control-Allow-Credentials"));
}

TEST_CASE("cors: the first policy for path and host decides; without one nothing changes") {
  CorsWorld world;
  world.config.cors.push_back(policy_for("^/app/", {"", "second.example", {}}));
  world.config.cors.push_back(policy_for("^/host", {"", "good.example", {}}));
  world.config.cors.back().host_pattern = pattern("^other\\.example:443$");
  CHECK(world.asked("GET", "/app/x", {{"Origin", "https://second.example"}}) == 403);
  for (const char* path : {"/host", "/elsewhere", "/else?p=/app/"}) {
    CAPTURE(std::string(path));
    CHECK(world.asked("GET", path, {{"Origin", "https://evil.example"}}) == 0);
    CHECK(world.context->reply_fields.empty());
  }
}

TEST_CASE("cors: a WebSocket handshake has rules of its own") {
  CorsWorld world;
  auto& context = world.ask("GET", "/app/ws", {{"Origin", "https://evil.example"}});
  world.exchange->edit_request().is_upgrade = true;
  CHECK(status_after(pipeline::check_cors(context)) == 0);
}

}  // namespace router::cors_test
