#include "app/endings.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "logout/away_store.h"
#include "logout/world.h"
#include "management/schemas.h"
#include "support/json_schema.h"

namespace router::endings_test {
namespace {

using app::Endings;
using nlohmann::json;

base::Task<base::Result<logout::Ended>> end_in(logout::Service* service, logout::Selection selection) {
  auto ending = service->end_sessions(logout::Cause::admin, std::move(selection));
  auto ended = co_await ending;
  co_return ended;
}

struct Managed {
  explicit Managed(session::Store* store = nullptr)
      : endings({.store = store == nullptr ? world.store : *store,
                 .loop = world.loop,
                 .clock = world.clock,
                 .end = [this](logout::Selection selection) { return end_in(&world.service(), std::move(selection)); },
                 .is_stopping = [this] { return stops; }}) {
    test::add_back_ends(world, {"bank"});
  }

  session::Snapshot log_in(const std::string& user, const std::string& tenant = "",
                           const std::string& provider = "idp") {
    auto session = world.make_session(user);
    session.tenant = tenant;
    session.provider = provider;
    return world.log_in(std::move(session));
  }
  json begin(management::EndWish wish) {
    const auto begun = test::run_task(endings.begin(std::move(wish)));
    REQUIRE(begun);
    return json::parse(*begun);
  }
  json look(const json& begun) {
    const auto ending = endings.find(begun["id"].get<std::string>());
    REQUIRE(ending);
    auto shown = json::parse(to_json(*ending));
    CHECK(test::schema_fault(json::parse(management::kEndingSchema), shown) == "");
    return shown;
  }
  std::size_t living() { return test::counts_of(world.store).live; }

  test::World world;
  bool stops = false;
  Endings endings;
};

}  // namespace

TEST_CASE("endings: all sessions of a user, a tenant, a provider, or all, and no others [issue 14]") {
  struct Row {
    management::EndWish wish;
    std::size_t ended;
    const char* what;
  };
  for (const auto& [wish, ended, what] :
       {Row{{.user = "ada"}, 2, "user ada"}, Row{{.tenant = "blue"}, 2, "tenant blue"},
        Row{{.provider = "other"}, 1, "provider other"}, Row{{.all = true}, 4, "all"},
        Row{{.user = "nobody"}, 0, "user nobody"}}) {
    CAPTURE(what);
    Managed managed;
    managed.log_in("ada", "blue");
    managed.log_in("ada", "red");
    managed.log_in("bob", "blue");
    managed.log_in("eve", "", "other");
    const auto begun = managed.begin(wish);
    CHECK(begun["state"] == "running");
    CHECK(begun["matching"] == ended);
    CHECK(begun["what"] == what);
    CHECK(managed.living() == 4);
    managed.world.loop.advance(base::seconds(1));
    const auto over = managed.look(begun);
    CHECK(over["state"] == "done");
    CHECK(over["ended"] == ended);
    CHECK(over.contains("logout_id") == (ended > 0));
    CHECK(managed.living() == 4 - ended);
    CHECK(managed.world.client.count("bank.example") == ended);
  }
}

TEST_CASE("endings: many are ended in small batches, and whoever signs out meanwhile goes first [issue 14]") {
  Managed managed;
  for (int i = 0; i < 950; ++i) managed.log_in("user" + std::to_string(i % 300));
  const auto begun = managed.begin({.all = true});
  managed.world.loop.run_ready();
  CHECK(managed.look(begun)["ended"] == 100);
  CHECK(managed.look(begun)["state"] == "running");
  // the next comes in after the ending has begun
  managed.world.clock.advance(base::milliseconds(1));
  const auto later = managed.log_in("late");
  managed.world.loop.advance(base::seconds(20));
  CHECK(managed.look(begun)["ended"] == 950);
  CHECK(managed.look(begun)["state"] == "done");
  CHECK(managed.world.find(later->id));
  CHECK(managed.world.client.count("bank.example") == 950);
}

TEST_CASE("endings: a try counts, and ends nothing [issue 14]") {
  Managed managed;
  managed.log_in("ada");
  managed.log_in("bob");
  auto tried = managed.begin({.user = "ada", .dry_run = true});
  CHECK(test::schema_fault(json::parse(management::kDryRunSchema), tried) == "");
  CHECK(tried["matching"] == 1);
  CHECK(managed.begin({.all = true, .dry_run = true})["matching"] == 2);
  managed.world.loop.advance(base::seconds(5));
  CHECK(managed.living() == 2);
}

TEST_CASE("endings: one session ends by its fingerprint, once, as an ordinary logout [issue 14]") {
  Managed managed;
  const auto session = managed.log_in("ada");
  const auto other = managed.log_in("ada");
  const auto ended = test::run_task(managed.endings.end_one(session->id.fingerprint()), &managed.world.loop);
  REQUIRE(ended);
  const auto answer = json::parse(*ended);
  CHECK(test::schema_fault(json::parse(management::kEndedSchema), answer) == "");
  CHECK(answer["ended"] == 1);
  managed.world.loop.run_ready();
  const auto receipt = managed.world.receipts.find(answer["logout_id"].get<std::string>());
  REQUIRE(receipt);
  CHECK(receipt->cause == logout::Cause::admin);
  CHECK(receipt->complete());
  CHECK(receipt->sessions == std::vector<std::string>{session->id.fingerprint()});
  CHECK_FALSE(managed.world.find(session->id));
  CHECK(managed.world.find(other->id));
  for (const auto& name : {session->id.fingerprint(), std::string(), std::string("0123456789ab"),
                           std::string("0123456789AB"), std::string("../x"), std::string(43, 'a')}) {
    CAPTURE(name);
    const auto again = test::run_task(managed.endings.end_one(name), &managed.world.loop);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == base::ErrorCode::not_found);
  }
}

