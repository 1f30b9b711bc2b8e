// A connection to a back-end over a wire in memory: what its end means, who waits how long, and what a
// failure says about asking again. Time is the test's.
#include <doctest/doctest.h>

#include <optional>

#include "net/asio_backend.h"
#include "turned_loop.h"

namespace router::backend_connection_test {

using base::ErrorCode;
using base::Task;
using std::string;
using namespace std::chrono_literals;

namespace {

const string kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

struct ConnectionWorld : test::TurnedLoop {
  ConnectionWorld() { connection.stream().adopt(wire.near_end(loop)); }
  ~ConnectionWorld() {
    connection.close();
    settle();
  }

  // Sends the request and reads the answer to its end, or until something keeps it from that.
  void ask() {
    done = false;
    fault.reset();
    body.clear();
    base::start_detached(converse(*this));
    settle();
    wire.received();
  }
  static Task<void> converse(ConnectionWorld& world) {
    auto& connection = world.connection;
    auto sent = co_await connection.send(kRequest, {}, {});
    if (!sent) world.fault = sent.error();
    do {
      auto answered = co_await connection.read_head(false);
      if (!answered) world.fault = answered.error();
    } while (!world.fault && connection.head().status < 200);
    for (bool last = world.fault.has_value(); !last;) {
      const auto piece = co_await connection.read_body();
      if (piece) world.body.append(piece->data);
      if (!piece) world.fault = piece.error();
      last = !piece || piece->last;
    }
    world.done = true;
  }
  void answer(std::string_view bytes) {
    wire.send(bytes);
    settle();
  }

  test::Wire wire;
  net::ParseLimits limits;
  net::BackendOrigin origin = net::make_backend_origin(*http::parse_url("http://app.example"));
  net::AsioBackendConnection connection{loop, origin, limits};
  bool done = false;
  string body;
  std::optional<base::Error> fault;
};

}  // namespace

TEST_CASE("back-end connection: an end is one only where the answer may end so [H17]") {
  struct Row {
    const char* name;
    string answer;
    std::optional<ErrorCode> fault;
    string body;
  };
  const Row rows[] = {
      {"without a length", "HTTP/1.1 200 OK\r\n\r\nall", {}, "all"},
      {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall", {}, "all"},
      {"less than the length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nall", ErrorCode::closed, "all"},
      {"chunks", kChunked + "3\r\nall\r\n0\r\n\r\n", {}, "all"},
      {"chunks without the last", kChunked + "3\r\nall\r\n", ErrorCode::closed, "all"},
      {"a wrong chunk", kChunked + "3\r\nall\r\nx\r\n", ErrorCode::protocol, "all"},
      {"half a head", "HTTP/1.1 200 OK\r\n", ErrorCode::closed, ""},
      {"no head", "", ErrorCode::closed, ""},
      {"no HTTP", "SSH-2.0\r\n\r\n", ErrorCode::protocol, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    ConnectionWorld world;
    world.ask();
    world.answer(row.answer);
    world.wire.finish_sending();
    world.settle();
    CHECK(world.done);
    CHECK(world.fault.has_value() == row.fault.has_value());
    if (world.fault && row.fault) CHECK(world.fault->code == *row.fault);
    CHECK(world.body == row.body);
  }
}

TEST_CASE("back-end connection: a failure tells whether the back-end may have seen the request [H17]") {
  struct Row {
    const char* name;
    string answer;
    bool times_out;
    ErrorCode code;
    bool has_answered;
  };
  const Row rows[] = {
      {"an end instead of an answer", "", false, ErrorCode::closed, false},
      {"a byte and an end", "H", false, ErrorCode::closed, true},
      {"an interim answer and an end", "HTTP/1.1 103 Early Hints\r\n\r\n", false, ErrorCode::closed, true},
      {"silence", "", true, ErrorCode::timeout, false},
      {"half a head and silence", "HTTP/1.1 200", true, ErrorCode::timeout, true},
  };
  for (const Row& row : rows) {
    for (const bool reused : {false, true}) {
      CAPTURE(std::string(row.name));
      CAPTURE(reused);
      ConnectionWorld world;
      if (reused) {
        world.ask();
        world.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        REQUIRE(world.connection.is_clean());
        world.connection.become_idle(world.loop.deadlines().now());
      }
      world.connection.set_timeout(10s);
      world.ask();
      world.answer(row.answer);
      CHECK_FALSE(world.done);
      if (row.times_out) {
        world.pass(10'200ms);
      } else {
        world.wire.finish_sending();
        world.settle();
      }
      REQUIRE(world.fault);
      CHECK(world.fault->code == row.code);
      CHECK(world.connection.has_answered() == row.has_answered);
      CHECK(world.connection.is_reused() == reused);
      CHECK_FALSE(world.connection.is_clean());
    }
  }
}

TEST_CASE(
    "back-end connection: the head is due from the last of the request on, the body only must not stall "
    "[H17]") {
  ConnectionWorld world;
  world.connection.set_timeout(10s);
  world.ask();
  for (const char byte : string("HTTP/1.1 ")) {
    world.pass(1s);
    world.answer({&byte, 1});
  }
  CHECK_FALSE(world.done);
  world.answer("200 OK\r\nContent-Length: 5\r\n\r\n");
  for (const char byte : string("slow!")) {
    world.pass(9'900ms);
    world.answer({&byte, 1});
  }
  CHECK(world.done);
  CHECK_FALSE(world.fault);
  CHECK(world.body == "slow!");

  ConnectionWorld drips;
  drips.connection.set_timeout(10s);
  drips.ask();
  for (const char byte : string("HTTP/1.1 200")) {
    drips.answer({&byte, 1});
    drips.pass(900ms);
  }
  REQUIRE(drips.fault);
  CHECK(drips.fault->code == ErrorCode::timeout);
}

TEST_CASE("back-end connection: a request that still flows does not use up the time for the head [H17]") {
  ConnectionWorld world;
  world.connection.set_timeout(10s);
  world.ask();
  for (int i = 0; i < 3; ++i) {
    world.pass(9s);
    const auto send = [](net::AsioBackendConnection& connection) -> Task<void> {
      const auto sent = co_await connection.send("more of the body", {}, {});
      CHECK(sent);
    };
    base::start_detached(send(world.connection));
  }
  CHECK_FALSE(world.done);
  world.pass(9'900ms);
  CHECK_FALSE(world.done);
  world.pass(300ms);
  REQUIRE(world.fault);
  CHECK(world.fault->code == ErrorCode::timeout);
}

TEST_CASE("back-end connection: the end of all time holds, whatever moves [H17]") {
  ConnectionWorld world;
  world.connection.set_timeout(10s);
  world.connection.set_ends_by(world.loop.deadlines().now() + 15s);
  world.ask();
  world.answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  for (int i = 0; i < 14; ++i) {
    world.pass(1s);
    world.answer("x");
  }
  CHECK_FALSE(world.done);
  world.pass(1'200ms);
  REQUIRE(world.fault);
  CHECK(world.fault->code == ErrorCode::timeout);
}

TEST_CASE(
    "back-end connection: who gives it up ends what is under way, and nothing more can be done with it "
    "[H17]") {
  ConnectionWorld world;
  world.ask();
  CHECK_FALSE(world.done);
  world.connection.close();
  CHECK_FALSE(world.done);  // not inside the call
  world.settle();
  REQUIRE(world.fault);
  CHECK(world.fault->code == ErrorCode::cancelled);
  world.ask();
  REQUIRE(world.fault);
  CHECK(world.fault->code == ErrorCode::cancelled);
}

}  // namespace router::backend_connection_test
