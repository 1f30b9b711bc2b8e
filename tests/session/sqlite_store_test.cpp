#include "session/sqlite_store.h"

#include <doctest/doctest.h>

#include <chrono>

#include "session/tested_sqlite_store.h"

namespace router::sqlite_store_test {

using test::make_session;
using test::run_task;
using test::TestedSqliteStore;

namespace {

void take_nothing(const session::Session&, session::Session&) {}

}  // namespace

TEST_CASE("sqlite store: keeps the contract of all stores [Q2]") {
  test::check_store_contract(
      [](const session::StoreLimits& limits) { return std::make_unique<TestedSqliteStore>(limits); });
}

TEST_CASE("sqlite store: a restart signs nobody out, and changes nothing [Q2]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  auto session = make_session("alice", "sid-1");
  session.tokens.access_token = base::Secret("at");
  session.scopes = {"read"};
  session.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", true}};
  const auto anonymous = test::make_anonymous();
  REQUIRE(store.create(session));
  REQUIRE(store.create(anonymous));
  REQUIRE(store.replace(test::changed_from(store.find(session.id), "bob")));
  bool crashes = false;
  SUBCASE("stopped") {}
  SUBCASE("killed") { crashes = true; }
  crashes ? tested.crash() : tested.restart();
  const auto found = store.find(session.id);
  REQUIRE(found);
  CHECK(found->user_name == "bob");
  CHECK(found->generation == 2);
  CHECK(found->tokens.access_token == base::Secret("at"));
  CHECK(found->scopes == session.scopes);
  REQUIRE(found->backend_cookies.size() == 1);
  CHECK(found->backend_cookies[0].value == base::Secret("1"));
  CHECK(store.find(anonymous.id));
  CHECK(store.select({.issuer = session.issuer, .idp_session_id = "sid-1"}).size() == 1);
  CHECK(store.replace(test::changed_from(found, "carol")));
}

TEST_CASE("sqlite store: what has ended stays so after a restart, however it came about [Q2]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto ended = make_session("alice");
  const auto before = make_session("bob");
  const auto next = make_session("bob");
  REQUIRE(store.create(ended));
  REQUIRE(store.create(before));
  const auto held = store.find(ended.id);
  REQUIRE(store.end(ended.id));
  REQUIRE(store.succeed(before.id, next, take_nothing));
  auto late = make_session("carol", "sid-of-carol");
  late.login_started = store.now().wall();
  store.remember_ended({late.issuer, "sid-of-carol", "", late.login_started});
  bool crashes = false;
  SUBCASE("stopped") {}
  SUBCASE("killed") { crashes = true; }
  crashes ? tested.crash() : tested.restart();
  CHECK_FALSE(store.find(ended.id));
  CHECK_FALSE(store.create(ended));
  CHECK_FALSE(store.replace(test::changed_from(held, "again")));
  CHECK_FALSE(store.find(before.id));
  CHECK(store.successor(before.id) == next.id);
  CHECK(store.find(next.id));
  CHECK_FALSE(store.create(late));
}

TEST_CASE("sqlite store: of a session that ended, back-ends hear even if nobody lived to tell them [Q2]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  const auto told = make_session("alice");
  const auto untold = make_session("bob");
  for (const session::Session* session : {&told, &untold}) {
    REQUIRE(store.create(*session));
    REQUIRE(store.end(session->id));
  }
  REQUIRE(run_task(tested.store().told({told.id})));
  tested.crash();
  const auto over = store.take_all_expired();
  REQUIRE(over.size() == 1);
  CHECK(over[0]->id == untold.id);
  CHECK(over[0]->user_name == "bob");
  CHECK(store.take_all_expired().empty());
  REQUIRE(run_task(tested.store().told({untold.id})));
  tested.restart();
  CHECK(store.take_all_expired().empty());
}

TEST_CASE("sqlite store: who comes back after the idle time is handed out, once it was told never again [Q2]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  auto session = make_session();
  session.idle_timeout = base::minutes(1);
  REQUIRE(store.create(session));
  tested.stop();
  tested.clock().advance(base::seconds(61));
  tested.open();
  CHECK_FALSE(store.find(session.id));
  tested.clock().advance(base::seconds(2));
  REQUIRE(store.take_all_expired().size() == 1);
  tested.crash();
  REQUIRE(store.take_all_expired().size() == 1);  // whoever had it has died
  REQUIRE(run_task(tested.store().told({session.id})));
  tested.restart();
  CHECK(store.take_all_expired().empty());
}

TEST_CASE("sqlite store: what was said, kept and counted is known to the next process, for its time [issue 12]") {
  using session::Kind;
  TestedSqliteStore tested;
  test::SharedDriver shared(tested);
  const auto end_process = [&](bool crashes) { crashes ? tested.crash() : tested.restart(); };
  for (const bool crashes : {false, true}) {
    CAPTURE(crashes);
    const std::string key = crashes ? "after a crash" : "after a stop";
    REQUIRE(shared.once(Kind::logout_token, key));
    shared.keep(Kind::return_state, key, "/bye?a=1");
    shared.keep(Kind::return_state, "taken", "/bye");
    REQUIRE(shared.take(Kind::return_state, "taken") == "/bye");
    REQUIRE(shared.tally(Kind::account_failures, key, 3).count == 3);
    REQUIRE(shared.tally(Kind::address_failures, key, 3).count == 3);
    shared.forget(Kind::address_failures, key);
    tested.clock().advance(base::minutes(4));
    end_process(crashes);
    CHECK_FALSE(shared.once(Kind::logout_token, key));
    CHECK(shared.take(Kind::return_state, key) == "/bye?a=1");
    CHECK(shared.take(Kind::return_state, key) == "nothing");
    CHECK(shared.take(Kind::return_state, "taken") == "nothing");
    CHECK(shared.tally(Kind::account_failures, key, 1).count == 4);
    CHECK(shared.tally(Kind::account_failures, key, 0).ends_in == base::minutes(6));
    CHECK(shared.tally(Kind::address_failures, key, 0).count == 0);
    tested.clock().advance(base::minutes(11));
    end_process(crashes);
    CHECK(shared.once(Kind::logout_token, key));
    CHECK(shared.tally(Kind::account_failures, key, 0).count == 0);
  }
}

TEST_CASE("sqlite store: of what is kept the file holds no more than memory does [issue 12]") {
  using session::Kind;
  TestedSqliteStore tested;
  test::SharedDriver shared(tested);
  const auto kept_in_file = [&] { return test::all_records(tested.records(), storage::RecordKind::note).size(); };
  for (int i = 0; i < 1'100; ++i) shared.keep(Kind::return_state, "key " + std::to_string(i), "/bye");
  CHECK(kept_in_file() == 1'024);
  tested.restart();
  CHECK(shared.take(Kind::return_state, "key 0") == "nothing");
  CHECK(shared.take(Kind::return_state, "key 1099") == "/bye");
}

TEST_CASE("sqlite store: more notes than are read at once are all known to the next process [issue 12]") {
  using session::Kind;
  TestedSqliteStore tested;
  test::SharedDriver shared(tested);
  for (int i = 0; i < 3'000; ++i) REQUIRE(shared.once(Kind::login_state, std::to_string(i)));
  tested.restart();
  for (int i = 0; i < 3'000; i += 7) CHECK_FALSE(shared.once(Kind::login_state, std::to_string(i)));
}

TEST_CASE("sqlite store: uses are written when their span is over, and when the process stops [Q2]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  auto session = make_session();
  session.idle_timeout = base::minutes(10);
  REQUIRE(store.create(session));
  tested.clock().advance(base::minutes(9));
  const auto before = tested.records().commits();
  for (int i = 0; i < 100; ++i) REQUIRE(store.used(session.id));
  CHECK(tested.records().commits() == before);
  SUBCASE("stopped") {
    tested.restart();
    tested.clock().advance(base::minutes(9));
    CHECK(store.find(session.id));
    tested.clock().advance(base::minutes(2));
    CHECK_FALSE(store.find(session.id));
  }
  SUBCASE("a minute later") {
    tested.clock().advance(base::seconds(61));
    REQUIRE(store.take_all_expired().empty());
    tested.crash();
    CHECK(store.time_left(session.id) == base::minutes(10) - base::seconds(61));
  }
}

TEST_CASE("sqlite store: a find while sessions are being restored is answered right [Q2]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  std::vector<session::Session> sessions;
  for (int i = 0; i < 600; ++i) {
    sessions.push_back(make_session("user " + std::to_string(i), "sid " + std::to_string(i)));
    REQUIRE(store.create(sessions.back()));
  }
  REQUIRE(store.end(sessions[1].id));
  tested.restart(false);
  CHECK(store.find(sessions.back().id));
  CHECK_FALSE(store.find(sessions[1].id));
  CHECK(store.used(sessions[500].id));
  CHECK(store.end(sessions[400].id));
  CHECK_FALSE(store.find(sessions[400].id));
  CHECK_FALSE(store.find(make_session().id));
  SUBCASE("who asks for all waits for all") {
    CHECK(store.select({.user_name = "user 300"}).size() == 1);
    CHECK(store.select({}, 1000).size() == 598);
  }
  SUBCASE("what ended meanwhile stays so") {
    run_task(static_cast<session::SqliteStore&>(tested.store()).restore());
    CHECK_FALSE(store.find(sessions[400].id));
    CHECK(store.counts().live == 598);
  }
}

TEST_CASE(
    "sqlite store: what nobody was told of is handed out once, however many ask while it is restored [issue 12]") {
  constexpr std::size_t kEnded = 20;
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  for (std::size_t i = 0; i < kEnded; ++i) {
    const auto session = make_session();
    REQUIRE(store.create(session));
    REQUIRE(store.end(session.id));
  }
  for (int round = 0; round < 10; ++round) {
    tested.restart(false);
    std::vector<std::thread> asking;
    for (int i = 0; i < 8; ++i) asking.emplace_back([&] { (void)run_task(tested.store().find(make_session().id)); });
    for (auto& thread : asking) thread.join();
    CHECK(store.take_all_expired().size() == kEnded);
  }
}

TEST_CASE("sqlite store: the files hold no id, token, cookie or user in clear [Q2]") {
  TestedSqliteStore tested;
  test::StoreDriver store(tested);
  auto session = make_session("alice-in-clear", "sid-in-clear");
  session.tokens.access_token = base::Secret("access-in-clear");
  session.tokens.refresh_token = base::Secret("refresh-in-clear");
  session.backend_cookies = {{"crm", "sid", base::Secret("cookie-in-clear"), "/", true}};
  REQUIRE(store.create(session));
  const auto next = make_session("bob-in-clear");
  const auto other = make_session("carol-in-clear");
  REQUIRE(store.create(other));
  REQUIRE(store.succeed(other.id, next, take_nothing));
  for (const bool is_running : {true, false}) {
    if (!is_running) tested.stop();
    const auto bytes = tested.bytes();
    CHECK(bytes.find("in-clear") == std::string::npos);
    for (const session::Session* one : {&std::as_const(session), &next, &other})
      CHECK(bytes.find(one->id.reveal()) == std::string::npos);
  }
}

TEST_CASE("sqlite store: threads that create, use and end sessions agree with the file afterwards [Q2]") {
  TestedSqliteStore tested;
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  std::vector<std::vector<session::Session>> sessions(kThreads);
  for (auto& own : sessions) {
    for (int i = 0; i < kEach; ++i) own.push_back(make_session());
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (const auto& session : sessions[static_cast<std::size_t>(t)]) {
        if (!run_task(tested.store().create(session))) continue;
        const auto found = run_task(tested.store().find(session.id));
        // against each other: a change that comes too late brings nothing back
        std::thread ending([&] { (void)run_task(tested.store().end(session.id)); });
        (void)run_task(tested.store().replace(test::changed_from(**found, "late")));
        ending.join();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  tested.crash();
  test::StoreDriver store(tested);
  CHECK(store.select({}, 1000).empty());
  for (const auto& own : sessions) {
    for (const auto& session : own) CHECK_FALSE(store.find(session.id));
  }
}

}  // namespace router::sqlite_store_test
