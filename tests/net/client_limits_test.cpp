// What a client's connection does not put up with: heads that are too long or never whole, bodies that are
// wrong or do not come, answers that nobody takes. Time is the test's.
#include "client_world.h"

namespace router::client_limits_test {

using base::ErrorCode;
using test::answer;
using test::ClientWorld;
using test::last_answer;
using test::request;
using test::ScriptedHandler;
using namespace std::chrono_literals;
using std::string;
using Codes = std::vector<ErrorCode>;

namespace {

const string kRefused = "HTTP/1.1 400 Bad Request\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused";

string post(std::string_view fields) { return "POST /body HTTP/1.1\r\nHost: a\r\n" + string(fields) + "\r\n"; }

}  // namespace

TEST_CASE(
    "client limits: a head that is wrong or too long is refused once, and nothing behind it is served "
    "[H17]") {
  struct Row {
    const char* name;
    string bytes;
    ErrorCode code;
  };
  string many_fields;
  for (int i = 0; i < 200; ++i) many_fields += "a" + std::to_string(i) + ": b\r\n";
  const Row rows[] = {
      {"no field", request("/a", "no colon\r\n"), ErrorCode::bad_request},
      {"no request line", "nonsense\r\n\r\n", ErrorCode::bad_request},
      {"two lengths", request("/a", "Content-Length: 1\r\nContent-Length: 2\r\n"), ErrorCode::bad_request},
      {"a long URL", request("/" + string(10'000, 'a')), ErrorCode::uri_too_long},
      {"a request line without end", "GET /" + string(40'000, 'a'), ErrorCode::uri_too_long},
      {"a long field", request("/a", "a: " + string(20'000, 'b') + "\r\n"), ErrorCode::head_too_large},
      {"many fields", request("/a", many_fields), ErrorCode::head_too_large},
      {"fields without end", "GET / HTTP/1.1\r\na: " + string(40'000, 'b'), ErrorCode::head_too_large},
  };
  for (const Row& row : rows) {
    CAPTURE(string(row.name));
    ClientWorld world;
    world.send(request("/good") + row.bytes + request("/behind"));
    CHECK(world.handler.begun == std::vector<string>{"/good"});
    CHECK(world.handler.refused == Codes{row.code});
    CHECK(world.received() == answer("/good") + kRefused);
    CHECK(world.has_ended());
  }
}

TEST_CASE("client limits: one empty line before a request is passed over, a second one is refused [H17]") {
  ClientWorld world;
  world.send("\r\n" + request("/a"));
  CHECK(world.received() == answer("/a"));
  world.send("\r\n\r\n" + request("/b"));
  CHECK(world.received() == kRefused);
}

TEST_CASE("client limits: a head may come in any pieces, but whole within its time and without a stall [H17]") {
  ClientWorld slow({.head = 10s, .stall = 4s});
  const string head = request("/a");
  for (const char byte : head) slow.send({&byte, 1});
  CHECK(slow.received() == answer("/a"));
  for (int i = 0; i < 3; ++i) {
    slow.send(head.substr(static_cast<std::size_t>(i), 1));
    slow.pass(3s);
  }
  CHECK(slow.received() == "");
  slow.send(head.substr(3, 1));
  slow.pass(1'200ms);
  CHECK(slow.received() == kRefused);
  CHECK(slow.handler.refused == Codes{ErrorCode::timeout});

  ClientWorld stalled({.head = 10s, .stall = 4s});
  stalled.send("GET");
  stalled.pass(3'900ms);
  CHECK(stalled.received() == "");
  stalled.pass(300ms);
  CHECK(stalled.received() == kRefused);
  CHECK(stalled.handler.refused == Codes{ErrorCode::timeout});
}

TEST_CASE("client limits: half a head with an end behind it is answered by the end [H17]") {
  for (const char* half : {"", "G", "GET / HTTP/1.1\r\nHost: a\r\n"}) {
    CAPTURE(string(half));
    ClientWorld world;
    world.send(half);
    world.wire.finish_sending();
    world.settle();
    CHECK(world.received() == "");
    CHECK(world.wire.has_ended());
    CHECK(world.closed);
    CHECK(world.handler.begun.empty());
    CHECK(world.handler.refused.empty());
  }
}

TEST_CASE("client limits: who asks nothing is closed without a word, sooner before the first request [H17]") {
  ClientWorld silent({.head = 10s, .stall = 60s, .idle = 30s});
  silent.pass(9'900ms);
  CHECK_FALSE(silent.closed);
  silent.pass(300ms);
  CHECK(silent.closed);
  CHECK(silent.received() == "");

  ClientWorld idle({.head = 10s, .stall = 60s, .idle = 30s});
  idle.send(request("/a"));
  idle.pass(29s);
  CHECK_FALSE(idle.closed);
  idle.send(request("/b"));
  CHECK(idle.received() == answer("/a") + answer("/b"));
  idle.pass(29'900ms);
  CHECK_FALSE(idle.closed);
  idle.pass(300ms);
  CHECK(idle.closed);
  CHECK(idle.received() == "");
}

TEST_CASE(
    "client limits: a body that is wrong, cut or late is the handler's to know, and the last of its "
    "connection [H17]") {
  struct Row {
    const char* name;
    string bytes;
    bool ends;
    ErrorCode code;
  };
  const Row rows[] = {
      {"no chunk", post("Transfer-Encoding: chunked\r\n") + "nonsense\r\n", false, ErrorCode::bad_request},
      {"a chunk too long", post("Transfer-Encoding: chunked\r\n") + "1\r\nab\r\n0\r\n\r\n", false,
       ErrorCode::bad_request},
      {"cut", post("Content-Length: 10\r\n") + "half", true, ErrorCode::closed},
      {"cut chunks", post("Transfer-Encoding: chunked\r\n") + "4\r\nha", true, ErrorCode::closed},
      {"stalled", post("Content-Length: 10\r\n") + "half", false, ErrorCode::timeout},
  };
  for (const Row& row : rows) {
    CAPTURE(string(row.name));
    ClientWorld world({.stall = 20s});
    world.handler.scripts["/body"] = ScriptedHandler::echo_body;
    world.send(row.bytes);
    if (row.ends) world.wire.finish_sending();
    world.settle();
    if (row.code == ErrorCode::timeout) {
      world.pass(19'900ms);
      CHECK_FALSE(world.handler.fault);
      world.pass(300ms);
    }
    REQUIRE(world.handler.fault);
    CHECK(world.handler.fault->code == row.code);
    CHECK(world.received().find("Connection: close\r\n") != string::npos);
    CHECK(world.wire.has_ended());
  }
}

TEST_CASE("client limits: a whole request has its time, however steadily its body comes [H17]") {
  ClientWorld world({.request = 30s, .stall = 20s});
  world.handler.scripts["/body"] = ScriptedHandler::echo_body;
  world.send(post("Content-Length: 1000\r\n"));
  for (int i = 0; i < 29; ++i) {
    world.send("x");
    world.pass(1s);
  }
  CHECK_FALSE(world.handler.fault);
  world.send("x");
  world.pass(1'200ms);
  REQUIRE(world.handler.fault);
  CHECK(world.handler.fault->code == ErrorCode::timeout);
}

TEST_CASE(
    "client limits: who drips below the rate uses its patience up, who waits for 100 Continue does not "
    "[H17]") {
  ClientWorld world({.minimum_body_rate = 1'000});
  world.handler.scripts["/body"] = ScriptedHandler::echo_body;
  world.send(post("Content-Length: 1000\r\n"));
  for (int i = 0; i < 9; ++i) {
    world.send("x");
    world.pass(1s);
  }
  CHECK_FALSE(world.handler.fault);
  world.pass(1'500ms);
  REQUIRE(world.handler.fault);
  CHECK(world.handler.fault->code == ErrorCode::timeout);
  CHECK(world.handler.fault->detail.find("MINIMUM_BODY_RATE") != string::npos);

  ClientWorld waits({.minimum_body_rate = 1'000});
  waits.handler.scripts["/body"] = ScriptedHandler::echo_body;
  waits.send(post("Content-Length: 4\r\nExpect: 100-continue\r\n"));
  waits.pass(60s);
  waits.send("four");
  CHECK_FALSE(waits.handler.fault);
  CHECK(waits.received() == answer("four"));
}

TEST_CASE("client limits: a read that is called off ends as such, and the answer is the last [H17]") {
  ClientWorld world;
  world.handler.scripts["/body"] = [](net::Exchange& exchange, ScriptedHandler& handler) -> base::Task<void> {
    handler.current = &exchange;
    auto answering = ScriptedHandler::echo_body(exchange, handler);
    co_await answering;
  };
  world.send(post("Content-Length: 10\r\n") + "half");
  REQUIRE(world.handler.current != nullptr);
  world.handler.current->cancel_body_read();
  world.settle();
  REQUIRE(world.handler.fault);
  CHECK(world.handler.fault->code == ErrorCode::cancelled);
  CHECK(world.received() == last_answer("half"));
}

TEST_CASE(
    "client limits: an answer that the client does not take is given up after a stall, one it takes is not "
    "[H17]") {
  const auto big = [](net::Exchange& exchange, ScriptedHandler&) -> base::Task<void> {
    http::Response response{200, {}, string(2 * 1024 * 1024, 'x')};
    const auto sent = co_await exchange.respond(std::move(response));
    (void)sent;
  };
  ClientWorld stalled({.stall = 20s});
  stalled.handler.scripts["/big"] = big;
  stalled.send(request("/big"));
  stalled.pass(19'800ms);
  CHECK_FALSE(stalled.closed);
  stalled.pass(500ms);
  CHECK(stalled.closed);

  ClientWorld taken({.stall = 20s});
  taken.handler.scripts["/big"] = big;
  taken.send(request("/big"));
  std::size_t bytes = 0;
  for (std::size_t came = 1; came != 0;) {
    came = taken.wire.received().size();
    bytes += came;
    taken.settle();
  }
  CHECK(bytes > 2 * 1024 * 1024);
  CHECK_FALSE(taken.closed);
}

}  // namespace router::client_limits_test
