// One server of a cluster is lost, or Redis is full.
#include <doctest/doctest.h>

#include "session/redis_replicas.h"
#include "session/store_driver.h"
#include "support/sessions.h"

namespace router::redis_store_away_test {

using test::make_session;
using test::RedisReplicas;

namespace {

using Found = base::Result<std::optional<session::Snapshot>>;

// What every session is, asked of a replica that has seen none of them.
struct Split {
  std::vector<session::SessionId> served;
  std::vector<session::SessionId> lost;
};

Split split(RedisReplicas& replicas, const std::vector<session::SessionId>& ids) {
  Split split;
  for (const auto& id : ids) {
    const Found found = replicas.run(replicas.client(1).find(id));
    (found && *found ? split.served : split.lost).push_back(id);
  }
  return split;
}

storage::RedisAddress impatient_address_of(test::RedisCluster& cluster) {
  auto address = test::impatient_address_of(cluster.node(1));
  address.layout = storage::RedisLayout::cluster;
  return address;
}

}  // namespace

TEST_CASE("Redis store: with one master of a cluster lost, sessions of all other slots are served [issue 12]") {
  test::RedisCluster cluster;
  for (std::size_t i = 0; i < test::RedisCluster::kNodes; ++i)
    cluster.node(i).ask({"CONFIG", "SET", "cluster-require-full-coverage", "no"});
  RedisReplicas replicas(impatient_address_of(cluster));
  auto& there = replicas.client(2);
  std::vector<session::SessionId> ids;
  for (int i = 0; i < 24; ++i) {
    const auto session = make_session();
    REQUIRE(replicas.run(replicas.store().create(session)));
    ids.push_back(session.id);
  }
  cluster.node(0).stop();
  Split of_all;
  CHECK(replicas.until([&] {
    of_all = split(replicas, ids);
    return !of_all.lost.empty() && !of_all.served.empty();
  }));
  if (of_all.served.size() > 4) of_all.served.resize(4);
  for (const auto& id : of_all.served) {
    // a question that nobody answered comes before each
    CHECK_FALSE(replicas.run(there.find(of_all.lost.front())));
    CHECK(there.health().is_reachable);
    const Found found = replicas.run(there.find(id));
    REQUIRE(found);
    CHECK(*found);
  }
  CHECK(session::is_known_everywhere(there));
  // whoever leaves is let go, and not told that all know of it
  REQUIRE(replicas.run(there.end(of_all.lost.front())));
  CHECK(there.unsaid() == 1);
  CHECK(there.health().is_reachable);
  CHECK_FALSE(session::is_known_everywhere(there));
  const Found again = replicas.run(there.find(of_all.lost.front()));
  REQUIRE(again);
  CHECK_FALSE(*again);
  cluster.node(0).go_on();
  CHECK(replicas.until([&] { return session::is_known_everywhere(there); }));
  CHECK(replicas.until([&] {
    const Found found = replicas.run(replicas.client(1).find(of_all.lost.front()));
    return found && !*found;
  }));
}

TEST_CASE("Redis store: one that is full is there; what it cannot note has not ended everywhere [issue 12]") {
  test::RedisServer server;
  RedisReplicas replicas(test::impatient_address_of(server));
  auto& here = replicas.store();
  const auto session = make_session();
  REQUIRE(replicas.run(here.create(session)));
  CHECK(replicas.until([&] { return here.health().is_reachable; }));
  server.ask({"CONFIG", "SET", "maxmemory", "1"});
  const auto refused = replicas.run(here.create(make_session()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::unavailable);
  const auto ended = replicas.run(here.end(session.id));
  REQUIRE(ended);
  CHECK(*ended);
  CHECK(here.health().is_reachable);
  CHECK_FALSE(session::is_known_everywhere(here));
  server.ask({"CONFIG", "SET", "maxmemory", "0"});
  CHECK(replicas.until([&] { return session::is_known_everywhere(here); }));
  const Found found = replicas.run(replicas.client(1).find(session.id));
  REQUIRE(found);
  CHECK_FALSE(*found);
}

TEST_CASE("Redis store: while it is away nobody is asked who could not answer [issue 12]") {
  test::RedisServer server;
  RedisReplicas replicas(test::impatient_address_of(server));
  auto& here = replicas.store();
  const auto session = make_session();
  REQUIRE(replicas.run(here.create(session)));
  const auto known = replicas.run(here.find(session.id));
  REQUIRE(known);
  server.stop();
  // a moment: the last question has not been answered, and none is under way
  CHECK(replicas.until([&] { return !here.health().is_reachable; }));
  const auto is_not_asked = [](const auto& answer) {
    return !answer && answer.error().code == base::ErrorCode::unavailable && answer.error().detail == "Redis is away";
  };
  const auto take_nothing = [](const session::Session&, session::Session&) {};
  CHECK(is_not_asked(replicas.run(here.create(make_session()))));
  CHECK(is_not_asked(replicas.run(here.succeed(session.id, make_session(), take_nothing))));
  CHECK(is_not_asked(replicas.run(here.successor(session.id))));
  CHECK(is_not_asked(replicas.run(here.replace(***known))));
  CHECK(is_not_asked(replicas.run(here.select({}, 10))));
  CHECK(is_not_asked(replicas.run(here.shared().once(session::Kind::login_state, "key", base::minutes(10)))));
  CHECK(is_not_asked(replicas.run(here.shared().forget(session::Kind::login_state, "key"))));
  CHECK(is_not_asked(replicas.run(here.shared().lease("name", base::minutes(10)))));
  server.go_on();
}

}  // namespace router::redis_store_away_test
