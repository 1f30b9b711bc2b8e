#include "session/redis_store.h"

#include <doctest/doctest.h>

#include "session/redis_replicas.h"
#include "session/store_contract.h"
#include "session/store_interleavings.h"

namespace router::redis_store_test {

using test::make_session;
using test::RedisReplicas;
using test::StoreDriver;

namespace {

test::MakeStore at(storage::RedisAddress (*address)()) {
  return [address](const session::StoreLimits& limits) { return std::make_unique<RedisReplicas>(address(), limits); };
}

}  // namespace

TEST_CASE("Redis store: keeps the contract of all stores [issue 12]") {
  test::check_store_contract(at(test::standalone_redis));
}

TEST_CASE("Redis store: keeps the contract behind a Sentinel [issue 12]") {
  test::check_store_contract(at(test::sentinel_redis));
}

TEST_CASE("Redis store: keeps the contract in a cluster [issue 12]") {
  test::check_store_contract(at(test::cluster_redis));
}

TEST_CASE("Redis store: keeps the contract over a slow line, and nobody is signed in after an end [issue 12] [O10]") {
  const auto make = [](const session::StoreLimits& limits) {
    return std::make_unique<RedisReplicas>(test::slow_redis(), limits, base::milliseconds(20));
  };
  SUBCASE("contract") { test::check_store_contract(make); }
  SUBCASE("interleavings") { test::check_store_of_many_clients(make, 10); }
}

TEST_CASE("Redis store: in interleavings of two and three replicas nobody is signed in after an end [issue 12] [O10]") {
  for (const auto address : {test::standalone_redis, test::sentinel_redis, test::cluster_redis})
    test::check_store_of_many_clients(at(address), 100);
}

// Some minutes each: session_tests --no-skip --test-case="*ten thousand*"
TEST_CASE("Redis store: nor in ten thousand of them, at one server [issue 12] [O10]" * doctest::skip()) {
  test::check_store_of_many_clients(at(test::standalone_redis), 10'000);
}

TEST_CASE("Redis store: nor in ten thousand of them, behind a Sentinel [issue 12] [O10]" * doctest::skip()) {
  test::check_store_of_many_clients(at(test::sentinel_redis), 10'000);
}

TEST_CASE("Redis store: nor in ten thousand of them, in a cluster [issue 12] [O10]" * doctest::skip()) {
  test::check_store_of_many_clients(at(test::cluster_redis), 10'000);
}

TEST_CASE(
    "Redis store: a session known a moment ago costs no round trip, until somebody ends or changes it [issue 12]") {
  test::RedisServer server;
  RedisReplicas replicas(test::impatient_address_of(server));
  StoreDriver here(replicas, 0);
  StoreDriver there(replicas, 1);
  const auto session = make_session();
  REQUIRE(here.create(session));
  const auto scripts_run = [&] {
    const auto stats = server.ask({"INFO", "commandstats"});
    const auto at = stats.find("cmdstat_evalsha:calls=");
    return at == std::string::npos ? 0UL : std::stoul(stats.substr(at + 22));
  };
  // once it is certain that no news are missed
  CHECK(replicas.until([&] {
    if (!here.find(session.id) || !there.find(session.id)) return false;
    const auto before = scripts_run();
    return there.find(session.id) && here.find(session.id) && here.used(session.id) && scripts_run() == before;
  }));
  REQUIRE(here.replace(test::changed_from(here.find(session.id), "bob")));
  replicas.spread();
  CHECK(there.find(session.id)->user_name == "bob");
  REQUIRE(here.end(session.id));
  replicas.spread();
  CHECK_FALSE(there.find(session.id));
}

TEST_CASE("Redis store: of many the oldest are found, in any order no more are read than that takes [issue 12]") {
  test::RedisServer server;
  RedisReplicas replicas(test::impatient_address_of(server));
  StoreDriver here(replicas, 0);
  constexpr std::size_t kMany = 1'200;  // some times what is read at once
  std::vector<session::SessionId> made;
  for (std::size_t i = 0; i < kMany; ++i) {
    replicas.clock().advance(base::milliseconds(1));
    made.push_back(session::SessionId::random());
    auto session = make_session();
    session.id = made.back();
    REQUIRE(here.create(session));
  }
  const auto scripts_run = [&] {
    const auto stats = server.ask({"INFO", "commandstats"});
    return std::stoul(stats.substr(stats.find("cmdstat_evalsha:calls=") + 22));
  };
  for (const auto limit : {1UL, 7UL, 400UL}) {
    CAPTURE(limit);
    const auto oldest = here.select({}, limit);
    REQUIRE(oldest.size() == limit);
    for (std::size_t i = 0; i < limit; ++i) CHECK(oldest[i]->id == made[i]);
  }
  CHECK(here.select({}, 5'000).size() == kMany);
  const auto before = scripts_run();
  CHECK(here.select({.any_order = true}, 7).size() == 7);
  CHECK(scripts_run() - before < kMany / 2);
}

TEST_CASE("Redis store: others hear of ends and changes, whoever did it does not [issue 12]") {
  RedisReplicas replicas(test::standalone_redis());
  std::vector<std::string> heard;
  for (std::size_t i = 0; i < 2; ++i) {
    replicas.redis_store(i).on_news([&heard, i](session::News news) {
      heard.push_back(std::to_string(i) + (news.is_over ? " over " : " changed ") + news.id.fingerprint());
    });
  }
  StoreDriver here(replicas, 0);
  auto session = make_session();
  session.anonymous_before = session::SessionId::random();
  REQUIRE(here.create(session));
  // until both listen
  const auto name = session.id.fingerprint();
  CHECK(replicas.until([&] {
    REQUIRE(here.replace(test::changed_from(here.find(session.id), "bob")));
    replicas.spread();
    return !heard.empty();
  }));
  CHECK(heard.back() == "1 changed " + name);
  heard.clear();
  REQUIRE(here.end(session.id));
  CHECK(replicas.until([&] { return heard.size() == 2; }));
  CHECK(heard == std::vector<std::string>{"1 over " + name, "1 over " + session.anonymous_before.fingerprint()});
}

TEST_CASE("Redis store: nothing in Redis is a cookie, a token or a name [issue 12]") {
  test::RedisServer server;
  RedisReplicas replicas(test::impatient_address_of(server));
  StoreDriver here(replicas, 0);
  auto session = make_session("alice-name", "sid-of-alice");
  session.tokens.access_token = base::Secret("token-of-alice");
  REQUIRE(here.create(session));
  here.remember_ended({.issuer = session.issuer, .idp_session_id = "other-sid"});
  std::string all = server.ask({"KEYS", "*"});
  const auto keys = all + "\n";
  for (std::size_t at = 0, end = 0; (end = keys.find('\n', at)) != std::string::npos; at = end + 1) {
    all += server.ask({"DUMP", keys.substr(at, end - at)});
  }
  CHECK(all.size() > 500);
  for (const std::string_view clear : {session.id.reveal(), std::string_view("alice"), std::string_view("idp.example"),
                                       std::string_view("sid"), session.csrf_token.reveal()}) {
    CAPTURE(clear);
    CHECK(all.find(clear) == std::string::npos);
  }
}

namespace {

base::Task<void> end_detached(session::Store* store, session::SessionId id) {
  auto ending = store->end(std::move(id));
  (void)co_await ending;
}

}  // namespace

TEST_CASE("Redis store: whoever dies over an end, at whatever step, leaves it to others within a minute [issue 12]") {
  int ended = 0;
  for (int steps = 0; steps < 40; ++steps) {
    CAPTURE(steps);
    RedisReplicas replicas(test::standalone_redis());
    StoreDriver there(replicas, 1);
    const auto session = make_session();
    REQUIRE(there.create(session));
    base::start_detached(end_detached(&replicas.store(), session.id));
    for (int step = 0; step < steps; ++step) replicas.step();
    replicas.cut_off(0);
    replicas.clock().advance(session::RedisStore::kUntoldFor + base::seconds(1));
    const bool is_over = there.find(session.id) == nullptr;
    CHECK(there.take_all_expired().size() == (is_over ? 1 : 0));
    ended += is_over ? 1 : 0;
  }
  CHECK(ended > 0);
  CHECK(ended < 40);
}

TEST_CASE("Redis store: who lets go of what is not over leaves alone what is about to be [issue 12]") {
  test::RedisTurned turned(test::standalone_redis());
  auto& clients = turned.add_clients();
  struct Asked final : test::Tested {
    explicit Asked(test::RedisTurned& on) : turned(on) {}
    void wait() override { turned.wait(); }
    test::RedisTurned& turned;
  } asked(turned);
  for (const bool ends_meanwhile : {false, true}) {
    CAPTURE(ends_meanwhile);
    const auto key = "test:" + crypto::random_token(6);
    const auto run = [&](const storage::RedisScript& script, std::vector<std::string> words) {
      return test::unwrapped(asked.run(clients.run(script, key, std::move(words))));
    };
    const auto& scripts = session::redis_scripts();
    run(scripts.look_in_once, {"1000", "name", "500"});
    const auto claimed = run(scripts.claim, {"1500", "10", "60000"});
    REQUIRE(claimed.items.size() == 2);
    REQUIRE(claimed.items[1].items.size() == 1);
    // before it ends, as in end_in_redis()
    if (ends_meanwhile) run(scripts.look_in_once, {"1500", "name", "60000"});
    run(scripts.let_go, {"1500", "name", claimed.items[0].text});
    CHECK(run(scripts.due, {"70000"}).number == (ends_meanwhile ? 1 : 0));
  }
  turned.close();
}

TEST_CASE("Redis store: away, it says so; what ends here meanwhile has ended everywhere once it is back [issue 12]") {
  test::RedisServer server;
  RedisReplicas replicas(test::impatient_address_of(server));
  StoreDriver there(replicas, 1);
  auto& here = replicas.store();
  const auto session = make_session();
  const auto other = make_session();
  REQUIRE(there.create(other));
  REQUIRE(replicas.run(here.create(session)));
  REQUIRE(there.find(session.id));
  server.stop();
  CHECK(replicas.until([&] { return !here.health().is_available; }));
  const auto unknown = replicas.run(here.find(other.id));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == base::ErrorCode::unavailable);
  // known here, so it ends here, and stays ended
  const auto ended = replicas.run(here.end(session.id));
  REQUIRE(ended);
  REQUIRE(*ended);
  CHECK((**ended)->id == session.id);
  const auto again = replicas.run(here.find(session.id));
  REQUIRE(again);
  CHECK_FALSE(*again);
  // of this one only Redis knows what it was: it ends when Redis is back
  const auto unseen = replicas.run(here.end(other.id));
  REQUIRE(unseen);
  CHECK_FALSE(*unseen);
  CHECK_FALSE(here.health().is_reachable);
  server.go_on();
  CHECK(replicas.until([&] {
    const auto found = replicas.run(replicas.client(1).find(session.id));
    return found && !*found;
  }));
  CHECK(replicas.until([&] { return here.health().is_available; }));
  CHECK(replicas.until([&] { return replicas.client(1).health().is_available; }));
  CHECK(replicas.until([&] { return !there.find(other.id); }));
  // and its back-ends hear of it, without a minute's wait
  CHECK(replicas.until([&] {
    const auto untold = there.take_all_expired();
    return std::any_of(untold.begin(), untold.end(), [&](const auto& one) { return one->id == other.id; });
  }));
}

TEST_CASE("Redis store: what a fail-over has forgotten of the last minute is over all the same [issue 12]") {
  test::RedisServer server;
  RedisReplicas replicas(test::impatient_address_of(server));
  StoreDriver here(replicas, 0);
  StoreDriver there(replicas, 1);
  const auto session = make_session();
  REQUIRE(here.create(session));
  std::string key;
  CHECK(replicas.until([&] { return !(key = server.ask({"KEYS", "*session*"})).empty(); }));
  // the state of the moment before the end, as a replica has it that lags behind
  CHECK(server.ask({"COPY", key, "before"}) == "1");
  REQUIRE(here.end(session.id));
  CHECK(server.ask({"COPY", "before", key, "REPLACE"}) == "1");
  CHECK(server.ask({"HEXISTS", key, "x"}) == "0");
  CHECK_FALSE(here.find(session.id));
  server.ask({"CLIENT", "KILL", "TYPE", "normal"});
  CHECK(replicas.until([&] {
    replicas.spread();
    return server.ask({"HEXISTS", key, "x"}) == "1";
  }));
  CHECK_FALSE(there.find(session.id));
}

}  // namespace router::redis_store_test
