#include "app/application_queries.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "management/schemas.h"
#include "support/json_schema.h"

namespace router::application_queries_test {
namespace {

using applications::Kept;
using nlohmann::json;

json list(const std::vector<Kept>* kept, const management::ApplicationQuestion& question = {}) {
  auto answer = json::parse(app::list_applications(kept, question));
  CHECK(test::schema_fault(json::parse(management::kApplicationsSchema), answer) == "");
  return answer;
}

}  // namespace

TEST_CASE("applications: a list says name, version, tenant and age of each [issue 14]") {
  std::vector<Kept> kept{{.tenant = "blue", .segment = "shop", .name = "shop", .version = "1.2.0"},
                         {.tenant = "blue", .segment = "web", .name = "web", .is_stale = true},
                         {.segment = "nothing"},
                         {.tenant = "red", .segment = "x", .name = "x", .is_faulty = true}};
  kept.front().age = base::seconds(30);
  const auto answer = list(&kept);
  CHECK(answer["bound"] == true);
  REQUIRE(answer["applications"].size() == 4);
  const auto& first = answer["applications"][0];
  CHECK(first["key"] == "blue~shop");
  CHECK(first["path"] == "/shop");
  CHECK(first["name"] == "shop");
  CHECK(first["version"] == "1.2.0");
  CHECK(first["age_seconds"] == 30);
  CHECK(first["state"] == "kept");
  CHECK(answer["applications"][1]["state"] == "stale");
  CHECK(answer["applications"][1]["version"] == "");
  CHECK(answer["applications"][2]["state"] == "faulty");
  CHECK(answer["applications"][3]["state"] == "absent");
  CHECK(list(&kept, {.tenant = "blue"})["applications"].size() == 2);
  CHECK(list(&kept, {.name = "web"})["applications"].size() == 1);
  CHECK(list(&kept, {.name = "nothing"})["applications"].size() == 1);
  CHECK(list(nullptr)["bound"] == false);
}

TEST_CASE("applications: pages have each of a thousand once, whatever is dropped meanwhile [issue 14]") {
  std::vector<Kept> kept;
  for (int i = 0; i < 1'000; ++i) {
    kept.push_back({.tenant = "t" + std::to_string(i % 7), .segment = "app" + std::to_string(i)});
  }
  std::set<std::string> seen;
  std::string cursor;
  do {
    const auto page = list(&kept, {.cursor = cursor, .limit = 100});
    CHECK(page["applications"].size() <= 100);
    for (const auto& one : page["applications"]) CHECK(seen.insert(one["key"]).second);
    cursor = page.value("next_cursor", "");
    std::erase_if(kept, [&](const Kept& one) { return app::application_key(one.tenant, one.segment) == cursor; });
  } while (!cursor.empty());
  CHECK(seen.size() == 1'000);
}

TEST_CASE("applications: a key is read as it was written, and what is none names nothing [issue 14]") {
  for (const auto* segment : {"shop", "a~b", "a%20b", "name.version-1.0.0"}) {
    for (const auto* tenant : {"", "blue", "a.b-c"}) {
      const auto parsed = app::parse_application_key(app::application_key(tenant, segment));
      REQUIRE(parsed);
      CHECK(parsed->tenant == tenant);
      CHECK(parsed->segment == segment);
    }
  }
  for (const auto* text : {"", "shop", "~", "blue~"}) CHECK_FALSE(app::parse_application_key(text));
}

}  // namespace router::application_queries_test
