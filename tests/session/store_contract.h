// What every session store has to do (session/store.h), as tests that any store can be put through:
//
//   TEST_CASE("my store: keeps the contract") {
//     check_store_contract([](const session::StoreLimits& limits) { return std::make_unique<MyStore>(limits); });
//   }
#pragma once

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "session/shared_contract.h"
#include "session/store_anonymous_contract.h"
#include "session/store_driver.h"
#include "session/store_lookup_contract.h"
#include "support/sessions.h"

namespace router::test {

inline void check_store_lifecycle(StoreDriver store) {
  const auto session = make_session();

  SUBCASE("a session that was created is found, with everything in it") {
    auto full = make_session();
    full.scopes = {"read", "write"};
    full.tokens.access_token = base::Secret("at");
    full.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", true}};
    full.logout_details = {{"clear_all_caches", "true"}};
    full.ended_applications = {"bank"};
    REQUIRE(store.create(full));
    const auto found = store.find(full.id);
    REQUIRE(found);
    CHECK(found->user_name == "alice");
    CHECK(found->scopes == full.scopes);
    CHECK(found->tokens.access_token == full.tokens.access_token);
    CHECK(found->csrf_token == full.csrf_token);
    REQUIRE(found->backend_cookies.size() == 1);
    CHECK(found->backend_cookies[0].value == base::Secret("1"));
    CHECK(found->backend_cookies[0].secure);
    CHECK(found->logout_details == full.logout_details);
    CHECK(found->ended_applications == full.ended_applications);
  }
  SUBCASE("an id that never was is absent") { CHECK_FALSE(store.find(session.id)); }
  SUBCASE("an id is created once") {
    REQUIRE(store.create(session));
    CHECK_FALSE(store.create(session));
  }
  SUBCASE("replace takes the state it was copied from, and only that") {
    REQUIRE(store.create(session));
    const auto first = store.find(session.id);
    const auto second = store.replace(changed_from(first, "bob"));
    REQUIRE(second);
    CHECK(second->generation == first->generation + 1);
    CHECK(store.find(session.id)->user_name == "bob");
    CHECK_FALSE(store.replace(changed_from(first, "carol")));
    CHECK(store.find(session.id)->user_name == "bob");
    CHECK(store.replace(changed_from(second, "carol")));
  }
  SUBCASE("end hands the last state to one caller and to nobody else") {
    REQUIRE(store.create(session));
    REQUIRE(store.replace(changed_from(store.find(session.id), "bob")));
    const auto ended = store.end(session.id);
    REQUIRE(ended);
    CHECK(ended->user_name == "bob");
    CHECK_FALSE(store.end(session.id));
  }
  SUBCASE("an ended session stays dead: find, replace, touch, create say no") {
    REQUIRE(store.create(session));
    const auto in_flight = store.find(session.id);
    REQUIRE(store.end(session.id));
    CHECK_FALSE(store.find(session.id));
    CHECK_FALSE(store.replace(changed_from(in_flight, "bob")));
    CHECK_FALSE(store.used(session.id));
    CHECK_FALSE(store.create(session));
    CHECK_FALSE(store.find(session.id));
    CHECK(store.take_all_expired().empty());
  }
  SUBCASE("the counts tell what happened") {
    const auto other = make_session();
    REQUIRE(store.create(session));
    REQUIRE(store.create(other));
    REQUIRE(store.end(session.id));
    CHECK(store.counts().live == 1);
    CHECK(store.counts().created == 2);
    CHECK(store.counts().ended == 1);
  }
}

inline void check_store_succession(StoreDriver store) {
  const auto first = make_session("alice", "sid-1");
  const auto second = make_session("alice", "sid-2");
  const auto third = make_session("alice", "sid-3");
  REQUIRE(store.create(first));
  const auto take_name = [](const session::Session& last, session::Session& next) { next.user_name = last.user_name; };

  SUBCASE("one goes on from the other's last state, which is over") {
    REQUIRE(store.replace(changed_from(store.find(first.id), "bob")));
    const auto succession = store.succeed(first.id, second, take_name);
    REQUIRE(succession);
    CHECK(succession->before->id == first.id);
    CHECK(succession->before->user_name == "bob");
    CHECK(succession->now->id == second.id);
    CHECK(store.find(second.id)->user_name == "bob");
    CHECK_FALSE(store.find(first.id));
    CHECK_FALSE(store.end(first.id));
    CHECK_FALSE(store.create(first));
    CHECK(store.counts().live == 1);
    CHECK(store.counts().created == 2);
  }
  SUBCASE("of a session that has ended none goes on") {
    REQUIRE(store.end(first.id));
    CHECK_FALSE(store.succeed(first.id, second, take_name));
    CHECK_FALSE(store.find(second.id));
    CHECK(store.successor(first.id).empty());
    CHECK(store.counts().live == 0);
  }
  SUBCASE("none goes on whose provider has ended it already, and the other one lives") {
    store.remember_ended({.issuer = second.issuer, .idp_session_id = "sid-2"});
    CHECK_FALSE(store.succeed(first.id, second, take_name));
    CHECK(store.find(first.id));
    CHECK(store.successor(first.id).empty());
  }
  SUBCASE("who stands for it is known, through several logins, and while it lives") {
    CHECK(store.successor(first.id).empty());
    REQUIRE(store.succeed(first.id, second, take_name));
    REQUIRE(store.succeed(second.id, third, take_name));
    CHECK(store.successor(first.id) == second.id);
    CHECK(store.find_successor(first.id)->id == third.id);
    CHECK_FALSE(store.find_successor(third.id));
    REQUIRE(store.end(third.id));
    CHECK_FALSE(store.find_successor(first.id));
  }
}

inline void check_store_time(StoreDriver store, FakeClock& clock) {
  using base::milliseconds;
  auto session = make_session();
  session.idle_timeout = milliseconds(60'000);

  SUBCASE("a request one second before the idle time-out keeps the session, one after it finds none") {
    REQUIRE(store.create(session));
    clock.advance(milliseconds(59'000));
    REQUIRE(store.used(session.id));
    clock.advance(milliseconds(59'000));
    CHECK(store.find(session.id));
    clock.advance(milliseconds(2'000));
    CHECK_FALSE(store.find(session.id));
    CHECK_FALSE(store.used(session.id));
    CHECK_FALSE(store.find(session.id));
  }
  SUBCASE("looking at a session does not keep it") {
    REQUIRE(store.create(session));
    clock.advance(milliseconds(59'000));
    REQUIRE(store.find(session.id));
    clock.advance(milliseconds(1'500));
    CHECK_FALSE(store.find(session.id));
  }
  SUBCASE("a session that timed out is handed out once, and cannot be changed any more") {
    REQUIRE(store.create(session));
    const auto before = store.find(session.id);
    clock.advance(milliseconds(62'000));
    CHECK_FALSE(store.replace(changed_from(before, "bob")));
    const auto expired = store.take_all_expired();
    REQUIRE(expired.size() == 1);
    CHECK(expired[0]->id == session.id);
    CHECK(store.take_all_expired().empty());
    CHECK_FALSE(store.end(session.id));
    CHECK_FALSE(store.create(session));
    CHECK(store.counts().expired == 1);
    CHECK(store.counts().live == 0);
  }
  SUBCASE("nothing is handed out before its time, however often it was touched") {
    session.idle_timeout = base::minutes(15);
    REQUIRE(store.create(session));
    for (int i = 0; i < 200; ++i) {
      clock.advance(base::minutes(10));
      REQUIRE(store.used(session.id));
      REQUIRE(store.take_all_expired().empty());
    }
    clock.advance(base::minutes(16));
    CHECK(store.take_all_expired().size() == 1);
  }
  SUBCASE("take_expired gives no more than it is asked for") {
    for (int i = 0; i < 25; ++i) {
      auto one = make_session();
      one.idle_timeout = milliseconds(60'000);
      REQUIRE(store.create(one));
    }
    clock.advance(milliseconds(62'000));
    CHECK(store.take_expired(10).size() == 10);
    CHECK(store.take_expired(10).size() == 10);
    CHECK(store.take_expired(10).size() == 5);
    CHECK(store.take_expired(10).empty());
  }
  SUBCASE("the longest lifetime ends a session that is used all the time") {
    session.ends_at_latest = clock.wall() + base::minutes(3);
    REQUIRE(store.create(session));
    for (int i = 0; i < 17; ++i) {
      clock.advance(milliseconds(10'000));
      REQUIRE(store.used(session.id));
    }
    clock.advance(milliseconds(11'000));
    CHECK_FALSE(store.find(session.id));
    clock.advance(milliseconds(2'000));
    CHECK(store.take_all_expired().size() == 1);
  }
  SUBCASE("asking how much is left tells it, and leaves it at that") {
    session.idle_timeout = base::seconds(10);
    REQUIRE(store.create(session));
    clock.advance(milliseconds(4'000));
    CHECK(store.time_left(session.id) == milliseconds(6'000));
    CHECK(store.time_left(session.id) == milliseconds(6'000));
    clock.advance(milliseconds(6'000));
    CHECK_FALSE(store.time_left(session.id));
  }
  SUBCASE("a jump of the wall clock ends nothing") {
    session.ends_at_latest = clock.wall() + std::chrono::hours(8);
    REQUIRE(store.create(session));
    clock.set_wall(clock.wall() + std::chrono::hours(72));
    CHECK(store.find(session.id));
    CHECK(store.take_all_expired().empty());
    clock.set_wall(clock.wall() - std::chrono::hours(144));
    CHECK(store.used(session.id));
    CHECK(store.take_all_expired().empty());
  }
}

inline void check_store_told(TestedStore& tested) {
  StoreDriver store(tested);
  StoreDriver other(tested, 1);
  const auto told = make_session();
  const auto untold = make_session();
  auto timed_out = make_session();
  timed_out.idle_timeout = base::seconds(30);
  for (const auto& session : {told, untold}) {
    REQUIRE(store.create(session));
    REQUIRE(store.end(session.id));
  }
  store.told(told.id);
  REQUIRE(store.create(timed_out));
  tested.clock().advance(base::seconds(32));
  REQUIRE(store.take_all_expired().size() == 1);
  SUBCASE("who was handed out and is not told of is handed out again after a minute") {
    tested.clock().advance(base::seconds(29));
    const auto again = other.take_all_expired();
    REQUIRE(again.size() == 1);
    CHECK(again[0]->id == untold.id);
    tested.clock().advance(base::seconds(32));
    const auto later = other.take_all_expired();
    REQUIRE(later.size() == 1);
    CHECK(later[0]->id == timed_out.id);
    for (const auto& session : {untold, timed_out}) other.told(session.id);
    tested.clock().advance(base::minutes(20));
    CHECK(store.take_all_expired().empty());
    CHECK(store.counts().ended == 2);
    CHECK(store.counts().expired == 1);
  }
}

// docs/contract/reliability.md O10: logout against everything else that may be in flight, in a random order, many
// times.
inline void check_store_interleavings(StoreDriver store, int rounds) {
  std::mt19937 random(4711);
  for (int round = 0; round < rounds; ++round) {
    const auto session = make_session();
    REQUIRE(store.create(session));
    session::Snapshot held = store.find(session.id);
    bool ended = false;
    int handed_out = 0;
    for (int step = 0; step < 12; ++step) {
      const auto changed = changed_from(held, "step " + std::to_string(step));
      switch (random() % 5) {
        case 0:
          if (store.end(session.id)) ++handed_out;
          ended = true;
          break;
        case 1:
          REQUIRE((store.find(session.id) != nullptr) == !ended);
          break;
        case 2:
          REQUIRE(store.used(session.id) == !ended);
          break;
        case 3: {
          const auto replaced = store.replace(changed);
          REQUIRE((replaced == nullptr || !ended));
          if (replaced && random() % 2 == 0) held = replaced;  // else the next one is based on an old state
          break;
        }
        default:
          REQUIRE_FALSE(store.create(session));
      }
    }
    REQUIRE(handed_out == (ended ? 1 : 0));
  }
}

inline void check_store_contract(const MakeStore& make) {
  const auto tested = make({});
  StoreDriver store(*tested);
  SUBCASE("lifecycle") { check_store_lifecycle(store); }
  SUBCASE("succession") { check_store_succession(store); }
  SUBCASE("time") { check_store_time(store, tested->clock()); }
  SUBCASE("told") { check_store_told(*tested); }
  SUBCASE("lookup") { check_store_lookup(store); }
  SUBCASE("anonymous") { check_store_anonymous(make); }
  SUBCASE("interleavings") { check_store_interleavings(store, 500); }
  SUBCASE("shared state") { check_shared_contract(make); }
}

}  // namespace router::test
