// A tunnel between two wires in memory: what passes, and in which order both sides end. Time is the test's.
#include "net/tunnel.h"

#include <doctest/doctest.h>

#include "turned_loop.h"

namespace router::tunnel_test {

using base::Task;
using net::close_frame;
using std::string;
using namespace std::chrono_literals;

namespace {

// Client frames are masked; the mask is zero here.
string client_frame(char opcode, std::string_view payload) {
  return string{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())} + string(4, '\0') +
         string(payload);
}
string server_frame(char opcode, std::string_view payload) {
  return string{static_cast<char>(0x80 | opcode), static_cast<char>(payload.size())} + string(payload);
}

constexpr char kText = 1;
constexpr char kPing = 9;

struct TunnelWorld : test::TurnedLoop {
  explicit TunnelWorld(string from_client = {}, string from_backend = {}) {
    base::start_detached(run(*this, std::move(from_client), std::move(from_backend)));
    settle();
  }
  ~TunnelWorld() {
    client.close();
    backend.close();
    pass(3s);
  }

  static Task<void> run(TunnelWorld& world, string from_client, string from_backend) {
    co_await world.tunnel.run(std::move(from_client), std::move(from_backend));
    world.done = true;
  }

  bool from_client(std::string_view bytes) {
    const bool sent = client.send(bytes);
    settle();
    return sent;
  }
  bool from_backend(std::string_view bytes) {
    const bool sent = backend.send(bytes);
    settle();
    return sent;
  }
  // Fills what lies between a sender and somebody who takes nothing.
  static std::size_t fill(TunnelWorld& world, test::Wire& sender) {
    const string piece(4096, 'x');
    std::size_t sent = 0;
    for (int idle = 0; idle < 2;) {
      const bool taken = sender.send(piece);
      idle = taken ? 0 : idle + 1;
      sent += taken ? piece.size() : 0;
      world.settle();
    }
    return sent;
  }

  test::Wire client;
  test::Wire backend;
  net::Stream client_stream{client.near_end(loop)};
  net::Stream backend_stream{backend.near_end(loop)};
  int client_data = 0;
  net::Tunnel tunnel{loop, client_stream, backend_stream, [this] { ++client_data; }};
  bool done = false;
};

}  // namespace

TEST_CASE("tunnel: bytes pass both ways, what came behind the heads first [H17]") {
  TunnelWorld world("early ", "soon ");
  world.from_client("ping");
  world.from_backend("pong");
  CHECK(world.backend.received() == "early ping");
  CHECK(world.client.received() == "soon pong");
  CHECK_FALSE(world.done);
}

TEST_CASE("tunnel: messages of the client count as its work, pings and what the back-end sends do not [H17]") {
  TunnelWorld world;
  world.from_client(client_frame(kPing, "?"));
  world.from_backend(server_frame(kText, "news"));
  CHECK(world.client_data == 0);
  world.from_client(client_frame(kText, "hello"));
  CHECK(world.client_data == 1);
}

TEST_CASE("tunnel: where one side ends, the other reads all of it and an end, and may still answer [H17]") {
  for (const bool client_first : {true, false}) {
    CAPTURE(client_first);
    TunnelWorld world;
    auto& first = client_first ? world.client : world.backend;
    auto& second = client_first ? world.backend : world.client;
    first.send("the last");
    first.finish_sending();
    world.settle();
    CHECK(second.received() == "the last");
    CHECK(second.has_ended());
    CHECK_FALSE(world.done);
    second.send("an answer");
    world.settle();
    CHECK(first.received() == "an answer");
    CHECK_FALSE(first.has_ended());
    second.finish_sending();
    world.settle();
    CHECK(first.received() == "");
    CHECK(first.has_ended());
    CHECK(world.done);
  }
}

