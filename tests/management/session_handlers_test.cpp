#include <doctest/doctest.h>

#include "base/text.h"
#include "management/managed_world.h"
#include "management/routes.h"
#include "support/json_schema.h"

namespace router::session_handlers_test {
namespace {

using namespace test::managed;

std::string filled_in(std::string_view path, std::string_view name) {
  std::string filled(path);
  if (const auto at = filled.find("{id}"); at != std::string::npos) filled.replace(at, 4, name);
  return filled;
}

}  // namespace

TEST_CASE("management: sessions are listed by what is asked for [issue 14]") {
  World world;
  CHECK(world
            .ask("GET", "/api/sessions", "only-look", "",
                 {{"user", "ada"},
                  {"tenant", "t"},
                  {"provider", "idp"},
                  {"destination", "bank"},
                  {"min_age", "60"},
                  {"max_age", "3600"},
                  {"limit", "7"},
                  {"cursor", "5-ab"}})
            .status == 200);
  const auto& asked = world.operations.asked_sessions;
  CHECK(asked.user == "ada");
  CHECK(asked.tenant == "t");
  CHECK(asked.provider == "idp");
  CHECK(asked.destination == "bank");
  CHECK(asked.youngest == 60U);
  CHECK(asked.oldest == 3600U);
  CHECK(asked.limit == 7);
  CHECK(asked.cursor == "5-ab");
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"limit", "0"}, {"min_age", "-1"}, {"max_age", "1h"}, {"cursor", "nonsense"}}) {
    CAPTURE(name);
    CHECK(world.ask("GET", "/api/sessions", "only-look", "", {{name, value}}).status == 400);
  }
  CHECK(world.ask("GET", "/api/sessions", "only-look", "", {{"limit", "201"}}).status == 400);
}

TEST_CASE("management: sessions end by exactly one choice, at once or for a try [issue 14]") {
  World world;
  struct Row {
    const char* body;
    int status;
  };
  for (const auto& [body, status] : {Row{R"({"user":"ada"})", 202},
                                     Row{R"({"tenant":"t"})", 202},
                                     Row{R"({"provider":"idp"})", 202},
                                     Row{R"({"all":true})", 202},
                                     Row{R"({"all":true,"dry_run":true})", 200},
                                     Row{R"({"user":"ada","dry_run":false})", 202},
                                     Row{R"({})", 400},
                                     Row{R"({"dry_run":true})", 400},
                                     Row{R"({"all":false})", 400},
                                     Row{R"({"all":1})", 400},
                                     Row{R"({"all":"true"})", 400},
                                     Row{R"({"user":""})", 400},
                                     Row{R"({"user":1})", 400},
                                     Row{R"({"user":null})", 400},
                                     Row{R"({"user":["ada"]})", 400},
                                     Row{R"({"user":"ada","tenant":"t"})", 400},
                                     Row{R"({"user":"ada","all":true})", 400},
                                     Row{R"({"user":"ada","dry_run":1})", 400},
                                     Row{R"({"user":"ada","more":1})", 400},
                                     Row{R"("all")", 400},
                                     Row{"", 400}}) {
    CAPTURE(body);
    CHECK(world.ask("POST", "/api/sessions/end", "all-of-it", body).status == status);
  }
  REQUIRE(world.operations.wishes.size() == 6);
  CHECK(world.operations.wishes[0].user == "ada");
  CHECK(world.operations.wishes[3].all);
  CHECK(world.operations.wishes[4].dry_run);
  CHECK(world.ask("POST", "/api/sessions/end", "only-look", R"({"all":true,"dry_run":true})").status == 403);
  world.operations.answers = false;
  CHECK(world.ask("POST", "/api/sessions/end", "all-of-it", R"({"all":true})").status == 503);
}

