#include "management/doorkeeper.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::doorkeeper_test {
namespace {

using namespace router::management;
using base::Secret;
using test::FakeClock;

struct World {
  FakeClock clock;
  Doorkeeper door{{Secret("all-of-it"), Secret("only-look"), false}, clock};
};

Visitor look(Doorkeeper& door, std::string authorization, std::string address) {
  return door.look({.authorization = std::move(authorization), .address = std::move(address)});
}

}  // namespace

TEST_CASE("doorkeeper: each token has its rights, in any spelling of the scheme and in no other form [issue 14]") {
  struct Row {
    std::string authorization;
    Right right;
    std::string name;
  };
  const Row rows[] = {
      {"Bearer all-of-it", Right::everything, "MANAGEMENT_TOKEN"},
      {"bearer  all-of-it ", Right::everything, "MANAGEMENT_TOKEN"},
      {"BEARER only-look", Right::look, "MANAGEMENT_READ_TOKEN"},
      {"Bearer all-of-i", Right::nothing, ""},
      {"Bearer all-of-itt", Right::nothing, ""},
      {"Bearer", Right::nothing, ""},
      {"Bearer ", Right::nothing, ""},
      {"all-of-it", Right::nothing, ""},
      {"Basic all-of-it", Right::nothing, ""},
      {"", Right::nothing, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.authorization);
    World world;
    const auto visitor = look(world.door, row.authorization, "192.0.2.1");
    CHECK(visitor.right == row.right);
    CHECK(visitor.name == row.name);
    CHECK(visitor.said_something == !row.authorization.empty());
    CHECK_FALSE(visitor.come_again.has_value());
  }
}

TEST_CASE("doorkeeper: wrong tokens of an address are limited, and lock nobody out who has the right one [issue 14]") {
  FakeClock clock;
  Doorkeeper door({Secret("all-of-it-all-of-it"), Secret("only-look-only-look"), false}, clock);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(look(door, "Bearer wrong", "192.0.2.1").come_again.has_value());
  for (const auto* guess : {"Bearer wrong", "Bearer all-of-it-all-of-iT", "Bearer ", "Bearer"}) {
    CAPTURE(guess);
    const auto refused = look(door, guess, "192.0.2.1");
    CHECK(refused.right == Right::nothing);
    REQUIRE(refused.come_again.has_value());
    CHECK(refused.come_again->count() >= 1);
    CHECK(refused.come_again->count() <= 12);
  }
  CHECK(look(door, "Bearer all-of-it-all-of-it", "192.0.2.1").right == Right::everything);
  CHECK(look(door, "Bearer only-look-only-look", "192.0.2.1").right == Right::look);
  CHECK(door.sign_in("all-of-it-all-of-it", {.address = "192.0.2.1"}).visitor.right == Right::everything);
  // who has got in pays for no guess of the others
  CHECK(look(door, "Bearer wrong", "192.0.2.1").come_again.has_value());
}

TEST_CASE("doorkeeper: after five wrong tokens in a minute a right one that can be guessed is not heard [issue 14]") {
  World world;
  for (int i = 0; i < 5; ++i) CHECK_FALSE(look(world.door, "Bearer wrong", "192.0.2.1").come_again.has_value());
  const auto refused = look(world.door, "Bearer all-of-it", "192.0.2.1");
  CHECK(refused.right == Right::nothing);
  REQUIRE(refused.come_again.has_value());
  CHECK(refused.come_again->count() >= 1);
  CHECK(refused.come_again->count() <= 12);
  // others are no worse off, and who says nothing has not guessed
  CHECK(look(world.door, "Bearer all-of-it", "192.0.2.2").right == Right::everything);
  CHECK_FALSE(look(world.door, "", "192.0.2.1").come_again.has_value());
  world.clock.advance(base::seconds(13));
  CHECK(look(world.door, "Bearer all-of-it", "192.0.2.1").right == Right::everything);
}

TEST_CASE("doorkeeper: an IPv6 client does not get five more with each address of its network [issue 14]") {
  World world;
  for (int i = 0; i < 5; ++i) look(world.door, "Bearer wrong", "2001:db8::" + std::to_string(i + 1));
  CHECK(look(world.door, "Bearer all-of-it", "2001:db8::77").come_again.has_value());
  CHECK_FALSE(look(world.door, "Bearer all-of-it", "2001:db8:1::1").come_again.has_value());
}

TEST_CASE("doorkeeper: a token that is not configured is nobody's, not even the empty one [issue 14]") {
  FakeClock clock;
  Doorkeeper closed({}, clock);
  CHECK_FALSE(closed.has_tokens());
  CHECK(look(closed, "Bearer ", "192.0.2.1").right == Right::nothing);
  Doorkeeper for_looking({Secret(), Secret("only-look"), false}, clock);
  CHECK(for_looking.has_tokens());
  CHECK(look(for_looking, "Bearer ", "192.0.2.1").right == Right::nothing);
  CHECK(look(for_looking, "Bearer only-look", "192.0.2.1").right == Right::look);
}

TEST_CASE("doorkeeper: on a Unix socket the file's rights decide [issue 14]") {
  FakeClock clock;
  Doorkeeper door({Secret("all-of-it"), Secret(), true}, clock);
  CHECK(look(door, "", "").right == Right::everything);
  CHECK(look(door, "Bearer wrong", "").name == "socket");
}

TEST_CASE("doorkeeper: a Unix socket that was brought to a port obeys no page whose name was led to it [issue 14]") {
  FakeClock clock;
  Doorkeeper socket({Secret("all-of-it"), Secret(), true}, clock);
  for (const auto* host : {"", "localhost", "localhost:9090", "127.0.0.1", "127.0.0.1:9090", "[::1]", "[::1]:9090", "x",
                           "/run/xs-router/management.sock"}) {
    CAPTURE(host);
    CHECK(socket.look({.host = host}).right == Right::everything);
  }
  for (const auto* host : {"rebound.example", "rebound.example:9090", "localhost.", "a.localhost:1", "127.0.0.1.nip.io",
                           "127.0.0.1.", "1.2.3"}) {
    CAPTURE(host);
    const auto visitor = socket.look({.host = host});
    CHECK(visitor.right == Right::nothing);
    CHECK(visitor.is_misled);
    CHECK(socket.sign_in("all-of-it", {.host = host}).visitor.right == Right::nothing);
  }
  // with tokens a name is as good as an address
  Doorkeeper port({Secret("all-of-it"), Secret(), false}, clock);
  CHECK(port.look({.authorization = "Bearer all-of-it", .host = "router.example"}).right == Right::everything);
}

}  // namespace router::doorkeeper_test
