#include "management/serve.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/log_level.h"
#include "base/text.h"
#include "management/managed_world.h"
#include "management/routes.h"

namespace router::serve_test {
namespace {

using namespace test::managed;

}  // namespace

TEST_CASE(
    "management: without a token only health, ready and the console are there, and no path tells more [issue 14]") {
  World world;
  CHECK(world.ask("GET", "/health", "").status == 200);
  CHECK(world.ask("HEAD", "/ready", "").status == 200);
  for (const auto* path : {"/metrics", "/api/config", "/openapi.json", "/nothing", "/api/reload"}) {
    CAPTURE(path);
    CHECK(world.ask("GET", path, "").status == 401);
  }
  Doorkeeper closed({}, world.clock);
  CHECK(
      serve({.method = "GET", .path = "/metrics", .authorization = "Bearer "}, closed, world.operations, world.history)
          .status == 403);
  CHECK(serve({.method = "GET", .path = "/health"}, closed, world.operations, world.history).status == 200);
  for (const auto* path : {"/", "/console/main.js", "/login"}) {
    CHECK(serve({.method = "GET", .path = path}, closed, world.operations, world.history).status == 403);
  }
}

TEST_CASE("management: who may look changes nothing [issue 14]") {
  World world;
  for (const auto& route : routes()) {
    CAPTURE(route.path);
    const auto answer = world.ask(std::string(route.method), std::string(route.path), "only-look", R"({"url":"/"})");
    CHECK((answer.status == 403) == (route.needs == Right::everything));
    CHECK(answer.status != 401);
  }
  CHECK(world.operations.waits.count() == 0);
}

TEST_CASE("management: wrong tokens are refused, then told to come later, as problems [issue 14]") {
  World world;
  for (int i = 0; i < 5; ++i) CHECK(world.ask("GET", "/metrics", "wrong").status == 401);
  const auto answer = world.ask("GET", "/metrics", "wrong");
  CHECK(answer.status == 429);
  CHECK(answer.come_again_after > 0);
  CHECK(answer.type == "application/problem+json");
  const auto problem = json::parse(answer.body);
  CHECK(problem["status"] == 429);
  CHECK(problem["title"] == "Too Many Requests");
  CHECK(world.ask("GET", "/health").status == 200);
}

TEST_CASE("management: an unknown path is 404, another method 405 with those that there are [issue 14]") {
  World world;
  CHECK(world.ask("GET", "/api/nothing").status == 404);
  CHECK(world.ask("GET", "/api/config/").status == 404);
  const auto answer = world.ask("DELETE", "/api/log-level");
  CHECK(answer.status == 405);
  CHECK(answer.allow == "GET, PUT");
  CHECK(world.ask("POST", "/health", "").status == 401);  // told to nobody without a token
}

TEST_CASE("management: ready says which dependency it waits for, and that it is draining [issue 14]") {
  World world;
  CHECK(world.ask_json("GET", "/ready")["ready"] == true);
  world.operations.now.dependencies.push_back({"identity provider p", false, "has not answered yet"});
  auto answer = world.ask("GET", "/ready", "");
  CHECK(answer.status == 503);
  CHECK(json::parse(answer.body)["dependencies"][1]["detail"] == "has not answered yet");
  world.operations.now = {true, {}};
  answer = world.ask("GET", "/ready", "");
  CHECK(answer.status == 503);
  CHECK(json::parse(answer.body)["draining"] == true);
  CHECK(world.ask("GET", "/health", "").status == 200);
}

TEST_CASE("management: a reload says what came of it, and what waits for a restart [issue 14]") {
  World world;
  auto body = world.ask_json("POST", "/api/reload");
  CHECK(body["reloaded"] == true);
  CHECK(body["needs_restart"] == json::array({"THREADS"}));
  world.operations.outcome = {false, R"({"errors":1})", "the new configuration has errors", {}};
  const auto refused = world.ask("POST", "/api/reload");
  CHECK(refused.status == 422);
  CHECK(json::parse(refused.body)["check"]["errors"] == 1);
  world.operations.answers = false;
  CHECK(world.ask("POST", "/api/reload").status == 503);
}

TEST_CASE("management: a configuration that is not told in time is 503, and not an empty one [issue 14]") {
  World world;
  for (const auto* path : {"/api/config", "/api/routes"}) {
    CAPTURE(path);
    world.operations.answers = true;
    CHECK(world.ask("GET", path).status == 200);
    world.operations.answers = false;
    const auto late = world.ask("GET", path);
    CHECK(late.status == 503);
    CHECK(late.type == "application/problem+json");
  }
}

TEST_CASE("management: the log level changes for a while, for all events or one [issue 14]") {
  World world;
  const auto before = base::log_level();
  const auto body = world.ask_json("PUT", "/api/log-level", R"({"level":"error","minutes":5})");
  CHECK(body["level"] == "error");
  CHECK(world.operations.waits == base::minutes(5));
  world.operations.later();
  CHECK(base::log_level() == before);
  CHECK(world.ask_json("PUT", "/api/log-level", R"({"level":"debug","event":"request"})")["events"]["request"] ==
        "debug");
  CHECK(world.operations.waits == base::minutes(60));
  CHECK(world.ask_json("GET", "/api/log-level")["level"] == base::to_string(before));
  world.operations.later();
  CHECK(world.ask_json("GET", "/api/log-level")["events"].empty());
}

TEST_CASE("management: a body that is not what is asked for is 400, whatever it is [issue 14]") {
  World world;
  std::string deep(100'000, '[');
  for (const auto& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("null"), std::string(R"({"level":1})"),
        std::string(R"({"level":"loud"})"), std::string(R"({"level":"info","minutes":0})"),
        std::string(R"({"level":"info","minutes":61})"), std::string(R"({"level":"info","minutes":1.5})"),
        std::string(R"({"level":"info","minutes":"5"})"), std::string(R"({"level":"info","more":1})"),
        std::string(R"({"minutes":5})"), deep, R"({"a":)" + deep}) {
    CAPTURE(body.substr(0, 60));
    CHECK(world.ask("PUT", "/api/log-level", "all-of-it", body).status == 400);
    CHECK(world.ask("POST", "/api/explain", "all-of-it", body).status == 400);
  }
  for (const auto* body : {R"({"url":1})", R"({"url":"/","method":1})", R"({"url":"/","headers":"a"})",
                           R"({"url":"/","headers":[1]})", R"({"url":""})"}) {
    CAPTURE(body);
    CHECK(world.ask("POST", "/api/explain", "all-of-it", body).status == 400);
  }
  CHECK(world.operations.waits.count() == 0);
}

TEST_CASE("management: metrics are those counted and those measured, in order of their names [issue 14]") {
  World world;
  const base::SingleCounter counted("xsrouter_a_test_total", "A.");
  counted.add(3);
  const auto answer = world.ask("GET", "/metrics", "only-look");
  CHECK(answer.type == "text/plain; version=0.0.4; charset=utf-8");
  const auto first = answer.body.find("xsrouter_a_test_total 3\n");
  const auto second = answer.body.find("xsrouter_open 7\n");
  REQUIRE(first != std::string::npos);
  REQUIRE(second != std::string::npos);
  CHECK(first < second);
}

TEST_CASE("management: the description has every route, its method, its body and its answers [issue 14]") {
  World world;
  const auto description = world.ask_json("GET", "/openapi.json");
  CHECK(description["openapi"] == "3.1.0");
  std::size_t operations = 0;
  std::set<std::string> ids;
  for (const auto& [path, methods] : description["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      CAPTURE(path);
      ++operations;
      ids.insert(operation["operationId"].get<std::string>());
      CHECK_FALSE(operation["summary"].get<std::string>().empty());
      CHECK_FALSE(operation["responses"].empty());
      for (const auto& [status, answer] : operation["responses"].items()) CHECK(answer.contains("content"));
    }
  }
  CHECK(operations == routes().size());
  CHECK(ids.size() == operations);
  CHECK(description["paths"]["/health"]["get"]["security"].empty());
  CHECK(description["paths"]["/api/log-level"]["put"]["requestBody"]["required"] == true);
}

TEST_CASE("management: a parameter that a path does not know is 400, and nothing is done [issue 14]") {
  World world;
  const auto ask = [&](std::string method, std::string path, std::string name, std::string body = {}) {
    Request request{.method = std::move(method), .path = std::move(path), .authorization = "Bearer all-of-it"};
    request.body = std::move(body);
    request.query = {{std::move(name), "true"}};
    return serve(request, world.door, world.operations, world.history);
  };
  CHECK(ask("POST", "/api/sessions/end", "dry_run", R"({"all":true})").status == 400);
  CHECK(world.operations.wishes.empty());
  const auto misspelt = ask("GET", "/api/sessions", "usr");
  CHECK(misspelt.status == 400);
  CHECK(misspelt.body.find("user, tenant, provider, destination, min_age, max_age, limit, cursor") !=
        std::string::npos);
  CHECK(ask("GET", "/api/config", "x").body.find("takes none") != std::string::npos);
  // whoever watches the process may ask as he likes
  CHECK(ask("GET", "/health", "x").status == 200);
}

TEST_CASE("management: the description has the parameters of each path [issue 14]") {
  World world;
  const auto description = world.ask_json("GET", "/openapi.json");
  for (const auto& route : routes()) {
    CAPTURE(route.path);
    std::set<std::string> said;
    const auto& operation = description["paths"][std::string(route.path)][base::to_lower(route.method)];
    for (const auto& one : operation.value("parameters", json::array())) {
      if (one["in"] == "query") said.insert(one["name"].get<std::string>());
      CHECK(one["schema"].is_object());
    }
    std::set<std::string> known;
    for (const auto& one : route.parameters) known.insert(std::string(one.name));
    CHECK(said == known);
  }
}

TEST_CASE("management: receipts are listed by what is asked for, one is shown, signed or not [P3]") {
  World world;
  const auto look = [&](std::string path, std::map<std::string, std::string> query = {}) {
    return serve(
        {.method = "GET", .path = std::move(path), .authorization = "Bearer only-look", .query = std::move(query)},
        world.door, world.operations, world.history);
  };
  CHECK(look("/api/logouts", {{"user", "ada"},
                              {"cause", "timeout"},
                              {"outcome", "dead"},
                              {"since", "10"},
                              {"until", "20"},
                              {"cursor", "7"},
                              {"limit", "200"},
                              {"format", "jws"}})
            .status == 200);
  const auto& asked = world.operations.asked;
  CHECK(asked.user == "ada");
  CHECK(asked.cause == "timeout");
  CHECK(asked.outcome == "dead");
  CHECK(asked.since == 10U);
  CHECK(asked.until == 20U);
  CHECK(asked.cursor == 7U);
  CHECK(asked.limit == 200);
  CHECK(asked.as_jws);
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"since", "x"}, {"until", "-1"}, {"cursor", "1.5"}, {"limit", "0"}}) {
    CAPTURE(name);
    CHECK(look("/api/logouts", {{name, value}}).status == 400);
  }
  CHECK(look("/api/logouts", {{"limit", "201"}}).status == 400);
  CHECK(look("/api/logouts/l-1").body == R"({"id":"l-1"})");
  const auto jws = look("/api/logouts/l-1", {{"format", "jws"}});
  CHECK(jws.body == "a.b.c");
  CHECK(jws.type == "application/jose");
  for (const auto* path : {"/api/logouts/", "/api/logouts/l-2", "/api/logouts/l-1/", "/api/logouts/a/l-1"}) {
    CAPTURE(path);
    CHECK(look(path).status == 404);
  }
  CHECK(look("/xs-router/receipts/jwks.json").type == "application/jwk-set+json");
  CHECK(world.ask("DELETE", "/api/logouts/l-1").allow == "GET");
}

}  // namespace router::serve_test
