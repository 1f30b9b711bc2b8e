#include <doctest/doctest.h>

#include "storage/redis_world.h"

using namespace router;
using test::RedisWorld;

TEST_CASE(
    "Redis client: after a fail-over the sentinels' new master is asked, be the old one dead or demoted [issue 12]") {
  test::RedisGroup group;
  storage::RedisAddress address;
  address.layout = storage::RedisLayout::sentinel;
  address.servers = {{"127.0.0.1", test::refusing_port()}, {"127.0.0.1", group.sentinel().port()}};
  address.master = "main";
  RedisWorld world(address);
  REQUIRE(world.text({"SET", "k", "v"}) == "OK");
  CHECK(world.client->is_connected());
  SUBCASE("killed") {
    group.master().kill();
    CHECK(world.comes_to_say({"SET", "k", "w"}, "OK"));
  }
  SUBCASE("demoted: it answers READONLY") {
    // once the sentinel has heard from the replica how far it is
    CHECK(test::eventually(
        [&] {
          return group.sentinel().ask({"SENTINEL", "FAILOVER", "main"}) == "OK";
        },
        test::milliseconds(15'000)));
    CHECK(test::eventually([&] { return group.master().ask({"ROLE"}).starts_with("slave"); },
                           test::milliseconds(15'000)));
    CHECK(world.comes_to_say({"SET", "k", "w"}, "OK"));
  }
  CHECK(group.replica().ask({"GET", "k"}) == "w");
}

TEST_CASE(
    "Redis client: each key of a cluster is asked for where it is, also while its slot moves and after [issue 12]") {
  test::RedisCluster cluster;
  storage::RedisAddress address;
  address.layout = storage::RedisLayout::cluster;
  address.servers = {{"127.0.0.1", test::refusing_port()}, {"127.0.0.1", cluster.node(0).port()}};
  RedisWorld world(address);
  for (int i = 0; i < 50; ++i) REQUIRE(world.text({"SET", "key" + std::to_string(i), std::to_string(i)}) == "OK");
  for (std::size_t i = 0; i < 3; ++i) CHECK(cluster.node(i).ask({"DBSIZE"}) != "0");
  for (int i = 0; i < 50; ++i) REQUIRE(world.text({"GET", "key" + std::to_string(i)}) == std::to_string(i));

  const auto slot = storage::redis_slot("{tag}");
  const auto from = cluster.owner(slot);
  const auto to = (from + 1) % 3;
  REQUIRE(from < 3);
  REQUIRE(world.text({"SET", "{tag}old", "1"}) == "OK");
  const auto text = std::to_string(slot);
  CHECK(cluster.node(to).ask({"CLUSTER", "SETSLOT", text, "IMPORTING", cluster.id(from)}) == "OK");
  CHECK(cluster.node(from).ask({"CLUSTER", "SETSLOT", text, "MIGRATING", cluster.id(to)}) == "OK");
  // ASK: what is not there any more, or not yet
  CHECK(world.text({"SET", "{tag}new", "2"}) == "OK");
  CHECK(world.text({"GET", "{tag}old"}) == "1");
  CHECK(world.text({"GET", "{tag}new"}) == "2");
  CHECK(cluster.node(from).ask(
            {"MIGRATE", "127.0.0.1", std::to_string(cluster.node(to).port()), "{tag}old", "0", "1000"}) == "OK");
  CHECK(world.text({"GET", "{tag}old"}) == "1");
  cluster.assign(slot, to);
  // MOVED
  CHECK(world.text({"GET", "{tag}old"}) == "1");
  CHECK(world.text({"SET", "{tag}new", "3"}) == "OK");
  CHECK(world.text({"GET", "{tag}new"}) == "3");
}
