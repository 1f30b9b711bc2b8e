#include "app/session_queries.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "management/schemas.h"
#include "session/memory_store.h"
#include "session/user_fingerprint.h"
#include "support/fake_loop.h"
#include "support/json_schema.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::session_queries_test {
namespace {

using management::SessionQuestion;
using nlohmann::json;

struct Sessions {
  session::Session add(session::Session session) {
    session.created = clock.wall();
    auto kept = session;
    REQUIRE(test::run_task(store.create(std::move(session))));
    return kept;
  }
  json list(SessionQuestion question = {}) {
    const auto listed = test::run_task(app::list_sessions(store, clock, std::move(question)));
    REQUIRE(listed);
    auto answer = json::parse(*listed);
    CHECK(test::schema_fault(json::parse(management::kSessionsSchema), answer) == "");
    return answer;
  }
  std::vector<std::string> users(SessionQuestion question) {
    const auto answer = list(std::move(question));
    std::vector<std::string> users;
    for (const auto& one : answer["sessions"]) users.push_back(one["user"]);
    return users;
  }

  test::FakeClock clock;
  session::MemoryStore store{clock};
};

using Users = std::vector<std::string>;

}  // namespace

TEST_CASE("sessions: a list says who, since when and what of, and nothing that is anybody's credential [issue 14]") {
  Sessions sessions;
  auto session = test::make_session("ada");
  session.tenant = "blue";
  session.tokens.access_token = base::Secret("access-secret");
  session.tokens.refresh_token = base::Secret("refresh-secret");
  session.service_tokens = {{"mailer", base::Secret("service-secret"), {}}};
  session.backend_cookies = {{"bank", "a", base::Secret("cookie-secret"), "/", false},
                             {"bank", "b", base::Secret("2"), "/", false}};
  session.ended_applications = {"hr"};
  const auto added = sessions.add(std::move(session));
  sessions.clock.advance(base::seconds(90));
  const auto answer = sessions.list();
  REQUIRE(answer["sessions"].size() == 1);
  const auto& shown = answer["sessions"][0];
  CHECK(shown["fingerprint"] == added.id.fingerprint());
  CHECK(shown["kind"] == "user");
  CHECK(shown["user_fingerprint"] == session::user_fingerprint("ada"));
  CHECK(shown["tenant"] == "blue");
  CHECK(shown["age_seconds"] == 90);
  CHECK(shown["ends_in_seconds"] == 15 * 60 - 90);
  CHECK(shown["holds"]["tokens"] == json::array({"access", "refresh"}));
  CHECK(shown["holds"]["cookies"] == json{{"bank", 2}});
  CHECK(shown["holds"]["services"] == json::array({"mailer"}));
  CHECK(shown["ended_applications"] == json::array({"hr"}));
  const auto text = answer.dump();
  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find(added.id.reveal()) == std::string::npos);
  CHECK(text.find(added.csrf_token.reveal()) == std::string::npos);
}

TEST_CASE("sessions: a list says how long each was not used, and nothing where that is not known [issue 14]") {
  Sessions sessions;
  const auto added = sessions.add(test::make_session("ada"));
  auto ending = test::make_session("bob");
  ending.ends_at_latest = sessions.clock.wall() + base::minutes(5);
  sessions.add(std::move(ending));
  sessions.clock.advance(base::seconds(90));
  const auto unused = [&](std::size_t at) { return sessions.list()["sessions"][at].value("unused_seconds", -1); };
  CHECK(unused(0) + unused(1) == 89);
  REQUIRE(test::run_task(sessions.store.used(added.id)));
  CHECK(unused(0) + unused(1) == -1);
  sessions.clock.advance(base::seconds(7));
  CHECK(sessions.list({.user = "ada"})["sessions"][0]["unused_seconds"] == 7);
  CHECK_FALSE(sessions.list({.user = "bob"})["sessions"][0].contains("unused_seconds"));
}

