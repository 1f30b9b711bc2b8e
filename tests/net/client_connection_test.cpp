// The life of a client's connection over a wire in memory: one request after the other, and how it ends.
#include "client_world.h"
#include "support/field_lines.h"
#include "support/scripted_connection.h"

namespace router::client_connection_test {

using base::Task;
using test::answer;
using test::ClientWorld;
using test::last_answer;
using test::request;
using test::ScriptedHandler;
using namespace std::chrono_literals;
using Paths = std::vector<std::string>;

TEST_CASE("client connection: it lasts as the client's version and Connection say, and the answer says so [H17]") {
  struct Row {
    const char* version;
    const char* fields;
    std::string answer;
    bool lasts;
  };
  const Row rows[] = {
      {"HTTP/1.1", "", answer("/a"), true},
      {"HTTP/1.1", "Connection: keep-alive\r\n", answer("/a"), true},
      {"HTTP/1.1", "Connection: close\r\n", last_answer("/a"), false},
      {"HTTP/1.1", "Connection: x-own, Close\r\n", last_answer("/a"), false},
      {"HTTP/1.0", "", last_answer("/a"), false},
      {"HTTP/1.0", "Connection: keep-alive\r\n", answer("/a", "Connection: keep-alive\r\n"), true},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.version));
    CAPTURE(std::string(row.fields));
    ClientWorld world;
    world.send(request("/a", row.fields, row.version));
    CHECK(world.received() == row.answer);
    CHECK(world.closed != row.lasts);
    CHECK(world.send(request("/b")) == row.lasts);
    CHECK(world.received() == (row.lasts ? answer("/b") : ""));
  }
}

TEST_CASE(
    "client connection: requests sent at once are answered in their order, each when the one before is "
    "[H17]") {
  ClientWorld world;
  world.handler.scripts["/late"] = ScriptedHandler::echo_late;
  world.send(request("/a") + request("/late") + request("/b") + request("/c"));
  CHECK(world.handler.begun == Paths{"/a", "/late"});
  CHECK(world.received() == answer("/a"));
  world.handler.gate.set();
  world.settle();
  CHECK(world.received() == answer("/late") + answer("/b") + answer("/c"));
  CHECK_FALSE(world.closed);
}

