// Anonymous sessions, of the contract of all stores (session/store_contract.h): their limits, and that they
// are nobody's.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "session/store_driver.h"
#include "support/sessions.h"

namespace router::test {

inline void check_store_anonymous(const MakeStore& make) {
  const session::StoreLimits few{.sessions = 2, .anonymous = 4, .anonymous_per_address = 3};
  const auto limited = make(few);
  StoreDriver store(*limited);
  const auto come = [&](const std::string& home) {
    auto session = make_anonymous(home);
    REQUIRE(store.create(session));
    return session;
  };
  const auto live = [&](const std::vector<session::Session>& sessions) {
    std::string text;
    for (const auto& session : sessions) text.push_back(store.find(session.id) ? 'x' : '.');
    return text;
  };
  const auto ids_over = [&] {
    std::vector<session::SessionId> ids;
    for (const auto& session : store.take_all_expired()) ids.push_back(session->id);
    return ids;
  };
  using Ids = std::vector<session::SessionId>;

  SUBCASE("an anonymous session is kept, changed and ended like any other, with what makes it one [K1]") {
    auto session = come("198.51.100.7");
    auto found = store.find(session.id);
    REQUIRE(found);
    CHECK(found->is_anonymous);
    CHECK(found->home == "198.51.100.7");
    CHECK(found->subject.empty());
    session::Session changed = *found;
    changed.backend_cookies.clear();
    REQUIRE(store.replace(changed));
    CHECK(store.counts().anonymous == 1);
    REQUIRE(store.end(session.id));
    CHECK(store.counts().anonymous == 0);
    CHECK_FALSE(store.create(session));
    CHECK(store.counts().anonymous == 0);
    CHECK(store.take_all_expired().empty());
  }
  SUBCASE("the oldest anonymous session makes room, and is handed out once [K1]") {
    std::vector<session::Session> sessions;
    for (int i = 0; i < 6; ++i) sessions.push_back(come("192.0.2." + std::to_string(i)));
    CHECK(live(sessions) == "..xxxx");
    CHECK(store.counts().anonymous == 4);
    CHECK(store.counts().evicted == 2);
    CHECK(ids_over() == Ids{sessions[0].id, sessions[1].id});
    CHECK(store.take_all_expired().empty());
    CHECK_FALSE(store.end(sessions[0].id));
  }
  SUBCASE("of an address with too many its own oldest goes, nobody else's [K1]") {
    std::vector<session::Session> sessions{come("192.0.2.1")};
    for (int i = 0; i < 5; ++i) sessions.push_back(come("192.0.2.9"));
    CHECK(live(sessions) == "x..xxx");
    CHECK(ids_over() == Ids{sessions[1].id, sessions[2].id});
  }
  SUBCASE("what has ended, or whose time is over, has no place any more [K1]") {
    std::vector<session::Session> sessions;
    for (int i = 0; i < 3; ++i) sessions.push_back(come("192.0.2.9"));
    REQUIRE(store.end(sessions[1].id));
    store.told(sessions[1].id);
    sessions.push_back(come("192.0.2.9"));
    CHECK(live(sessions) == "x.xx");
    limited->clock().advance(sessions[0].idle_timeout + base::seconds(2));
    CHECK(ids_over().size() == 3);
    CHECK(store.counts().anonymous == 0);
    std::vector<session::Session> later;
    for (int i = 0; i < 3; ++i) later.push_back(come("192.0.2.9"));
    CHECK(live(later) == "xxx");
  }
  SUBCASE("a session that is used all the time goes in its turn: the order is that of creation [K1]") {
    std::vector<session::Session> sessions;
    for (int i = 0; i < 3; ++i) sessions.push_back(come("192.0.2.9"));
    REQUIRE(store.used(sessions[0].id));
    sessions.push_back(come("192.0.2.9"));
    CHECK(live(sessions) == ".xxx");
  }
  SUBCASE("users and anonymous sessions make no room for each other [K1]") {
    std::vector<session::Session> users;
    for (int i = 0; i < 2; ++i) {
      users.push_back(make_session("user " + std::to_string(i)));
      REQUIRE(store.create(users.back()));
    }
    std::vector<session::Session> anonymous;
    for (int i = 0; i < 20; ++i) anonymous.push_back(come("192.0.2." + std::to_string(i)));
    CHECK(live(users) == "xx");
    CHECK(store.counts().live == 6);
    users.push_back(make_session("user 2"));
    REQUIRE(store.create(users.back()));
    CHECK(live(users) == ".xx");
    CHECK(live(anonymous).substr(16) == "xxxx");
  }
  SUBCASE("it is no user's: only a filter that asks for everybody finds it [K1]") {
    const auto session = come("192.0.2.1");
    const auto alice = make_session("alice", "sid-1");
    REQUIRE(store.create(alice));
    CHECK(store.select({}).size() == 2);
    CHECK(store.select({.issuer = alice.issuer, .subject = alice.subject}).size() == 1);
    CHECK(store.select({.issuer = alice.issuer}).size() == 1);
    store.remember_ended({.issuer = alice.issuer, .subject = alice.subject, .at = store.now().wall()});
    CHECK(store.create(make_anonymous()));
  }
  SUBCASE("without limits there may be any number [K1]") {
    const auto unlimited = make({});
    StoreDriver all(*unlimited);
    for (int i = 0; i < 50; ++i) REQUIRE(all.create(make_anonymous()));
    CHECK(all.counts().anonymous == 50);
    CHECK(all.counts().evicted == 0);
  }
}

}  // namespace router::test
