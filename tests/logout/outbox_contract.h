// What every outbox has to do (logout/outbox.h), as tests that any can be put through:
//
//   TEST_CASE("my outbox: keeps the contract") {
//     check_outbox_contract([] { return std::make_unique<MyTestedOutbox>(); });
//   }
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "logout/calls.h"
#include "logout/outbox.h"
#include "support/tested.h"

namespace router::test {

// An outbox under test and the medium behind it.
class TestedOutbox : public Tested {
 public:
  virtual logout::Outbox& outbox() = 0;
  // The process is gone, without a word; outbox() is the next one's, at a time when it may be known to be gone. False:
  // the medium is gone with it.
  virtual bool crash() { return false; }
  // Another process that lives on beside it; null: the medium has room for one only.
  virtual logout::Outbox* neighbour() { return nullptr; }
};
using MakeOutbox = std::function<std::unique_ptr<TestedOutbox>()>;

class OutboxDriver {
 public:
  explicit OutboxDriver(TestedOutbox& tested) : tested_(tested) {}

  void record(std::vector<logout::CallPtr> calls) { REQUIRE(tested_.run(outbox().record(std::move(calls)))); }
  void postpone(const std::string& id, unsigned attempts, base::WallTime due) {
    REQUIRE(tested_.run(outbox().postpone(id, attempts, due)));
  }
  void settle(const std::string& id) { REQUIRE(tested_.run(outbox().settle(id))); }
  void bury(const std::string& id, const std::string& reason, unsigned attempts = 1) {
    REQUIRE(tested_.run(outbox().bury(id, attempts, reason)));
  }
  std::vector<logout::Unfinished> retry(const logout::CallFilter& which, std::size_t limit = 100) {
    return unwrapped(tested_.run(outbox().retry(which, limit)));
  }
  std::vector<logout::Unfinished> take_left_behind(std::size_t limit = 100) {
    return unwrapped(tested_.run(outbox().take_left_behind(limit)));
  }
  std::vector<logout::ListedCall> list(const logout::CallFilter& filter = {}, logout::Page page = {}) {
    return unwrapped(tested_.run(outbox().list(filter, page)));
  }
  std::size_t buried() {
    const auto count = tested_.run(outbox().buried());
    REQUIRE(count);
    return *count;
  }
  std::vector<std::string> ids(const logout::CallFilter& filter = {}, logout::Page page = {}) {
    std::vector<std::string> ids;
    for (const auto& call : list(filter, page)) ids.push_back(call.id);
    return ids;
  }

 private:
  logout::Outbox& outbox() { return tested_.outbox(); }

