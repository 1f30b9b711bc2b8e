// What every store's shared state has to do (session/shared_state.h), as tests that any can be put through.
#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>

#include "session/store_driver.h"

namespace router::test {

// Calls as a test wants them, of one client or another of the same medium.
class SharedDriver {
 public:
  explicit SharedDriver(TestedStore& tested, std::size_t client = 0) : tested_(tested), client_(client) {}

  bool once(session::Kind kind, const std::string& key) { return call(shared().once(kind, key, kTtl)); }
  void keep(session::Kind kind, const std::string& key, const std::string& value) {
    done(shared().keep(kind, key, base::Secret(value), kTtl));
  }
  std::string take(session::Kind kind, const std::string& key) {
    const auto taken = call(shared().take(kind, key));
    return taken ? std::string(taken->reveal()) : "nothing";
  }
  session::Tally tally(session::Kind kind, const std::string& key, unsigned add) {
    return call(shared().tally(kind, key, add, kTtl));
  }
  void forget(session::Kind kind, const std::string& key) { done(shared().forget(kind, key)); }
  std::optional<session::Lease> lease(const std::string& name) { return call(shared().lease(name, kTtl)); }
  bool extend(const session::Lease& lease) { return call(shared().extend(lease, kTtl)); }
  void release(const session::Lease& lease) { done(shared().release(lease)); }

  static constexpr base::milliseconds kTtl = base::minutes(10);

 private:
  session::SharedState& shared() { return tested_.client(client_).shared(); }
  template <class T>
  T call(base::Task<base::Result<T>> task) {
    auto result = tested_.run(std::move(task));
    REQUIRE(result);
    return *std::move(result);
  }
  void done(base::Task<base::Result<void>> task) { REQUIRE(tested_.run(std::move(task))); }