TEST_CASE("client connection: what is sent behind the last request is read away, and never served [H17]") {
  ClientWorld world;
  world.send(request("/a", "Connection: close\r\n") + request("/b"));
  CHECK(world.received() == last_answer("/a"));
  CHECK(world.has_ended());
  // a reset would destroy the answer on its way (RFC 9112 section 9.6)
  CHECK_FALSE(world.closed);
  CHECK(world.send(request("/c")));
  world.pass(2'200ms);
  CHECK(world.closed);
  CHECK(world.handler.begun == Paths{"/a"});
}

TEST_CASE("client connection: an answer before the body has come is whole, and the body is not a request [H17]") {
  for (const char* framing : {"Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    CAPTURE(std::string(framing));
    ClientWorld world;
    world.send("POST /early HTTP/1.1\r\nHost: a\r\n" + std::string(framing) + "\r\n");
    CHECK(world.received() == last_answer("/early"));
    CHECK(world.has_ended());
    CHECK(world.send(request("/smuggled")));
    world.pass(4'900ms);
    CHECK_FALSE(world.closed);
    world.pass(300ms);
    CHECK(world.closed);
    CHECK(world.handler.begun == Paths{"/early"});
  }
}

TEST_CASE("client connection: after a body that was read comes the next request [H17]") {
  ClientWorld world;
  world.handler.scripts["/body"] = ScriptedHandler::echo_body;
  world.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfo");
  CHECK(world.received() == "");
  world.send("ur" + request("/a"));
  CHECK(world.received() == answer("four") + answer("/a"));
  world.send("POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nt");
  world.send("wo\r\n0\r\n\r\n" + request("/b"));
  CHECK(world.received() == answer("two") + answer("/b"));
}

TEST_CASE("client connection: a handler that gives no answer, or half of one, ends the connection [H17]") {
  struct Row {
    const char* path;
    ScriptedHandler::Script script;
    std::string received;
  };
  const auto none = [](net::Exchange&, ScriptedHandler&) -> base::Task<void> { co_return; };
  const auto half = [](net::Exchange& exchange, ScriptedHandler&) -> base::Task<void> {
    net::ResponseStart start{.body = http::BodyKind::length, .content_length = 10};
    exchange.start_response(std::move(start));
    const auto sent = co_await exchange.write("half");
    CHECK(sent);
  };
  const auto too_much = [](net::Exchange& exchange, ScriptedHandler&) -> base::Task<void> {
    net::ResponseStart start{.body = http::BodyKind::length, .content_length = 3};
    exchange.start_response(std::move(start));
    const auto sent = co_await exchange.write("four");
    CHECK_FALSE(sent);
  };
  const auto fails = [](net::Exchange&, ScriptedHandler&) -> base::Task<void> {
    throw std::runtime_error("a fault of the test");
    co_return;
  };
  const std::string cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
  for (const Row& row :
       {Row{"/none", none, ""}, Row{"/half", half, cut}, Row{"/much", too_much, ""}, Row{"/fails", fails, ""}}) {
    CAPTURE(std::string(row.path));
    ClientWorld world;
    world.handler.scripts[row.path] = row.script;
    world.send(request(row.path) + request("/next"));
    CHECK(world.received() == row.received);
    CHECK(world.has_ended());
    CHECK(world.closed);
    CHECK(world.handler.begun == Paths{row.path});
  }
}

TEST_CASE("client connection: who leaves while being answered is noticed within a second, who stays is not [H17]") {
  const auto watched = [](net::Exchange& exchange, ScriptedHandler& handler) -> base::Task<void> {
    exchange.watch_client([&handler] { ++handler.gone; });
    co_await handler.gate.wait();
    exchange.watch_client(nullptr);
    auto answering = ScriptedHandler::echo(exchange, handler);
    co_await answering;
  };
  for (const char* sent_ahead : {"", "GET /ahead HTTP/1.1\r\n"}) {
    CAPTURE(std::string(sent_ahead));
    ClientWorld world;
    world.handler.scripts["/watched"] = watched;
    world.send(request("/watched") + sent_ahead);
    world.pass(5'000ms);
    CHECK(world.handler.gone == 0);
    world.wire.close();
    world.pass(1'000ms);
    CHECK(world.handler.gone == 1);
    world.pass(5'000ms);
    CHECK(world.handler.gone == 1);
    world.handler.gate.set();
    world.settle();
    CHECK(world.closed);
  }
}

TEST_CASE(
    "client connection: draining lets the answer under way be the last, and an idle client have one more "
    "[H17]") {
  ClientWorld busy;
  busy.handler.scripts["/late"] = ScriptedHandler::echo_late;
  busy.send(request("/late"));
  busy.connections.drain();
  busy.pass(5'000ms);
  CHECK(busy.received() == "");
  busy.handler.gate.set();
  busy.settle();
  CHECK(busy.received() == last_answer("/late"));
  CHECK(busy.closed);

  ClientWorld idle;
  idle.send(request("/a"));
  CHECK(idle.received() == answer("/a"));
  idle.connections.drain();
  idle.pass(2'900ms);
  idle.send(request("/b"));
  CHECK(idle.received() == last_answer("/b"));
  CHECK(idle.closed);

  ClientWorld silent;
  silent.send(request("/a"));
  silent.connections.drain();
  silent.pass(3'200ms);
  CHECK(silent.closed);
}

TEST_CASE("client connection: interim answers go to HTTP/1.1 alone, and only before the final one [H17]") {
  const auto early_hints = [](net::Exchange& exchange, ScriptedHandler& handler) -> base::Task<void> {
    const auto hint = test::fields_of("Link: </a>\r\n");
    const auto hinted = co_await exchange.send_interim(103, hint);
    CHECK(hinted);
    auto answering = ScriptedHandler::echo(exchange, handler);
    co_await answering;
    const auto late = co_await exchange.send_interim(103, hint);
    CHECK(late);
  };
  for (const bool knows_interim : {true, false}) {
    ClientWorld world;
    world.handler.scripts["/hints"] = early_hints;
    world.send(request("/hints", "Connection: keep-alive\r\n", knows_interim ? "HTTP/1.1" : "HTTP/1.0"));
    CHECK(world.received() == (knows_interim ? "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer("/hints")
                                             : answer("/hints", "Connection: keep-alive\r\n")));
  }
}

namespace {

// A back-end that has switched protocols, and said something at once.
class SwitchedConnection final : public test::ScriptedConnection {
 public:
  SwitchedConnection(const test::Script& script, net::Stream& stream, bool& is_alive)
      : ScriptedConnection(script), stream_(stream), is_alive_(is_alive) {
    is_alive_ = true;
  }
  ~SwitchedConnection() override { is_alive_ = false; }
  net::Switched switch_protocols() override { return {stream_, "welcome "}; }

 private:
  net::Stream& stream_;
  bool& is_alive_;
};

// For the handler's script, which is a plain function.
std::unique_ptr<net::BackendConnection> switched;

Task<void> tunnel_to_it(net::Exchange& exchange, ScriptedHandler&) {
  http::Fields fields;
  fields.add("Upgrade", "websocket");
  auto tunnelled = co_await exchange.tunnel(std::move(switched), std::move(fields), nullptr);
  CHECK(tunnelled);
}

}  // namespace

TEST_CASE("client connection: a tunnel joins it to a back-end's connection, and ends with both [H9]") {
  ClientWorld world;
  test::Wire back_end;
  net::Stream stream(back_end.near_end(world.loop));
  bool is_alive = false;
  const test::Script script{.status = 101};
  switched = std::make_unique<SwitchedConnection>(script, stream, is_alive);
  world.handler.scripts["/socket"] = tunnel_to_it;
  world.send(request("/socket") + "early ");
  CHECK(world.received().ends_with("\r\n\r\nwelcome "));
  back_end.send("news");
  world.send("ping");
  CHECK(world.received() == "news");
  CHECK(back_end.received() == "early ping");
  CHECK(is_alive);
  back_end.finish_sending();
  world.settle();
  CHECK(world.has_ended());
  world.wire.finish_sending();
  world.settle();
  CHECK(world.closed);
  CHECK_FALSE(is_alive);
}

}  // namespace router::client_connection_test
