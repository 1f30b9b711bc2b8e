// The places of a destination (LIMIT_UPSTREAM_CONNECTIONS), what does not hold them, and the process's file descriptors.
#include <doctest/doctest.h>

#include <list>

#include "e2e/proxy_fixture.h"

namespace router::test::places_test {
namespace {

const std::string kUpgrade =
    "GET /app/socket HTTP/1.1\r\nHost: app.example\r\nOrigin: http://app.example\r\nConnection: Upgrade\r\nUpgrade: "
    "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

Behaviour opens_socket() {
  return [](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    conversation.wait_until_gone(milliseconds(20'000));
  };
}

Behaviour opens_events() {
  return [](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    conversation.wait_until_gone(milliseconds(20'000));
  };
}

// Two places, on one loop.
RouterSetup two_places(const std::string& backend_origin) {
  auto setup = setup_for(backend_origin);
  setup.descriptor["websockets"] = {{"enabled", true}};
  setup.environment["THREADS"] = "1";
  setup.environment["LIMIT_UPSTREAM_CONNECTIONS"] = "2";
  return setup;
}

}  // namespace

TEST_CASE(
    "places: WebSockets and event streams leave a destination's places to requests, within their own limit [N9]") {
  RecordingBackend backend;
  backend.on("/app/socket", opens_socket());
  backend.on("/app/events", opens_events());
  auto setup = two_places(backend.origin());
  setup.environment["LIMIT_UPSTREAM_STREAMS"] = "6";
  RouterProcess router(setup);
  std::list<RawClient> streams;
  for (int i = 0; i < 3; ++i) {
    streams.emplace_back(router.port()).send(kUpgrade);
    CHECK(streams.back().read_head().status() == 101);
    streams.emplace_back(router.port()).send(make_request("GET", "/app/events"));
    CHECK(streams.back().read_head().status() == 200);
  }
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 200);
  CHECK(ask(router.port(), make_request("GET", "/app/events")).status() == 503);
  CHECK(ask(router.port(), kUpgrade).status() == 503);
  // who leaves makes room, and nothing has got lost
  streams.clear();
  CHECK(eventually([&] {
    RawClient again(router.port());
    again.send(make_request("GET", "/app/events"));
    return again.read_head().status() == 200;
  }));
  for (int i = 0; i < 10; ++i) CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 200);
}

TEST_CASE("places: readers that do not take their answers give their places to requests that wait [N9]") {
  RecordingBackend backend;
  const std::string body(64 * 1024 * 1024, 'x');
  backend.on("/app/large",
             answers("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  RouterProcess router(two_places(backend.origin()));
  std::list<RawClient> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back(router.port()).send(make_request("GET", "/app/large"));
    CHECK(readers.back().read_head().status() == 200);
  }
  CHECK(ask(router.port(), make_request("GET", "/app/x"), milliseconds(4'000)).status() == 200);
}

TEST_CASE("places: who reads an answer below MINIMUM_READ_RATE is closed, who pauses the back-end is not [N9]") {
  RecordingBackend backend;
  const std::string body(64 * 1024 * 1024, 'x');
  backend.on("/app/large",
             answers("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  backend.on("/app/events", opens_events());
  auto setup = two_places(backend.origin());
  setup.environment["MINIMUM_READ_RATE"] = "10000000";
  RouterProcess router(setup);
  RawClient events(router.port());
  events.send(make_request("GET", "/app/events"));
  CHECK(events.read_head().status() == 200);
  CHECK(events.read_piece() != "");
  RawClient reader(router.port());
  reader.send(make_request("GET", "/app/large"));
  CHECK(reader.read_head().status() == 200);
  CHECK(eventually([&] { return backend.open_connections() == 1; }, milliseconds(20'000)));
  CHECK(router.logs(R"("limit":"MINIMUM_READ_RATE")"));
  CHECK(events.stays_silent(milliseconds(100)));
}

TEST_CASE("descriptors: idle clients leave some for back-ends, and where those run out, too, it is 503 [N17]") {
  RecordingBackend backend;
  backend.on("/app/hang", hangs());
  auto setup = setup_for(backend.origin());
  setup.shell_first = "ulimit -n 64";
  setup.environment["THREADS"] = "1";
  RouterProcess router(setup);
  RawClient first(router.port());
  std::list<RawClient> busy;
  for (int i = 0; i < 30; ++i) busy.emplace_back(router.port());
  std::list<RawClient> idle;
  for (int i = 0; i < 60; ++i) idle.emplace_back(router.port());
  CHECK(eventually([&] { return router.open_descriptors() >= 48; }));
  first.send(make_request("GET", "/app/x"));
  CHECK(first.read().status() == 200);
  // more requests at a time than there are descriptors for
  for (auto& client : busy) client.send(make_request("GET", "/app/hang"));
  CHECK(eventually([&] { return router.open_descriptors() >= 64; }));
  RawClient* refused = nullptr;
  CHECK(eventually([&] {
    for (auto& client : busy) {
      if (!client.stays_silent(milliseconds(0))) refused = &client;
    }
    return refused != nullptr;
  }));
  if (refused != nullptr) CHECK(refused->read().status() == 503);
  busy.clear();
  idle.clear();
  CHECK(eventually([&] { return ask(router.port(), make_request("GET", "/app/x")).status() == 200; }));
}

}  // namespace router::test::places_test