TEST_CASE("endings: a store that is away and a router that stops are said, and what is left lives [issue 14]") {
  test::AwayStore away;
  Managed without_store(&away);
  const auto refused = test::run_task(without_store.endings.begin({.all = true}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::unavailable);
  Managed managed;
  for (int i = 0; i < 250; ++i) managed.log_in("ada");
  const auto begun = managed.begin({.all = true});
  managed.world.loop.run_ready();
  managed.stops = true;
  managed.world.loop.advance(base::seconds(5));
  CHECK(managed.look(begun)["state"] == "failed");
  CHECK(managed.look(begun)["reason"] == "the router is stopping");
  CHECK(managed.living() == 150);
}

namespace {

// What ending some comes to, one after the other; the last one for all that follow.
struct Scripted {
  std::vector<logout::Ended> comes_to;
  std::size_t calls = 0;
};

base::Task<base::Result<logout::Ended>> end_by(Scripted* script) {
  const auto at = std::min(script->calls++, script->comes_to.size() - 1);
  co_return script->comes_to[at];
}

json ended_by(Scripted& script, Managed& managed) {
  Endings endings({.store = managed.world.store,
                   .loop = managed.world.loop,
                   .clock = managed.world.clock,
                   .end = [&script](logout::Selection) { return end_by(&script); },
                   .is_stopping = [] { return false; }});
  const auto begun = test::run_task(endings.begin({.all = true}));
  REQUIRE(begun);
  managed.world.loop.advance(base::seconds(60));
  const auto ending = endings.find(json::parse(*begun)["id"].get<std::string>());
  REQUIRE(ending);
  return json::parse(to_json(*ending));
}

}  // namespace

TEST_CASE("endings: what had ended before a fault counts, and its receipt is named [issue 14]") {
  Managed managed;
  for (int i = 0; i < 150; ++i) managed.log_in("ada");
  const base::Error away{base::ErrorCode::unavailable, base::Side::store, "away"};
  Scripted script{{{"l-1", 60, away}}};
  const auto over = ended_by(script, managed);
  CHECK(over["state"] == "failed");
  CHECK(over["reason"] == "away");
  CHECK(over["ended"] == 60);
  CHECK(over["logout_id"] == "l-1");
  CHECK(script.calls == 1);
}

TEST_CASE("endings: where others end the same meanwhile it goes on, and ends when the same ones stay [issue 14]") {
  Managed managed;
  for (int i = 0; i < 500; ++i) managed.log_in("ada");
  // five batches a look-up: none of the first was ended here, some of the second, none from then on
  Scripted script{std::vector<logout::Ended>(5)};
  script.comes_to.push_back({"l-1", 100, {}});
  script.comes_to.push_back({});
  const auto over = ended_by(script, managed);
  CHECK(over["state"] == "done");
  CHECK(over["ended"] == 100);
  CHECK(script.calls == 20);
}

TEST_CASE("endings: only so many at once, and only the last ones are known [issue 14]") {
  Managed managed;
  managed.log_in("ada");
  std::vector<json> begun;
  for (std::size_t i = 0; i < Endings::kMostRunning; ++i) begun.push_back(managed.begin({.all = true}));
  const auto refused = test::run_task(managed.endings.begin({.all = true}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::overloaded);
  managed.world.loop.advance(base::seconds(5));
  for (std::size_t i = 0; i < Endings::kKept; ++i) {
    managed.begin({.user = "nobody"});
    managed.world.loop.advance(base::milliseconds(100));
  }
  CHECK_FALSE(managed.endings.find(begun.front()["id"].get<std::string>()));
  CHECK_FALSE(managed.endings.find(""));
}

}  // namespace router::endings_test