TEST_CASE("sessions: filters go by user, tenant, provider, destination, age and fingerprint [issue 14]") {
  Sessions sessions;
  auto first = test::make_session("ada");
  first.tenant = "blue";
  first.backend_cookies = {{"bank", "a", base::Secret("1"), "/", false}};
  const auto added = sessions.add(std::move(first));
  sessions.clock.advance(base::seconds(60));
  auto second = test::make_session("bob");
  second.provider = "other";
  sessions.add(std::move(second));
  sessions.clock.advance(base::seconds(30));
  CHECK(sessions.users({}) == Users{"ada", "bob"});
  CHECK(sessions.users({.user = "ada"}) == Users{"ada"});
  CHECK(sessions.users({.tenant = "blue"}) == Users{"ada"});
  CHECK(sessions.users({.provider = "other"}) == Users{"bob"});
  CHECK(sessions.users({.destination = "bank"}) == Users{"ada"});
  CHECK(sessions.users({.fingerprint = added.id.fingerprint()}) == Users{"ada"});
  CHECK(sessions.users({.youngest = 60}) == Users{"ada"});
  CHECK(sessions.users({.oldest = 60}) == Users{"bob"});
  CHECK(sessions.users({.oldest = 18'446'744'073'709'551'615U}) == Users{"ada", "bob"});
  CHECK(sessions.users({.youngest = 18'446'744'073'709'551'615U}).empty());
  CHECK(sessions.users({.user = "ada", .provider = "other"}).empty());
}

TEST_CASE("sessions: pages have each session once, those made at the same time, too [issue 14]") {
  Sessions sessions;
  std::set<std::string> all;
  for (int i = 0; i < 40; ++i) all.insert(sessions.add(test::make_session("u" + std::to_string(i))).id.fingerprint());
  sessions.clock.advance(base::seconds(1));
  for (int i = 0; i < 25; ++i) all.insert(sessions.add(test::make_anonymous()).id.fingerprint());
  std::set<std::string> seen;
  std::size_t pages = 0;
  std::string cursor;
  do {
    const auto page = sessions.list({.cursor = cursor, .limit = 10});
    ++pages;
    for (const auto& one : page["sessions"]) CHECK(seen.insert(one["fingerprint"]).second);
    cursor = page.value("next_cursor", "");
    // who comes in meanwhile comes last
    if (pages == 2) all.insert(sessions.add(test::make_session("late")).id.fingerprint());
  } while (!cursor.empty());
  CHECK(pages == 7);
  CHECK(seen == all);
}

TEST_CASE("sessions: of any number made at the same time, pages have each [issue 12]") {
  Sessions sessions;
  constexpr std::size_t kMany = 300;
  for (std::size_t i = 0; i < kMany; ++i) sessions.add(test::make_session());
  std::set<std::string> seen;
  std::string cursor;
  do {
    const auto page = sessions.list({.cursor = cursor, .limit = 20});
    for (const auto& one : page["sessions"]) CHECK(seen.insert(one["fingerprint"]).second);
    cursor = page.value("next_cursor", "");
  } while (!cursor.empty());
  CHECK(seen.size() == kMany);
}

TEST_CASE("sessions: a cursor that is none, or of another process, is refused [issue 14]") {
  Sessions before;
  for (int i = 0; i < 3; ++i) before.add(test::make_session());
  const std::string old = before.list({.limit = 1})["next_cursor"];
  Sessions sessions;
  for (const auto& nonsense : {std::string("x"), std::string("5"), std::string("-ab"), std::string("5.5-ab"), old,
                               std::string("99999999999999999999-ab"), std::string("18446744073709551615-ab")}) {
    CAPTURE(nonsense);
    const auto refused = test::run_task(app::list_sessions(sessions.store, sessions.clock, {.cursor = nonsense}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::bad_request);
  }
}

}  // namespace router::session_queries_test