  TestedStore& tested_;
  std::size_t client_;
};

inline void check_shared_notes(SharedDriver here, SharedDriver there, FakeClock& clock) {
  using session::Kind;
  SUBCASE("what is said once is said once, whoever says it") {
    CHECK(here.once(Kind::logout_token, "jti-1"));
    CHECK_FALSE(here.once(Kind::logout_token, "jti-1"));
    CHECK_FALSE(there.once(Kind::logout_token, "jti-1"));
    CHECK(there.once(Kind::logout_token, "jti-2"));
    CHECK(there.once(Kind::login_state, "jti-1"));
  }
  SUBCASE("what was said is remembered for its time, and forgotten after it") {
    REQUIRE(here.once(Kind::login_state, "state"));
    clock.advance(SharedDriver::kTtl - base::seconds(1));
    CHECK_FALSE(there.once(Kind::login_state, "state"));
    clock.advance(2 * SharedDriver::kTtl + base::seconds(1));
    CHECK(there.once(Kind::login_state, "state"));
  }
  SUBCASE("keys are any bytes") {
    const std::string with_zero("a\0b", 3);
    CHECK(here.once(Kind::login_state, with_zero));
    CHECK(here.once(Kind::login_state, "a"));
    CHECK(here.once(Kind::login_state, ""));
    CHECK(here.once(Kind::login_state, "a' OR 1=1 --\r\n*3"));
    CHECK(here.once(Kind::login_state, std::string(8192, 'x')));
    CHECK_FALSE(there.once(Kind::login_state, with_zero));
    CHECK_FALSE(there.once(Kind::login_state, std::string(8192, 'x')));
  }
  SUBCASE("what is kept is taken once") {
    const std::string value("/bye?\0\r\n", 8);
    here.keep(Kind::return_state, "held.1", value);
    CHECK(there.take(Kind::return_state, "held.2") == "nothing");
    CHECK(there.take(Kind::return_state, "held.1") == value);
    CHECK(there.take(Kind::return_state, "held.1") == "nothing");
    CHECK(here.take(Kind::return_state, "held.1") == "nothing");
  }
  SUBCASE("what was kept too long is gone") {
    here.keep(Kind::return_state, "held.1", "/bye");
    here.keep(Kind::return_state, "held.2", "/bye");
    clock.advance(SharedDriver::kTtl - base::seconds(1));
    CHECK(there.take(Kind::return_state, "held.1") == "/bye");
    clock.advance(base::seconds(2));
    CHECK(there.take(Kind::return_state, "held.2") == "nothing");
  }
  SUBCASE("what is said, kept and counted under one key does not meet") {
    CHECK(here.once(Kind::return_state, "k"));
    CHECK(here.take(Kind::return_state, "k") == "nothing");
    here.keep(Kind::return_state, "k", "v");
    CHECK(here.tally(Kind::return_state, "k", 0).count == 0);
    CHECK_FALSE(here.once(Kind::return_state, "k"));
    CHECK(here.take(Kind::return_state, "k") == "v");
  }
}

inline void check_shared_tallies(SharedDriver here, SharedDriver there, FakeClock& clock) {
  using session::Kind;
  SUBCASE("all count together, and looking adds nothing") {
    CHECK(here.tally(Kind::account_failures, "ada", 0).count == 0);
    CHECK(here.tally(Kind::account_failures, "ada", 1).count == 1);
    CHECK(there.tally(Kind::account_failures, "ada", 2).count == 3);
    CHECK(here.tally(Kind::account_failures, "ada", 0).count == 3);
    CHECK(here.tally(Kind::account_failures, "bob", 0).count == 0);
    CHECK(here.tally(Kind::address_failures, "ada", 0).count == 0);
  }
  SUBCASE("it starts anew when its time is over, which the first addition began") {
    REQUIRE(here.tally(Kind::account_failures, "ada", 1).ends_in == SharedDriver::kTtl);
    clock.advance(base::minutes(9));
    const auto later = there.tally(Kind::account_failures, "ada", 1);
    CHECK(later.count == 2);
    CHECK(later.ends_in == base::minutes(1));
    clock.advance(base::minutes(1));
    CHECK(here.tally(Kind::account_failures, "ada", 0).count == 0);
    CHECK(there.tally(Kind::account_failures, "ada", 1).count == 1);
  }
  SUBCASE("what is forgotten starts anew") {
    REQUIRE(here.tally(Kind::account_failures, "ada", 4).count == 4);
    there.forget(Kind::account_failures, "ada");
    there.forget(Kind::account_failures, "never counted");
    CHECK(here.tally(Kind::account_failures, "ada", 1).count == 1);
  }
}

inline void check_shared_leases(SharedDriver here, SharedDriver there, FakeClock& clock) {
  SUBCASE("one has it, and nobody else, not even the same") {
    const auto mine = here.lease("refresh/1");
    REQUIRE(mine);
    CHECK_FALSE(there.lease("refresh/1"));
    CHECK_FALSE(here.lease("refresh/1"));
    CHECK(there.lease("refresh/2"));
  }
  SUBCASE("given back, it is free at once, with a larger number") {
    const auto first = here.lease("refresh/1");
    REQUIRE(first);
    here.release(*first);
    const auto second = there.lease("refresh/1");
    REQUIRE(second);
    CHECK(second->fence > first->fence);
    // the old one is worth nothing
    here.release(*first);
    CHECK_FALSE(here.extend(*first));
    CHECK_FALSE(here.lease("refresh/1"));
  }
  SUBCASE("whoever is silent loses it when its time is over") {
    const auto first = here.lease("expiry");
    REQUIRE(first);
    clock.advance(SharedDriver::kTtl - base::seconds(1));
    REQUIRE(here.extend(*first));
    clock.advance(SharedDriver::kTtl - base::seconds(1));
    CHECK_FALSE(there.lease("expiry"));
    clock.advance(base::seconds(2));
    const auto second = there.lease("expiry");
    REQUIRE(second);
    CHECK(second->fence > first->fence);
    CHECK_FALSE(here.extend(*first));
  }
}

inline void check_shared_contract(const MakeStore& make) {
  const auto tested = make({});
  SharedDriver here(*tested, 0);
  SharedDriver there(*tested, 1);
  SUBCASE("notes") { check_shared_notes(here, there, tested->clock()); }
  SUBCASE("tallies") { check_shared_tallies(here, there, tested->clock()); }
  SUBCASE("leases") { check_shared_leases(here, there, tested->clock()); }
}

}  // namespace router::test
