// How tunnels end: with a Close frame behind a whole frame, never inside one, and within their time, whoever
// stalls.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>

#include "e2e/proxy_fixture.h"
#include "support/tls_peers.h"

namespace router::test::tunnel_end_test {
namespace {

constexpr const char* kTunnelSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const std::string kTunnelGoodbye("\x88\x0c\x03\xe9going away", 14);

std::string tunnel_frame(std::size_t size) {
  std::string frame("\x82\x7f", 2);
  for (int shift = 56; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(size >> shift & 0xFF));
  return frame + std::string(size, 'x');
}

const std::string kTunnelFrame = tunnel_frame(60'000);

RouterSetup tunnel_setup(const RecordingBackend& backend) {
  auto setup = setup_for(backend.origin());
  setup.descriptor["websockets"] = {{"enabled", true}};
  setup.environment["WS_ALLOWED_ORIGINS"] = R"([{"host": "app.example"}])";
  return setup;
}

std::string tunnel_handshake(const std::string& host, const std::string& scheme = "http") {
  return make_handshake("/app/socket", host, scheme + "://" + host);
}

std::string tunnel_handshake(const RouterProcess& router) {
  return tunnel_handshake("127.0.0.1:" + std::to_string(router.port()));
}

void open_tunnel(RawClient& client, const RouterProcess& router) {
  client.send(tunnel_handshake(router));
  REQUIRE(client.read_head().status() == 101);
}

std::string read_to_the_end(RawClient& client) {
  std::string bytes;
  for (auto piece = client.read_piece(); !piece.empty(); piece = client.read_piece()) bytes += piece;
  return bytes;
}

// What a client reads where the back-end has sent `bytes`, and the router then stops.
std::string bytes_of_tunnel_that_ends_behind(const std::string& bytes) {
  RecordingBackend backend;
  backend.on("/app/socket", [&](Conversation& conversation) {
    conversation.send(kTunnelSwitch + bytes);
    conversation.wait_until_gone(milliseconds(30'000));
  });
  RouterProcess router(tunnel_setup(backend));
  RawClient client(router.port());
  open_tunnel(client, router);
  std::string read = client.read_piece();
  router.signal(SIGTERM);
  return read + read_to_the_end(client);
}

// Frames of kTunnelFrame one after the other, then Close 1001, and nothing else.
bool is_whole_frames_then_close(std::string_view bytes) {
  while (bytes.starts_with(kTunnelFrame)) bytes.remove_prefix(kTunnelFrame.size());
  return bytes == kTunnelGoodbye;
}

Behaviour sends_a_flood() {
  return [](Conversation& conversation) {
    conversation.send(kTunnelSwitch);
    while (conversation.send(kTunnelFrame)) {
    }
  };
}

// Some 10 MB a second: without end, but not more than a test can keep.
void stream_until_closed(Conversation& conversation) {
  while (conversation.send(kTunnelFrame)) eventually([] { return false; }, milliseconds(5));
}

}  // namespace

TEST_CASE("tunnel end: a Close comes behind the frame that is under way, however long it takes to come [N12]") {
  RecordingBackend backend;
  std::atomic<bool> go_on{false};
  backend.on("/app/socket", [&](Conversation& conversation) {
    conversation.send(kTunnelSwitch + kTunnelFrame.substr(0, 100));
    eventually([&] { return go_on.load(); }, milliseconds(30'000));
    // the beginning of a next one, which has to stay away
    conversation.send(kTunnelFrame.substr(100) + kTunnelFrame.substr(0, 10));
    conversation.wait_until_gone(milliseconds(30'000));
  });
  RouterProcess router(tunnel_setup(backend));
  RawClient client(router.port());
  open_tunnel(client, router);
  std::string bytes = client.read_piece();
  router.signal(SIGTERM);
  REQUIRE(router.logs("router.stopping"));
  go_on = true;
  bytes += read_to_the_end(client);
  CHECK((bytes == kTunnelFrame + kTunnelGoodbye));
}

TEST_CASE("tunnel end: a frame that never ends gets no Close inside, and the tunnel ends all the same [N12]") {
  CHECK((bytes_of_tunnel_that_ends_behind(kTunnelFrame.substr(0, 100)) == kTunnelFrame.substr(0, 100)));
}

TEST_CASE("tunnel end: behind a Close of the peer's own there is no second one [N12]") {
  const std::string own_close("\x88\x02\x03\xe8", 4);
  CHECK((bytes_of_tunnel_that_ends_behind(own_close) == own_close));
}

TEST_CASE("tunnel end: in a flood of frames the Close stands between two of them [N12]") {
  for (int round = 0; round < 4; ++round) {
    CAPTURE(round);
    RecordingBackend backend;
    backend.on("/app/socket", sends_a_flood());
    RouterProcess router(tunnel_setup(backend));
    RawClient client(router.port());
    open_tunnel(client, router);
    std::string bytes;
    while (bytes.size() < 1'000'000) bytes += client.read_piece();
    router.signal(SIGTERM);
    bytes += read_to_the_end(client);
    CHECK(is_whole_frames_then_close(bytes));
  }
}

TEST_CASE("tunnel end: over TLS the flood ends with a Close and close_notify, and no garbage [N12]") {
  const Authority authority;
  const auto files = authority.issue("DNS:app.example", "app");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    RecordingBackend backend;
    backend.on("/app/socket", sends_a_flood());
    auto setup = tunnel_setup(backend);
    setup.environment["TLS_CERT"] = files.certificate;
    setup.environment["TLS_KEY"] = files.key;
    RouterProcess router(setup);
    TlsClient client(router.port(), version);
    CHECK(client.send(tunnel_handshake("app.example", "https")));
    std::string bytes = client.read_piece();
    REQUIRE(bytes.starts_with("HTTP/1.1 101"));
    bytes.erase(0, bytes.find("\r\n\r\n") + 4);
    while (bytes.size() < 1'000'000) bytes += client.read_piece();
    router.signal(SIGTERM);
    for (auto piece = client.read_piece(); !piece.empty(); piece = client.read_piece()) bytes += piece;
    CHECK(is_whole_frames_then_close(bytes));
    CHECK(client.is_told_the_end());
  }
}

TEST_CASE("tunnel end: the goodbye does not wait for a client that reads nothing [N12]") {
  RecordingBackend backend;
  backend.on("/app/socket", sends_a_flood());
  RouterProcess router(tunnel_setup(backend));
  RawClient client(router.port());
  client.socket().set_receive_buffer(4'096);
  open_tunnel(client, router);
  router.signal(SIGTERM);
  // much less than the grace of a shutdown
  CHECK(router.wait(milliseconds(10'000)) == 0);
}

TEST_CASE("tunnel end: a client that has ended its side does not keep the tunnel, however much comes down [N5]") {
  for (const bool reset : {false, true}) {
    for (const bool waits : {false, true}) {
      CAPTURE(reset);
      CAPTURE(waits);
      std::atomic<bool> ended{false};
      RecordingBackend backend;
      backend.on("/app/socket", [&](Conversation& conversation) {
        conversation.send(kTunnelSwitch);
        // stays, although it is told
        if (waits) conversation.wait_until_gone(milliseconds(30'000));
        stream_until_closed(conversation);
        ended = true;
      });
      const RouterProcess router(tunnel_setup(backend));
      RawClient client(router.port());
      open_tunnel(client, router);
      if (reset) {
        client.reset();
      } else {
        client.finish_sending();
        CHECK(client.ends(milliseconds(10'000)));
      }
      CHECK(eventually([&] { return ended.load(); }, milliseconds(10'000)));
    }
  }
}

TEST_CASE("tunnel end: a back-end that has ended its side does not keep the tunnel of a client that sends on [N5]") {
  RecordingBackend backend;
  backend.on("/app/socket", [](Conversation& conversation) {
    conversation.send(kTunnelSwitch);
    conversation.close();
  });
  const RouterProcess router(tunnel_setup(backend));
  const auto before = router.open_descriptors();
  RawClient client(router.port());
  open_tunnel(client, router);
  CHECK(eventually([&] { return !client.send("\x81\x80\1\2\3\4", milliseconds(50)); }, milliseconds(10'000)));
  CHECK(eventually([&] { return router.open_descriptors() <= before; }, milliseconds(10'000)));
}

// Nobody reads then from who leaves.
TEST_CASE("tunnel end: a back-end that leaves while its client takes nothing ends the tunnel in 5 s [N5]") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    std::atomic<bool> has_left{false};
    RecordingBackend backend;
    backend.on("/app/socket", [&](Conversation& conversation) {
      conversation.send(kTunnelSwitch);
      // more than the client and the router's socket to it take, not more than what the router's from here does
      for (int frames = 0; frames < 4; ++frames) conversation.send(kTunnelFrame);
      eventually([] { return false; }, milliseconds(500));
      reset ? conversation.reset() : conversation.close();
      has_left = true;
    });
    const RouterProcess router(tunnel_setup(backend));
    const auto before = router.open_descriptors();
    RawClient client(router.port());
    client.socket().set_receive_buffer(4'096);
    open_tunnel(client, router);
    REQUIRE(eventually([&] { return has_left.load(); }));
    CHECK(eventually([&] { return router.open_descriptors() <= before; }, milliseconds(15'000)));
  }
}

// By RST: a FIN would wait behind bytes that no kernel takes.
TEST_CASE("tunnel end: a client that leaves while its back-end takes nothing ends the tunnel in 5 s [N5]") {
  std::atomic<bool> over{false};
  RecordingBackend backend;
  backend.on("/app/socket", [&](Conversation& conversation) {
    conversation.send(kTunnelSwitch);
    eventually([&] { return over.load(); }, milliseconds(30'000));
  });
  const RouterProcess router(tunnel_setup(backend));
  const auto before = router.open_descriptors();
  RawClient client(router.port());
  open_tunnel(client, router);
  while (client.send(kTunnelFrame, milliseconds(500))) {
  }
  client.reset();
  CHECK(eventually([&] { return router.open_descriptors() <= before; }, milliseconds(15'000)));
  over = true;
}

}  // namespace router::test::tunnel_end_test
