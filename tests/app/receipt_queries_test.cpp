// The list of logouts that operators see.
#include "app/receipt_queries.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "config/load.h"
#include "crypto/digest.h"
#include "net/turned_loop.h"
#include "support/run_task.h"
#include "support/temporary_folder.h"

namespace router::receipt_queries_test {
namespace {

using nlohmann::json;

struct Site : test::TurnedLoop {
  Site() {
    folder.write("xs-app.json", "{}");
    const auto loaded =
        config::load({.directory = folder.path().string(), .environment = {{"VCAP_APPLICATION", "{}"}}});
    REQUIRE(loaded.configuration);
    config = loaded.configuration;
    auto state = app::State::open(config::Environment());
    REQUIRE(state);
    parts = std::make_unique<app::Parts>(*config, *std::move(state), loop);
  }
  ~Site() { settle(); }

  void keep(const std::string& id, std::uint64_t number, std::uint64_t at, const std::string& outcome) {
    const json payload{{"id", id},
                       {"number", number},
                       {"state", outcome == "pending" ? "open" : "final"},
                       {"at", at},
                       {"backEnds", {{{"backEnd", "bank"}, {"outcome", outcome}}}}};
    parts->evidence.book->append({id, "chain", number, 0, "e30." + crypto::base64url_encode(payload.dump()) + ".x"},
                                 {"chain", number, ""});
  }
  std::string ids(management::ReceiptQuestion question = {}) {
    const auto listed = test::run_task(app::list_receipts(*parts, std::move(question)));
    REQUIRE(listed);
    std::string text;
    const auto answer = json::parse(*listed);
    for (const auto& one : answer["logouts"]) {
      text += one.is_string() ? "jws " : one["id"].get<std::string>() + one["state"].get<std::string>() + " ";
    }
    return text;
  }

  test::TemporaryFolder folder;
  std::shared_ptr<const config::Configuration> config;
  std::unique_ptr<app::Parts> parts;
};

}  // namespace

TEST_CASE("receipts: a list has the newest form of each logout, the newest logout first [issue 14]") {
  Site site;
  site.keep("a", 1, 100, "pending");
  site.keep("b", 2, 200, "confirmed");
  site.keep("a", 3, 100, "confirmed");
  site.keep("c", 4, 150, "pending");
  CHECK(site.ids() == "bfinal copen afinal ");
  CHECK(site.ids({.outcome = "pending"}) == "copen ");
  CHECK(site.ids({.cursor = 3}) == "bfinal ");
  // who verifies the chain needs all of it
  CHECK(site.ids({.as_jws = true}) == "jws jws jws jws ");
}

TEST_CASE(
    "receipts: of the logouts that go on, those that the first page has no room for are on a later one [issue 14]") {
  Site site;
  for (const char* const id : {"a", "b"}) site.parts->receipts.open(logout::Cause::browser, "ada", id);
  site.keep("a", 1, 100, "pending");
  site.keep("b", 2, 200, "pending");
  CHECK(site.ids({.limit = 1}) == "bopen ");
  CHECK(site.ids({.cursor = 2, .limit = 1}) == "aopen ");
  // each once, where all have room
  CHECK(site.ids() == "bopen aopen ");
}

TEST_CASE("receipts: of a call that was given up, and tried again, a list has what became of it [issue 14]") {
  Site site;
  site.keep("a", 1, 100, "dead");
  site.keep("a", 2, 100, "confirmed");
  site.keep("b", 3, 50, "dead");
  CHECK(site.ids() == "afinal bfinal ");
  CHECK(site.ids({.outcome = "dead"}) == "bfinal ");
}

}  // namespace router::receipt_queries_test
