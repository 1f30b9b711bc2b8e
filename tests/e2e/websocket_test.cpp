// WebSocket handshakes and tunnels (docs/contract/http.md "WebSockets"; RFC 6455 sections 4 and 5). Logout and
// shutdown: live_connections_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>

#include "e2e/proxy_fixture.h"

namespace router::test::websocket_test {
namespace {

constexpr const char* kSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
constexpr milliseconds kQuiet{200};
const std::string kClientText("\x81\x82\0\0\0\0hi", 8);
const std::string kClientPing("\x89\x82\0\0\0\0pi", 8);
const std::string kServerPing("\x89\x02pi", 4);
const std::string kServerPong("\x8a\x02pi", 4);

struct SocketFixture {
  explicit SocketFixture(bool enabled = true, const std::string& scheme = "http")
      : router(setup(backend, enabled, scheme)) {}

  static RouterSetup setup(const RecordingBackend& backend, bool enabled, const std::string& scheme) {
    auto setup = setup_for(scheme + "://127.0.0.1:" + std::to_string(backend.port()));
    if (enabled) setup.descriptor["websockets"] = {{"enabled", true}};
    return setup;
  }

  std::string host() const { return "127.0.0.1:" + std::to_string(router.port()); }
  std::string handshake() const { return handshake_from("http://" + host()); }
  std::string handshake_from(const std::string& origin) const { return make_handshake("/app/socket", host(), origin); }
  bool backend_got(const std::string& bytes) const {
    const auto all = backend.connections();
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& one) { return one.raw.find(bytes) != std::string::npos; });
  }

  RecordingBackend backend;
  RouterProcess router;
};

Behaviour switches_then_sends(std::string frames) {
  return [frames = std::move(frames)](Conversation& conversation) {
    conversation.send(kSwitch + frames);
    conversation.wait_until_gone(milliseconds(30'000));
    conversation.close();
  };
}

std::string read_until(RawClient& client, const std::string& end) {
  std::string bytes;
  const auto deadline = in(kPatience);
  while (!bytes.ends_with(end) && std::chrono::steady_clock::now() < deadline) bytes += client.read_piece();
  return bytes;
}

}  // namespace

TEST_CASE("websocket tunnel: without websockets.enabled nothing is upgraded") {
  SocketFixture fixture(false);
  fixture.backend.on("/app/socket", switches_then_sends(""));
  CHECK(ask(fixture.router.port(), fixture.handshake()).status() != 101);
  CHECK_FALSE(fixture.backend_got("Upgrade: websocket"));
}

TEST_CASE("websocket tunnel: an Origin that is not the router's, or none, is 403") {
  SocketFixture fixture;
  for (const std::string origin : {"", "null", "https://evil.example", "http://127.0.0.1:1"}) {
    CAPTURE(origin);
    CHECK(ask(fixture.router.port(), fixture.handshake_from(origin)).status() == 403);
  }
  CHECK(fixture.backend.count("/app/socket") == 0);
}

TEST_CASE("websocket tunnel: frames and pings pass both ways unchanged, for http and ws destinations") {
  for (const std::string scheme : {"http", "ws"}) {
    CAPTURE(scheme);
    SocketFixture fixture(true, scheme);
    fixture.backend.on("/app/socket", switches_then_sends(kServerPing + kServerPong));
    RawClient client(fixture.router.port());
    client.send(fixture.handshake());
    REQUIRE(client.read_head().status() == 101);
    CHECK(read_until(client, kServerPong) == kServerPing + kServerPong);
    client.send(kClientText + kClientPing);
    CHECK(eventually([&] { return fixture.backend_got(kClientText + kClientPing); }));
  }
}

TEST_CASE("websocket tunnel: no frame of the client reaches the back-end before its 101") {
  SocketFixture fixture;
  std::atomic<bool> may_switch{false};
  fixture.backend.on("/app/socket", [&](Conversation& conversation) {
    eventually([&] { return may_switch.load(); }, milliseconds(30'000));
    switches_then_sends("")(conversation);
  });
  RawClient client(fixture.router.port());
  client.send(fixture.handshake() + kClientText);
  REQUIRE(fixture.backend.waits_for("/app/socket", 1));
  CHECK(client.stays_silent(kQuiet));
  may_switch = true;
  CHECK(client.read_head().status() == 101);
  CHECK(eventually([&] { return fixture.backend_got(kClientText); }));
}

TEST_CASE("websocket tunnel: a back-end that refuses is relayed as a plain answer, and no frame reaches it") {
  for (const int status : {200, 404}) {
    CAPTURE(status);
    SocketFixture fixture;
    fixture.backend.on("/app/socket",
                       [status](Conversation& conversation) { conversation.send_response(status, "no socket"); });
    RawClient client(fixture.router.port());
    client.send(fixture.handshake() + kClientText);
    const auto answer = client.read();
    CHECK(answer.status() == status);
    CHECK(answer.body == "no socket");
    CHECK_FALSE(fixture.backend_got(kClientText));
  }
}

TEST_CASE("websocket tunnel: the end of one side is the end of the other") {
  SUBCASE("client") {
    SocketFixture fixture;
    fixture.backend.on("/app/socket", switches_then_sends(kServerPing));
    RawClient client(fixture.router.port());
    client.send(fixture.handshake());
    REQUIRE(client.read_head().status() == 101);
    client.close();
    CHECK(eventually([&] { return fixture.backend.open_connections() == 0; }, milliseconds(10'000)));
  }
  SUBCASE("back-end") {
    SocketFixture fixture;
    fixture.backend.on("/app/socket", [](Conversation& conversation) {
      conversation.send(kSwitch + kServerPing);
      conversation.close();
    });
    RawClient client(fixture.router.port());
    client.send(fixture.handshake());
    REQUIRE(client.read_head().status() == 101);
    CHECK(client.ends());
    CHECK(client.received().ends_with(kServerPing));
  }
}

}  // namespace router::test::websocket_test
