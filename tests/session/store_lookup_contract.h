// What a session store finds sessions by, other than their id: a part of store_contract.h.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "session/store_driver.h"
#include "support/sessions.h"

namespace router::test {

// Page by page; between two pages one that was listed, one that was not, and one that is new come and go.
inline void check_store_pages(StoreDriver store, const session::SessionFilter& filter) {
  constexpr std::size_t kSessions = 40;
  constexpr std::size_t kAtOnce = 3;
  std::vector<session::SessionId> made;
  for (std::size_t i = 0; i < kSessions; ++i) {
    auto session = make_session("paged");
    REQUIRE(store.create(session));
    made.push_back(session.id);
  }
  std::set<std::string> staying;
  for (std::size_t i = 0; i < kSessions; ++i) {
    if (i % 4 != 0) staying.insert(std::string(made[i].reveal()));
  }
  std::set<std::string> seen;
  std::optional<session::Position> after;
  std::size_t pages = 0;
  for (std::size_t going = 0;; ++pages) {
    const auto page = store.page(filter, after, kAtOnce);
    for (const auto& one : page) {
      CHECK(seen.insert(std::string(one.session->id.reveal())).second);
      CHECK(one.left == store.time_left(one.session->id));
    }
    if (page.size() < kAtOnce) break;
    after = page.back().position;
    REQUIRE(store.used(made[1]));
    for (const auto at : {going, kSessions - 4 - going}) {
      if (going < kSessions / 2) store.end(made[at]);
    }
    going += 4;
    if (pages < 3) REQUIRE(store.create(make_session("paged")));
  }
  CHECK(std::includes(seen.begin(), seen.end(), staying.begin(), staying.end()));
  CHECK(pages >= staying.size() / kAtOnce);
}

inline void check_store_lookup(StoreDriver store) {
  const auto alice = make_session("alice", "sid-1");
  const auto alice_too = make_session("alice", "sid-2");
  auto bob = make_session("bob", "sid-3");
  bob.tenant = "t2";
  for (const auto& session : {alice, alice_too, bob}) REQUIRE(store.create(session));
  const auto ids = [](const std::vector<session::Snapshot>& found) {
    std::vector<session::SessionId> list;
    for (const auto& session : found) list.push_back(session->id);
    return list;
  };
  using Ids = std::vector<session::SessionId>;

  SUBCASE("by issuer and sid") {
    CHECK(ids(store.select({.issuer = alice.issuer, .idp_session_id = "sid-2"})) == Ids{alice_too.id});
    CHECK(store.select({.issuer = "https://other.example", .idp_session_id = "sid-2"}).empty());
  }
  SUBCASE("by issuer and subject, oldest first") {
    CHECK(ids(store.select({.issuer = alice.issuer, .subject = "alice-sub"})) == Ids{alice.id, alice_too.id});
  }
  SUBCASE("by the tenant of the host they were made on, none being one, too [S19]") {
    auto acme = make_session("alice", "sid-4");
    acme.subdomain = "acme";
    REQUIRE(store.create(acme));
    session::SessionFilter filter{.issuer = alice.issuer, .subject = "alice-sub"};
    CHECK(store.select(filter).size() == 3);
    filter.subdomain = "acme";
    CHECK(ids(store.select(filter)) == Ids{acme.id});
    filter.subdomain = "";
    CHECK(ids(store.select(filter)) == Ids{alice.id, alice_too.id});
  }
  SUBCASE("by user name, by tenant, all, and no more than asked for") {
    CHECK(ids(store.select({.user_name = "bob"})) == Ids{bob.id});
    CHECK(ids(store.select({.tenant = "t2"})) == Ids{bob.id});
    CHECK(ids(store.select({})) == Ids{alice.id, alice_too.id, bob.id});
    CHECK(ids(store.select({}, 2)) == Ids{alice.id, alice_too.id});
    CHECK(ids(store.select({.user_name = "alice"}, 1)) == Ids{alice.id});
  }
  SUBCASE("in any order: as many as asked for, and of those that match [issue 12]") {
    CHECK(store.select({.any_order = true}).size() == 3);
    CHECK(store.select({.any_order = true}, 2).size() == 2);
    CHECK(ids(store.select({.user_name = "bob", .any_order = true}, 1)) == Ids{bob.id});
    CHECK(store.select({.provider = "nobody", .any_order = true}).empty());
  }
  SUBCASE("page by page each that is there all the time once, with the time it has left [issue 12]") {
    SUBCASE("of one user") { check_store_pages(store, {.user_name = "paged"}); }
    SUBCASE("of all") { check_store_pages(store, {}); }
    CHECK(store.page({.user_name = "nobody"}, std::nullopt, 3).empty());
  }
  SUBCASE("all fields of a filter have to fit") {
    CHECK(store.select({.issuer = alice.issuer, .subject = "alice-sub", .user_name = "bob"}).empty());
  }
  SUBCASE("what has ended, or was renamed, is no longer found by what it was") {
    REQUIRE(store.end(alice.id));
    CHECK(ids(store.select({.user_name = "alice"})) == Ids{alice_too.id});
    REQUIRE(store.replace(changed_from(store.find(alice_too.id), "alicia")));
    CHECK(store.select({.user_name = "alice"}).empty());
    CHECK(ids(store.select({.user_name = "alicia"})) == Ids{alice_too.id});
  }
  SUBCASE("by a verified address, as it is now, and by whatever else is asked [issue 16]") {
    auto carol = make_session("carol", "sid-5");
    carol.addresses = {"mailto:carol@example.com", "tel:+1"};
    REQUIRE(store.create(carol));
    CHECK(ids(store.select({.address = "mailto:carol@example.com"})) == Ids{carol.id});
    CHECK(ids(store.select({.address = "tel:+1"})) == Ids{carol.id});
    CHECK(store.select({.address = "mailto:Carol@example.com"}).empty());
    CHECK(store.select({.issuer = "https://other.example", .address = "tel:+1"}).empty());
    session::SessionFilter filter{.tenant = "t2"};
    filter.also = [](const session::Session& session) { return session.user_name == "bob"; };
    CHECK(ids(store.select(filter)) == Ids{bob.id});
    filter.also = [](const session::Session&) { return false; };
    CHECK(store.select(filter).empty());
    auto changed = *store.find(carol.id);
    changed.addresses = {"mailto:c@example.com"};
    REQUIRE(store.replace(changed));
    CHECK(store.select({.address = "mailto:carol@example.com"}).empty());
    CHECK(ids(store.select({.address = "mailto:c@example.com"})) == Ids{carol.id});
    REQUIRE(store.end(carol.id));
    CHECK(store.select({.address = "mailto:c@example.com"}).empty());
  }
  SUBCASE("a login whose sid the provider has ended already does not come in") {
    store.remember_ended({.issuer = alice.issuer, .idp_session_id = "sid-9"});
    CHECK_FALSE(store.create(make_session("alice", "sid-9")));
    CHECK(store.create(make_session("alice", "sid-10")));
    auto elsewhere = make_session("alice", "sid-9");
    elsewhere.issuer = "https://other.example";
    CHECK(store.create(elsewhere));
  }
  SUBCASE("a login that began after the provider ended its session comes in, with the same sid [S29]") {
    const auto ended_at = store.now().wall();
    store.remember_ended({.issuer = alice.issuer, .idp_session_id = "sid-9", .at = ended_at});
    auto login = make_session("alice", "sid-9");
    login.login_started = ended_at;
    CHECK_FALSE(store.create(login));
    login.login_started = ended_at + base::milliseconds(1);
    CHECK(store.create(login));
    store.remember_ended({.issuer = alice.issuer, .idp_session_id = "sid-9", .at = ended_at + base::seconds(1)});
    auto next = make_session("alice", "sid-9");
    next.login_started = ended_at + base::milliseconds(2);
    CHECK_FALSE(store.create(next));
  }
  SUBCASE("what nobody signed keeps a login out by its sid alone, and pushes out nothing that was signed [S9]") {
    const auto ended_at = store.now().wall();
    store.remember_ended({.issuer = alice.issuer, .idp_session_id = "proved", .at = ended_at});
    for (int i = 0; i < 1000; ++i) {
      store.remember_ended({.issuer = alice.issuer,
                            .idp_session_id = "said" + std::to_string(i),
                            .subject = alice.subject,
                            .at = ended_at,
                            .is_signed = false});
    }
    for (const char* sid : {"proved", "said999"}) {
      auto login = make_session("alice", sid);
      login.login_started = ended_at;
      CHECK_FALSE(store.create(login));
      login.login_started = ended_at + base::milliseconds(1);
      CHECK(store.create(login));
    }
    auto other = make_session("alice", "another");
    other.login_started = ended_at;
    CHECK(store.create(other));
  }
  SUBCASE(
      "by sid and subject: the session of that sid, and the user's without one, not those of another sid "
      "[S27]") {
    const auto without = make_session("alice");
    const auto bobs = make_session("bob");
    auto elsewhere = make_session("alice");
    elsewhere.issuer = "https://other.example";
    for (const auto& session : {without, bobs, elsewhere}) REQUIRE(store.create(session));
    const session::SessionFilter filter{.issuer = alice.issuer, .subject = "alice-sub", .idp_session_id = "sid-2"};
    CHECK(ids(store.select(filter)) == Ids{alice_too.id, without.id});
    auto renamed = *store.find(without.id);
    renamed.idp_session_id = "sid-7";
    REQUIRE(store.replace(renamed));
    CHECK(ids(store.select(filter)) == Ids{alice_too.id});
  }
  SUBCASE(
      "by sid and subject: a login on its way that comes without a sid does not come in, a later one does "
      "[S27]") {
    const auto ended_at = store.now().wall();
    auto login = make_session("alice");
    store.remember_ended({.issuer = login.issuer, .idp_session_id = "sid-9", .subject = login.subject, .at = ended_at});
    login.login_started = ended_at;
    CHECK_FALSE(store.create(login));
    login.login_started = ended_at + base::milliseconds(1);
    CHECK(store.create(login));
  }
  SUBCASE("a login started before the provider ended all of the user's does not come in, a later one does") {
    const auto ended_at = store.now().wall();
    auto login = make_session("alice");
    store.remember_ended({.issuer = login.issuer, .subject = login.subject, .at = ended_at});
    login.login_started = ended_at;
    CHECK_FALSE(store.create(login));
    login.login_started = ended_at + base::milliseconds(1);
    CHECK(store.create(login));
    auto other = make_session("bob");
    other.login_started = ended_at;
    CHECK(store.create(other));
  }
  SUBCASE("with a sid the provider ended that session, not all of the user's") {
    store.remember_ended(
        {.issuer = alice.issuer, .idp_session_id = "sid-9", .subject = alice.subject, .at = store.now().wall()});
    CHECK(store.create(make_session("alice", "sid-10")));
  }
  SUBCASE("an empty sid and subject stand for no session") {
    store.remember_ended({.issuer = alice.issuer, .at = store.now().wall()});
    CHECK(store.create(make_session("alice", "")));
  }
}

}  // namespace router::test
