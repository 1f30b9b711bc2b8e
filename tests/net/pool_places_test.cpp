// The pool on a loop that the test turns, with a back-end on the loopback interface: which connection is used
// again, who waits for a place, and in which order they get one. Look-ups and their ends:
// backend_pool_test.cpp.
#include <doctest/doctest.h>
#include <poll.h>

#include "pool_world.h"

namespace router::pool_places_test {

using base::ErrorCode;
using std::string;
using test::Asked;
using test::kGood;
using test::kRequest;
using test::PoolWorld;
using namespace std::chrono_literals;

namespace {

// Until the kernel has brought what the peer did.
void await_sign_at(int descriptor) {
  pollfd asked{descriptor, POLLIN, 0};
  CHECK(::poll(&asked, 1, static_cast<int>(test::kPatience.count())) == 1);
}

}  // namespace

TEST_CASE(
    "pool: a connection is used again only after an answer that was read to its end and left no doubt "
    "[H17]") {
  struct Row {
    const char* name;
    string answer;
    bool kept;
    bool reads_body = true;
  };
  const Row rows[] = {
      {"a length", kGood, true},
      {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", true},
      {"no body", "HTTP/1.1 204 No Content\r\n\r\n", true},
      {"an interim answer first", "HTTP/1.1 103 Early Hints\r\n\r\n" + kGood, true},
      {"Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false},
      {"a body that nobody read", kGood, false, false},
      {"bytes behind the answer", kGood + "HTTP", false},
      {"an interim answer with Connection: close", "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n" + kGood,
       false},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    PoolWorld world;
    Asked first;
    const auto peer = world.connected(first);
    world.converse(first, peer, row.answer, row.reads_body);
    world.give_back(first);
    CHECK(world.pool.counts().idle == (row.kept ? 1U : 0U));
    CHECK(world.pool.counts().open == (row.kept ? 1U : 0U));
    if (!row.kept) continue;
    Asked second;
    world.ask(second);
    REQUIRE(second.has_connection());
    CHECK(second.connection().is_reused());
    CHECK(world.nobody_came());
  }
}

TEST_CASE("pool: neither who says so nor a pool without reuse keeps a connection [H17]") {
  for (const bool reuse : {true, false}) {
    PoolWorld world({.reuse = reuse});
    Asked asked;
    const auto peer = world.connected(asked);
    world.converse(asked, peer, kGood);
    world.give_back(asked, !reuse);
    CHECK(world.pool.counts().open == 0);
  }
}

TEST_CASE("pool: connections of a strict origin rest for five seconds at most, and are nobody else's [issue 15]") {
  PoolWorld world({.max_idle = 30s});
  const auto plain = world.origin;
  world.origin = net::make_strict(plain);
  CHECK(world.origin.key != plain.key);
  Asked one;
  const auto peer = world.connected(one);
  world.converse(one, peer, kGood);
  world.give_back(one);
  world.pass(4s);
  Asked soon;
  world.ask(soon);
  REQUIRE(soon.has_connection());
  CHECK(soon.connection().is_reused());
  world.give_back(soon);
  world.pass(6s);
  Asked later;
  const auto next = world.connected(later);
  CHECK_FALSE(later.connection().is_reused());
  world.converse(later, next, kGood);
  world.give_back(later);
  // nobody asks for it, and it is closed all the same
  world.pass(6s);
  CHECK(world.pool.counts().open == 0);
}

TEST_CASE("pool: the connection that was used last is the next, and one that has rested too long is closed [H17]") {
  PoolWorld world({.max_idle = 30s});
  Asked one;
  const auto first = world.connected(one);
  Asked two;
  const auto second = world.connected(two);
  world.converse(one, first, kGood);
  world.converse(two, second, kGood);
  world.give_back(one);
  world.pass(20s);
  auto* const used_last = &two.connection();
  world.give_back(two);
  Asked next;
  world.ask(next);
  REQUIRE(next.has_connection());
  CHECK(&next.connection() == used_last);
  world.pass(15s);
  CHECK(world.pool.counts().idle == 0);
  string bytes;
  while (first.receive(bytes, test::in(test::kPatience)) == test::Received::data) {
  }
  CHECK(bytes == kRequest);
}

TEST_CASE(
    "pool: one that the back-end has closed, or where it said what nobody asked for, is not used again "
    "[H17]") {
  for (const bool closes : {true, false}) {
    CAPTURE(closes);
    PoolWorld world;
    Asked asked;
    auto peer = world.connected(asked);
    world.converse(asked, peer, kGood);
    const int descriptor = asked.connection().stream().socket().native_handle();
    world.give_back(asked);
    closes ? peer.shutdown_write() : static_cast<void>(peer.send("HTTP/1.1 200 OK\r\n\r\n"));
    await_sign_at(descriptor);
    Asked next;
    const auto other = world.connected(next);
    CHECK_FALSE(next.connection().is_reused());
    CHECK(world.pool.counts().open == 1);
  }
}

TEST_CASE(
    "pool: places are given in the order in which they were asked for, a kept connection along with its own "
    "[H17]") {
  PoolWorld world({.connections = 1});
  Asked holder;
  const auto peer = world.connected(holder);
  Asked first;
  Asked second;
  world.ask(first);
  world.ask(second);
  CHECK(world.pool.counts().waiting == 2);
  world.converse(holder, peer, kGood);
  world.give_back(holder);
  REQUIRE(first.has_connection());
  CHECK(first.connection().is_reused());
  CHECK_FALSE(second.has_ended());
  CHECK(world.nobody_came());
  world.give_back(first, false);
  REQUIRE(world.until([&] { return second.has_ended(); }));
  REQUIRE(second.has_connection());
  CHECK_FALSE(second.connection().is_reused());
  CHECK(world.pool.counts().open == 1);
}

TEST_CASE("pool: who is one too many is refused at once, who waits too long later, who gives up soon [H17]") {
  PoolWorld world({.connections = 1, .waiting = 3, .max_wait = 5s});
  Asked holder;
  const auto peer = world.connected(holder);
  Asked patient;
  Asked hurried(false, world.loop.deadlines().now() + 2s);
  Asked leaver;
  world.ask(patient);
  world.ask(hurried);
  world.ask(leaver);
  Asked too_many;
  world.ask(too_many);
  CHECK(too_many.fault() == ErrorCode::overloaded);
  leaver.wish.withdraw();
  CHECK_FALSE(leaver.has_ended());  // not inside the call
  world.settle();
  CHECK(leaver.fault() == ErrorCode::cancelled);
  world.pass(1'900ms);
  CHECK_FALSE(hurried.has_ended());
  world.pass(300ms);
  CHECK(hurried.fault() == ErrorCode::overloaded);
  CHECK_FALSE(patient.has_ended());
  world.pass(3s);
  CHECK(patient.fault() == ErrorCode::overloaded);
  CHECK(world.pool.counts().waiting == 0);
  CHECK(world.pool.counts().open == 1);
}

TEST_CASE("pool: who gives up in the turn in which the place comes leaves it to the next [H17]") {
  PoolWorld world({.connections = 1});
  Asked holder;
  const auto peer = world.connected(holder);
  world.converse(holder, peer, kGood);
  Asked leaver;
  Asked next;
  world.ask(leaver);
  world.ask(next);
  world.pool.release(std::move(**holder.got), true);
  leaver.wish.withdraw();
  world.settle();
  CHECK(leaver.fault() == ErrorCode::cancelled);
  REQUIRE(next.has_connection());
  CHECK(next.connection().is_reused());
  CHECK(world.pool.counts().open == 1);
}

TEST_CASE("pool: a place where nobody listens is refused, and goes to who waits for it [H17]") {
  PoolWorld world({.connections = 1});
  world.origin.port = test::refusing_port();
  Asked first;
  Asked second;
  world.ask(first);
  world.ask(second);
  REQUIRE(world.until([&] { return second.has_ended(); }));
  CHECK(first.fault() == ErrorCode::refused);
  CHECK(second.fault() == ErrorCode::refused);
  CHECK(world.pool.counts().open == 0);
}

TEST_CASE("pool: what lasts gives its place away, is bounded of its own, and is never kept [H17]") {
  PoolWorld world({.connections = 1, .lasting = 1});
  Asked stream;
  const auto peer = world.connected(stream);
  CHECK(world.pool.begin_lasting(stream.connection()));
  CHECK(world.pool.begin_lasting(stream.connection()));
  CHECK(world.pool.counts().lasting == 1);
  CHECK(world.pool.counts().open == 0);
  Asked other;
  const auto second = world.connected(other);
  const auto refused = world.pool.begin_lasting(other.connection());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::overloaded);
  world.converse(stream, peer, kGood);
  world.give_back(stream);
  CHECK(world.pool.counts().lasting == 0);
  CHECK(world.pool.counts().idle == 0);
}

TEST_CASE("pool: who wants a new connection gets one, and the place of one that rests where all are taken [H17]") {
  PoolWorld world({.connections = 2});
  Asked one;
  const auto first = world.connected(one);
  Asked two;
  const auto second = world.connected(two);
  world.converse(one, first, kGood);
  world.converse(two, second, kGood);
  world.give_back(one);
  world.give_back(two);
  Asked fresh(true);
  const auto third = world.connected(fresh);
  CHECK_FALSE(fresh.connection().is_reused());
  CHECK(world.pool.counts().open == 2);
  CHECK(world.pool.counts().idle == 1);
}

TEST_CASE("pool: a connection given back to who waits for a new one makes room for it [H17]") {
  PoolWorld world({.connections = 1});
  Asked holder;
  const auto first = world.connected(holder);
  world.converse(holder, first, kGood);
  Asked fresh(true);
  world.ask(fresh);
  CHECK(world.pool.counts().waiting == 1);
  world.give_back(holder);
  REQUIRE(world.until([&] { return fresh.has_ended(); }));
  REQUIRE(fresh.has_connection());
  CHECK_FALSE(fresh.connection().is_reused());
  CHECK(world.pool.counts().open == 1);
  CHECK(world.pool.counts().idle == 0);
}

TEST_CASE("pool: a connection that is destroyed has given its place back, a lasting one, too [H9]") {
  for (const bool lasting : {false, true}) {
    CAPTURE(lasting);
    PoolWorld world({.connections = 1});
    Asked first;
    const auto peer = world.connected(first);
    if (lasting) REQUIRE(world.pool.begin_lasting(first.connection()));
    Asked second;
    world.ask(second);
    CHECK(world.pool.counts().waiting == (lasting ? 0U : 1U));
    first.got.reset();
    REQUIRE(world.until([&] { return second.has_ended(); }));
    CHECK(second.has_connection());
    CHECK(world.pool.counts().lasting == 0U);
    CHECK(world.pool.counts().open == 1U);
  }
}

TEST_CASE("pool: each destination is told the connections of the origin that it leads to [issue 14]") {
  PoolWorld world({.connections = 1});
  Asked first;
  first.wish.lead_to("bank");
  const auto peer = world.connected(first);
  Asked second;
  second.wish.lead_to("cash");
  world.ask(second);
  const auto counts = world.pool.counts();
  REQUIRE(counts.destinations.size() == 2);
  for (const auto* name : {"bank", "cash"}) {
    CAPTURE(name);
    const auto& places = counts.destinations.at(name);
    CHECK(places.open == 1);
    CHECK(places.idle == 0);
    CHECK(places.waiting == 1);
  }
  CHECK(counts.open == 1);
  world.converse(first, peer, kGood);
  world.give_back(first);
  REQUIRE(world.until([&] { return second.has_ended(); }));
  CHECK(world.pool.counts().destinations.at("cash").waiting == 0);
}

}  // namespace router::pool_places_test