  TestedOutbox& tested_;
};

inline std::vector<std::string> ids_of(const std::vector<logout::Unfinished>& calls) {
  std::vector<std::string> ids;
  for (const auto& one : calls) ids.push_back(one.call->id);
  return ids;
}

using Ids = std::vector<std::string>;

inline void check_outbox_list(OutboxDriver outbox) {
  const base::WallTime due{std::chrono::milliseconds(1'900'000'000'000)};
  outbox.record({make_call("a", 1, "bank"), make_call("a", 2, "mail")});
  outbox.record({make_call("b", 1, "bank")});
  outbox.record({});

  SUBCASE("what was recorded is listed, oldest first") {
    CHECK(outbox.ids() == Ids{"a.1", "a.2", "b.1"});
    const auto first = outbox.list().front();
    CHECK(first.logout_id == "a");
    CHECK(first.back_end == "bank");
    CHECK(first.state == logout::CallState::waiting);
    CHECK(first.attempts == 0);
    CHECK(first.created == make_call("a", 1)->created);
  }
  SUBCASE("filters and pages") {
    outbox.bury("a.2", "refused");
    CHECK(outbox.ids({.back_end = "bank"}) == Ids{"a.1", "b.1"});
    CHECK(outbox.ids({.logout_id = "a"}) == Ids{"a.1", "a.2"});
    CHECK(outbox.ids({.call_id = "b.1"}) == Ids{"b.1"});
    CHECK(outbox.ids({.state = logout::CallState::buried}) == Ids{"a.2"});
    CHECK(outbox.ids({.state = logout::CallState::waiting, .logout_id = "a"}) == Ids{"a.1"});
    CHECK(outbox.ids({.back_end = "nobody"}).empty());
    CHECK(outbox.ids({}, {1, 1}) == Ids{"a.2"});
    CHECK(outbox.ids({}, {2, 10}) == Ids{"b.1"});
    CHECK(outbox.ids({}, {3, 10}).empty());
    CHECK(outbox.ids({}, {0, 0}).empty());
  }
  SUBCASE("what is settled is gone, once and for all") {
    outbox.settle("a.1");
    outbox.settle("a.1");
    outbox.settle("never there");
    CHECK(outbox.ids() == Ids{"a.2", "b.1"});
    outbox.postpone("a.1", 2, due);
    outbox.bury("a.1", "late");
    CHECK(outbox.ids() == Ids{"a.2", "b.1"});
  }
  SUBCASE("what is postponed says when and how often") {
    outbox.postpone("a.1", 2, due);
    const auto call = outbox.list({.call_id = "a.1"}).at(0);
    CHECK(call.attempts == 2);
    CHECK(call.due == due);
    CHECK(call.state == logout::CallState::waiting);
  }
  SUBCASE("what is recorded again is the same call") {
    outbox.record({make_call("a", 1, "bank")});
    CHECK(outbox.ids() == Ids{"a.1", "a.2", "b.1"});
  }
}

inline void check_outbox_burial(OutboxDriver outbox) {
  outbox.record({make_call("a", 1, "bank"), make_call("a", 2, "mail"), make_call("b", 1, "bank")});
  outbox.bury("a.1", "the configuration has no such back-end", 3);
  outbox.bury("b.1", "refused", 4000);

  SUBCASE("what is buried stays, with its reason") {
    const auto call = outbox.list({.call_id = "a.1"}).at(0);
    CHECK(call.state == logout::CallState::buried);
    CHECK(call.reason == "the configuration has no such back-end");
    CHECK(call.attempts == 3);
  }
  SUBCASE("what is tried again is the caller's, whole, as if it had never been tried") {
    const auto again = outbox.retry({.call_id = "a.1"});
    REQUIRE(ids_of(again) == Ids{"a.1"});
    const auto& call = *again[0].call;
    const auto wanted = make_call("a", 1, "bank");
    CHECK(logout::pack(call) == logout::pack(*wanted));
    CHECK(again[0].attempts == 0);
    CHECK(outbox.list({.call_id = "a.1"}).at(0).state == logout::CallState::waiting);
    CHECK(outbox.retry({.call_id = "a.1"}).empty());
    outbox.settle("a.1");
    CHECK(outbox.ids() == Ids{"a.2", "b.1"});
  }
  SUBCASE("which ones, and how many") {
    CHECK(outbox.retry({.call_id = "a.2"}).empty());  // waits
    CHECK(outbox.retry({.call_id = "unknown"}).empty());
    CHECK(outbox.retry({.back_end = "mail"}).empty());
    CHECK(ids_of(outbox.retry({}, 1)) == Ids{"a.1"});
    CHECK(ids_of(outbox.retry({}, 10)) == Ids{"b.1"});
    CHECK(outbox.retry({}, 10).empty());
  }
  SUBCASE("what is buried can be settled") {
    outbox.settle("b.1");
    auto left = outbox.ids();
    std::sort(left.begin(), left.end());  // equally old
    CHECK(left == Ids{"a.1", "a.2"});
  }
  SUBCASE("how many are buried is counted, whatever becomes of them [issue 14]") {
    CHECK(outbox.buried() == 2);
    outbox.bury("a.1", "again");
    outbox.bury("never there", "refused");
    CHECK(outbox.buried() == 2);
    outbox.bury("a.2", "refused");
    CHECK(outbox.buried() == 3);
    REQUIRE(outbox.retry({.call_id = "a.1"}).size() == 1);
    CHECK(outbox.buried() == 2);
    outbox.bury("a.1", "refused");
    CHECK(outbox.buried() == 3);
    for (const auto* id : {"a.1", "a.2", "b.1", "b.1", "never there"}) outbox.settle(id);
    CHECK(outbox.buried() == 0);
  }
}

inline void check_outbox_crash(TestedOutbox& tested) {
  OutboxDriver outbox(tested);
  const base::WallTime due{std::chrono::milliseconds(1'900'000'000'000)};
  outbox.record({make_call("a", 1), make_plain_call("a", 2), make_call("a", 3), make_call("a", 4)});
  outbox.postpone("a.2", 5, due);
  outbox.settle("a.3");
  outbox.bury("a.4", "refused", 7);
  CHECK(outbox.take_left_behind().empty());  // its owner lives
  if (!tested.crash()) {
    CHECK_FALSE(tested.outbox().is_durable());
    return;
  }
  CHECK(tested.outbox().is_durable());
  SUBCASE("the next process goes on with what waits, each once") {
    CHECK(outbox.ids() == Ids{"a.1", "a.2", "a.4"});
    const auto left = outbox.take_left_behind();
    REQUIRE(ids_of(left) == Ids{"a.1", "a.2"});
    const auto first = make_call("a", 1);
    CHECK(logout::pack(*left[0].call) == logout::pack(*first));
    CHECK(left[0].attempts == 0);
    CHECK(left[1].attempts == 5);
    CHECK(left[1].due == due);
    CHECK(outbox.take_left_behind().empty());
    outbox.settle("a.1");
    CHECK(outbox.ids() == Ids{"a.2", "a.4"});
  }
  SUBCASE("no more than it asks for, oldest first") {
    CHECK(ids_of(outbox.take_left_behind(1)) == Ids{"a.1"});
    CHECK(ids_of(outbox.take_left_behind(1)) == Ids{"a.2"});
    CHECK(outbox.take_left_behind(1).empty());
  }
  SUBCASE("when it dies, too, the one after it goes on") {
    REQUIRE(outbox.take_left_behind(1).size() == 1);
    outbox.record({make_call("b", 1)});
    REQUIRE(tested.crash());
    CHECK(ids_of(outbox.take_left_behind()) == Ids{"a.1", "a.2", "b.1"});
  }
  SUBCASE("those that an earlier process has buried are counted, too [issue 14]") {
    CHECK(outbox.buried() == 1);
    REQUIRE(outbox.retry({}).size() == 1);
    CHECK(outbox.buried() == 0);
  }
  SUBCASE("buried ones can still be tried again") {
    const auto again = outbox.retry({});
    REQUIRE(ids_of(again) == Ids{"a.4"});
    REQUIRE(tested.crash());
    CHECK(ids_of(outbox.take_left_behind()) == Ids{"a.1", "a.2", "a.4"});
  }
}

inline void check_outbox_neighbours(TestedOutbox& tested) {
  auto* neighbour = tested.neighbour();
  if (neighbour == nullptr) return;
  OutboxDriver outbox(tested);
  outbox.record({make_call("a", 1)});
  const auto left = tested.run(neighbour->take_left_behind(10));
  REQUIRE(left);
  CHECK(left->empty());
  const auto listed = tested.run(neighbour->list({}, {}));
  REQUIRE(listed);
  CHECK(listed->size() == 1);
}

// However processes come and go, no call is lost and none is settled that is still handed out.
inline void check_outbox_chance(TestedOutbox& tested, int steps) {
  OutboxDriver outbox(tested);
  std::mt19937 random(4711);
  std::set<std::string> open;
  std::set<std::string> mine;
  unsigned number = 0;
  for (int step = 0; step < steps; ++step) {
    const auto some = [&] {
      return mine.empty() ? std::string("none") : *std::next(mine.begin(), random() % mine.size());
    };
    switch (random() % 8) {
      case 0:
        if (tested.crash()) {
          for (const auto& one : outbox.take_left_behind(1 + random() % 3)) REQUIRE(open.contains(one.call->id));
          REQUIRE(tested.crash());
          mine.clear();
          for (const auto& one : outbox.take_left_behind(1000)) mine.insert(one.call->id);
          REQUIRE(mine == open);
        }
        break;
      case 1:
      case 2: {
        const auto id = some();
        outbox.settle(id);
        mine.erase(id);
        open.erase(id);
        break;
      }
      case 3:
        outbox.postpone(some(), 1, base::WallTime(std::chrono::milliseconds(1'800'000'000'000)));
        break;
      case 4: {
        const auto id = some();
        outbox.bury(id, "chance");
        const auto again = outbox.retry({.call_id = id});
        REQUIRE(again.size() == (mine.contains(id) ? 1 : 0));
        break;
      }
      default: {
        const auto call = make_call("c", ++number);
        outbox.record({call});
        mine.insert(call->id);
        open.insert(call->id);
      }
    }
    if (step % 50 == 0) REQUIRE(outbox.ids({}, {0, 10'000}).size() == open.size());
  }
}

inline void check_outbox_contract(const MakeOutbox& make) {
  const auto tested = make();
  SUBCASE("list") { check_outbox_list(OutboxDriver(*tested)); }
  SUBCASE("burial") { check_outbox_burial(OutboxDriver(*tested)); }
  SUBCASE("crash") { check_outbox_crash(*tested); }
  SUBCASE("neighbours") { check_outbox_neighbours(*tested); }
  SUBCASE("chance") { check_outbox_chance(*tested, 500); }
}

}  // namespace router::test
