#include "session/memory_store.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "session/store_contract.h"
#include "session/store_interleavings.h"
#include "support/counted.h"

namespace router::memory_store_test {

using test::FakeClock;
using test::make_session;
using test::run_task;

namespace {

class TestedMemoryStore final : public test::TestedStore {
 public:
  explicit TestedMemoryStore(const session::StoreLimits& limits = {}) : store_(clock_, limits) {}
  session::Store& store() override { return store_; }
  FakeClock& clock() override { return clock_; }

 private:
  FakeClock clock_;
  session::MemoryStore store_;
};

}  // namespace

TEST_CASE("memory store: keeps the contract of all stores") {
  test::check_store_contract(
      [](const session::StoreLimits& limits) { return std::make_unique<TestedMemoryStore>(limits); });
}

TEST_CASE("memory store: in 10,000 interleavings of two and three clients nobody is signed in after an end [O10]") {
  test::check_store_of_many_clients(
      [](const session::StoreLimits& limits) { return std::make_unique<TestedMemoryStore>(limits); }, 10'000);
}

TEST_CASE("memory store: three hundred thousand unsigned logouts push out no signed one [S9]") {
  TestedMemoryStore tested;
  test::StoreDriver store(tested);
  auto login = make_session("alice", "proved");
  login.login_started = store.now().wall();
  store.remember_ended({.issuer = login.issuer, .idp_session_id = "proved", .at = login.login_started});
  for (int i = 0; i < 300'000; ++i) {
    store.remember_ended({.issuer = login.issuer,
                          .idp_session_id = "said" + std::to_string(i),
                          .at = login.login_started,
                          .is_signed = false});
  }
  CHECK_FALSE(store.create(login));
}

TEST_CASE("memory store: with a limit the oldest session makes room, and is handed out once") {
  TestedMemoryStore tested({.sessions = 3});
  test::StoreDriver store(tested);
  std::vector<session::Session> sessions;
  for (int i = 0; i < 5; ++i) {
    sessions.push_back(make_session());
    REQUIRE(store.create(sessions.back()));
  }
  CHECK(store.counts().live == 3);
  CHECK(store.counts().evicted == 2);
  CHECK_FALSE(store.find(sessions[0].id));
  CHECK_FALSE(store.find(sessions[1].id));
  CHECK(store.find(sessions[2].id));
  const auto over = store.take_all_expired();
  REQUIRE(over.size() == 2);
  CHECK(over[0]->id == sessions[0].id);
  CHECK(over[1]->id == sessions[1].id);
  CHECK(store.take_all_expired().empty());
  CHECK_FALSE(store.end(sessions[0].id));
}

TEST_CASE("memory store: who stands for a session is known as long as a tombstone, and many push out the oldest [S7]") {
  const auto take_nothing = [](const session::Session&, session::Session&) {};
  TestedMemoryStore tested;
  test::StoreDriver store(tested);
  const auto before = make_session();
  const auto next = make_session();
  REQUIRE(store.create(before));
  REQUIRE(store.succeed(before.id, next, take_nothing));
  tested.clock().advance(base::minutes(9));
  CHECK(store.successor(before.id) == next.id);
  tested.clock().advance(base::minutes(21));
  CHECK(store.successor(before.id).empty());

  session::SessionId first;
  for (int i = 0; i < 70'000; ++i) {
    const auto login = make_session();
    const auto relogin = make_session();
    REQUIRE(store.create(login));
    REQUIRE(store.succeed(login.id, relogin, take_nothing));
    if (i == 0) first = login.id;
    if (i == 69'999) CHECK_FALSE(store.successor(login.id).empty());
  }
  CHECK(store.successor(first).empty());
}

TEST_CASE("memory store: a flood of anonymous sessions keeps no login out, and no user's time-out waiting [K1]") {
  TestedMemoryStore tested({.anonymous = 1});
  test::StoreDriver store(tested);
  auto user = make_session();
  user.idle_timeout = base::minutes(5);
  REQUIRE(store.create(user));
  bool has_room = true;
  for (int i = 0; i < 70'000 && has_room; ++i) has_room = store.create(test::make_anonymous());
  CHECK_FALSE(has_room);  // more wait to be told than anybody keeps
  CHECK(store.create(make_session("bob")));
  tested.clock().advance(base::minutes(6));
  const auto first = store.take_expired(1);
  REQUIRE(first.size() == 1);
  CHECK(first.front()->id == user.id);
  CHECK_FALSE(store.take_all_expired().empty());
  CHECK(store.create(test::make_anonymous()));
}

TEST_CASE("memory store: an ended sid is forgotten after a while") {
  TestedMemoryStore tested;
  test::StoreDriver store(tested);
  store.remember_ended({.issuer = "https://idp.example", .idp_session_id = "sid-1"});
  tested.clock().advance(base::minutes(9));
  CHECK_FALSE(store.create(make_session("alice", "sid-1")));
  tested.clock().advance(base::minutes(25));
  CHECK(store.create(make_session("alice", "sid-1")));
}

TEST_CASE("memory store: sessions that end long after anybody looked are all found") {
  TestedMemoryStore tested;
  test::StoreDriver store(tested);
  for (int i = 0; i < 300; ++i) {
    auto session = make_session();
    session.idle_timeout = base::seconds(1 + i * 7);
    REQUIRE(store.create(session));
  }
  tested.clock().advance(std::chrono::hours(24));
  CHECK(store.take_all_expired().size() == 300);
}

TEST_CASE("memory store: threads that create, use and end sessions lose none and end none twice") {
  constexpr int kThreads = 4;
  constexpr int kSessions = 200;
  base::SystemClock clock;
  session::MemoryStore store(clock);
  std::vector<session::Session> shared;
  for (int i = 0; i < kSessions; ++i) {
    shared.push_back(make_session("user " + std::to_string(i % 10), "sid " + std::to_string(i)));
    REQUIRE(run_task(store.create(shared.back())));
  }
  std::atomic<int> handed_out = 0;
  const auto work = [&](int offset) {
    for (int i = 0; i < kSessions; ++i) {
      const auto& id = shared[static_cast<std::size_t>((i * 7 + offset * 13) % kSessions)].id;
      const auto found = run_task(store.find(id));
      if (found && *found) {
        session::Session changed = ***found;
        changed.user_name = "thread " + std::to_string(offset);
        (void)run_task(store.replace(std::move(changed)));
      }
      (void)run_task(store.used(id));
      if (i % 3 == 0) {
        const auto ended = run_task(store.end(id));
        if (ended && *ended) ++handed_out;
        const auto again = run_task(store.find(id));
        if (again && *again) ++handed_out;  // back from the dead: makes the sum wrong
      }
      (void)run_task(store.select({.user_name = "thread 1"}, 5));
      (void)run_task(store.take_expired(10));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
  const auto counts = test::counts_of(store);
  CHECK(counts.created == kSessions);
  CHECK(counts.ended == static_cast<std::uint64_t>(handed_out.load()));
  CHECK(counts.live + counts.ended + counts.expired == kSessions);
}

TEST_CASE("memory store: who goes because of a limit is counted by it [issue 14]") {
  test::FakeClock clock;
  session::MemoryStore store(clock, {.sessions = 2, .anonymous = 1});
  const auto users = test::counted("xsrouter_limit_hits_total", {"LIMIT_SESSIONS"});
  const auto nobody = test::counted("xsrouter_limit_hits_total", {"LIMIT_ANONYMOUS_SESSIONS"});
  for (int i = 0; i < 2; ++i) CHECK(test::run_task(store.create(test::make_session())));
  CHECK(test::run_task(store.create(test::make_anonymous())));
  CHECK(test::counted("xsrouter_limit_hits_total", {"LIMIT_SESSIONS"}) == users);
  CHECK(test::counted("xsrouter_limit_hits_total", {"LIMIT_ANONYMOUS_SESSIONS"}) == nobody);
  CHECK(test::run_task(store.create(test::make_session())));
  CHECK(test::run_task(store.create(test::make_anonymous())));
  CHECK(test::counted("xsrouter_limit_hits_total", {"LIMIT_SESSIONS"}) == users + 1);
  CHECK(test::counted("xsrouter_limit_hits_total", {"LIMIT_ANONYMOUS_SESSIONS"}) == nobody + 1);
}

}  // namespace router::memory_store_test