TEST_CASE("tunnel: a second side that does not end is closed a moment after the first has [H17]") {
  for (const bool client_first : {true, false}) {
    CAPTURE(client_first);
    TunnelWorld world;
    auto& first = client_first ? world.client : world.backend;
    auto& second = client_first ? world.backend : world.client;
    first.finish_sending();
    world.pass(2'400ms);
    CHECK_FALSE(world.done);
    CHECK(second.send("still here"));
    world.settle();
    CHECK(first.received() == "still here");
    world.pass(300ms);
    CHECK(world.done);
    CHECK_FALSE(second.send("too late"));
  }
}

TEST_CASE("tunnel: told to end, it says goodbye to both sides, masked to the back-end, and ends [H17]") {
  TunnelWorld world;
  world.tunnel.end(1001, "going away");
  world.tunnel.end(1000, "a second time");
  world.settle();
  CHECK(world.client.received() == close_frame(1001, "going away", false));
  CHECK(world.client.has_ended());
  CHECK(world.backend.received() == close_frame(1001, "going away", true));
  CHECK(world.backend.has_ended());
  CHECK(world.done);
}

TEST_CASE("tunnel: a frame under way is finished before goodbye, and none is begun [H17]") {
  TunnelWorld world;
  const string frame = client_frame(kText, "a message");
  world.from_client(frame.substr(0, 9));
  world.tunnel.end(1000, "bye");
  world.settle();
  CHECK(world.backend.received() == frame.substr(0, 9));
  CHECK_FALSE(world.backend.has_ended());
  CHECK(world.client.received() == close_frame(1000, "bye", false));
  world.from_client(frame.substr(9) + client_frame(kText, "another"));
  CHECK(world.backend.received() == frame.substr(9) + close_frame(1000, "bye", true));
  CHECK(world.backend.has_ended());
  CHECK(world.done);
  CHECK(world.client_data == 1);
}

TEST_CASE("tunnel: a frame that is never finished gets no goodbye into its middle [H17]") {
  TunnelWorld world;
  const string half = server_frame(kText, "a message").substr(0, 5);
  world.from_backend(half);
  world.tunnel.end(1000, "bye");
  world.pass(1'400ms);
  CHECK_FALSE(world.done);
  world.pass(300ms);
  CHECK(world.done);
  CHECK(world.client.received() == half);
  CHECK(world.client.has_ended());
}

TEST_CASE("tunnel: who has said goodbye already is not told a second time [H17]") {
  TunnelWorld world;
  const string goodbye = close_frame(1000, "mine", false);
  world.from_backend(goodbye);
  world.tunnel.end(1001, "going away");
  world.settle();
  CHECK(world.client.received() == goodbye);
  CHECK(world.client.has_ended());
  CHECK(world.backend.received() == close_frame(1001, "going away", true));
  CHECK(world.done);
}

TEST_CASE("tunnel: a side is read only as fast as the other takes it [H17]") {
  TunnelWorld world;
  const auto held = TunnelWorld::fill(world, world.client);
  CHECK(held < 2 * 1024 * 1024);
  std::size_t came = 0;
  for (std::size_t now = 1; now != 0;) {
    now = world.backend.received().size();
    came += now;
    world.settle();
  }
  CHECK(came == held);
  CHECK(world.client.send("on"));
}

TEST_CASE("tunnel: a side that takes nothing is given up after a minute, or soon where the other has gone [H17]") {
  for (const bool has_gone : {false, true}) {
    CAPTURE(has_gone);
    TunnelWorld world;
    TunnelWorld::fill(world, world.client);
    if (has_gone) world.client.close();
    world.pass(has_gone ? 2'400ms : 59'900ms);
    CHECK_FALSE(world.done);
    world.pass(has_gone ? 700ms : 600ms);
    CHECK(world.done);
  }
}

TEST_CASE("tunnel: a side that takes nothing does not keep it from ending when told to [H17]") {
  TunnelWorld world;
  TunnelWorld::fill(world, world.client);
  world.tunnel.end(1000, "bye");
  world.settle();
  CHECK(world.client.received() == close_frame(1000, "bye", false));
  world.pass(1'700ms);
  CHECK(world.done);
}

}  // namespace router::tunnel_test