TEST_CASE("management: one session ends by its fingerprint [issue 14]") {
  World world;
  CHECK(json::parse(world.ask("DELETE", "/api/sessions/0123456789ab").body)["logout_id"] == "l-1");
  CHECK(world.ask("DELETE", "/api/sessions/ffffffffffff").status == 404);
  CHECK(world.ask("DELETE", "/api/sessions/" + std::string(5'000, 'a')).status == 404);
  CHECK(world.ask("DELETE", "/api/sessions/0123456789ab", "only-look").status == 403);
  CHECK(world.ask("GET", "/api/sessions/0123456789ab").allow == "DELETE");
}

TEST_CASE("management: the outbox is listed, tried again, and tidied up [issue 14]") {
  World world;
  CHECK(world.ask("GET", "/api/outbox", "only-look", "", {{"state", "dead"}, {"back_end", "bank"}, {"cursor", "50"}})
            .status == 200);
  CHECK(world.operations.asked_outbox.dead == true);
  CHECK(world.operations.asked_outbox.back_end == "bank");
  CHECK(world.operations.asked_outbox.cursor == 50);
  CHECK(world.ask("GET", "/api/outbox", "only-look", "", {{"state", "lost"}}).status == 400);
  CHECK(world.ask("GET", "/api/outbox", "only-look", "", {{"cursor", "x"}}).status == 400);
  for (const auto* body : {R"({"id":"l-1.1"})", R"({"back_end":"bank"})", R"({"all":true})"}) {
    CAPTURE(body);
    CHECK(json::parse(world.ask("POST", "/api/outbox/retry", "all-of-it", body).body)["retried"] == 2);
  }
  CHECK(world.operations.retries.size() == 3);
  CHECK(world.ask("POST", "/api/outbox/retry", "all-of-it", R"({"id":"l-2.1"})").status == 404);
  for (const auto* body : {"", "{}", R"({"all":false})", R"({"id":""})", R"({"id":1})", R"({"id":"a","all":true})",
                           R"({"id":"a","b":1})", R"({"id":"a","back_end":"b"})"}) {
    CAPTURE(body);
    CHECK(world.ask("POST", "/api/outbox/retry", "all-of-it", body).status == 400);
  }
  CHECK(world.ask("DELETE", "/api/outbox/l-1.1").status == 200);
  CHECK(world.ask("DELETE", "/api/outbox/l-1.2").status == 409);
  CHECK(world.ask("DELETE", "/api/outbox/l-1.3").status == 404);
  CHECK(world.ask("DELETE", "/api/outbox/l-1.1", "only-look").status == 403);
}

TEST_CASE("management: whatever a route answers, its description has it [issue 14]") {
  World world;
  const auto openapi = world.ask_json("GET", "/openapi.json");
  for (const auto& route : routes()) {
    for (const auto* body :
         {"", R"({"url":"/"})", R"({"level":"info"})", R"({"all":true})", R"({"all":true,"dry_run":true})"}) {
      for (const auto* token : {"all-of-it", "only-look", ""}) {
        for (const auto* name : {"l-1.1", "l-1.2", "unknown"}) {
          CAPTURE(route.path);
          CAPTURE(body);
          const auto answer = world.ask(std::string(route.method), filled_in(route.path, name), token, body);
          if (route.path == "/api/logouts" || route.path == "/api/logouts/{id}") continue;  // made by app/
          CHECK(test::answer_fault(openapi, std::string(route.path), base::to_lower(route.method), answer.status,
                                   answer.type, answer.body) == "");
        }
      }
    }
  }
}

TEST_CASE("management: applications are listed by tenant and name, and one is forgotten by its key [issue 14]") {
  World world;
  CHECK(world.ask_json("GET", "/api/applications")["bound"] == true);
  CHECK(world.operations.asked_applications.limit == 50);
  CHECK(world
            .ask("GET", "/api/applications", "only-look", {},
                 {{"tenant", "blue"}, {"name", "shop"}, {"cursor", "blue~a"}, {"limit", "7"}})
            .status == 200);
  CHECK(world.operations.asked_applications.tenant == "blue");
  CHECK(world.operations.asked_applications.name == "shop");
  CHECK(world.operations.asked_applications.cursor == "blue~a");
  CHECK(world.operations.asked_applications.limit == 7);
  CHECK(world.ask("GET", "/api/applications", "only-look", {}, {{"limit", "0"}}).status == 400);
  CHECK(json::parse(world.ask("DELETE", "/api/applications/blue~shop").body)["dropped"] == "blue~shop");
  CHECK(world.ask("DELETE", "/api/applications/blue~shop", "only-look").status == 403);
  CHECK(world.ask("DELETE", "/api/applications/blue~other").status == 404);
  CHECK(world.ask("DELETE", "/api/applications/" + std::string(5'000, 'a')).status == 404);
}

}  // namespace router::session_handlers_test
