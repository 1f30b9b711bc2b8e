// Bodies stream with back-pressure, both ways; whoever goes away is noticed on the other side (docs/contract/http.md).
#include <doctest/doctest.h>

#include <atomic>

#include "e2e/proxy_fixture.h"

namespace router::test::streaming_test {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::size_t kBig = 200 * kMiB;
constexpr std::size_t kGrowthAllowed = 16 * kMiB;
constexpr milliseconds kTransferTime{60'000};
const std::string kPiece(256 * 1024, 'x');

// Sends a body of `size` bytes, or as far as the router takes it; `sent` counts.
Behaviour sends(std::size_t size, std::shared_ptr<std::atomic<std::size_t>> sent) {
  return [size, sent](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
                      std::to_string(size) + "\r\n\r\n");
    while (*sent < size && conversation.send(kPiece)) *sent += kPiece.size();
  };
}

// One of them in use is half of what there is: scarce.
RouterSetup setup_with_two_connections(const RecordingBackend& backend) {
  auto setup = setup_for(backend.origin());
  setup.environment["THREADS"] = "1";
  setup.environment["LIMIT_UPSTREAM_CONNECTIONS"] = "2";
  return setup;
}

}  // namespace

TEST_CASE("streaming: 200 MiB come down without being held") {
  ProxyFixture fixture;
  const auto sent = std::make_shared<std::atomic<std::size_t>>(0);
  fixture.backend.on("/app/big", sends(kBig, sent));
  const auto before = fixture.router.resident_bytes();
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/big"));
  CHECK(client.read_head().status() == 200);
  std::size_t received = 0;
  std::size_t highest = 0;
  while (received < kBig) {
    const auto piece = client.read_piece();
    if (piece.empty()) break;
    if (received / (10 * kMiB) != (received + piece.size()) / (10 * kMiB))
      highest = std::max(highest, fixture.router.resident_bytes());
    received += piece.size();
  }
  CHECK(received == kBig);
  if (!fixture.router.is_sanitized()) CHECK(highest < before + kGrowthAllowed);
}

TEST_CASE("streaming: 200 MiB go up without being held") {
  ProxyFixture fixture;
  const auto arrived = std::make_shared<std::atomic<std::size_t>>(0);
  fixture.backend.on("/app/up", [arrived](Conversation& conversation) {
    *arrived = conversation.discard_body();
    conversation.send_response(200, "thanks");
  });
  const auto before = fixture.router.resident_bytes();
  RawClient client(fixture.router.port());
  client.send("POST /app/up HTTP/1.1\r\nHost: app.example\r\nContent-Length: " + std::to_string(kBig) + "\r\n\r\n");
  std::size_t highest = 0;
  for (std::size_t sent = 0; sent < kBig; sent += kPiece.size()) {
    REQUIRE(client.send(kPiece, kTransferTime));
    if (sent % (10 * kMiB) == 0) highest = std::max(highest, fixture.router.resident_bytes());
  }
  CHECK(client.read(kTransferTime).body == "thanks");
  CHECK(*arrived == kBig);
  if (!fixture.router.is_sanitized()) CHECK(highest < before + kGrowthAllowed);
}

TEST_CASE("streaming: a client that does not read stops the back-end") {
  ProxyFixture fixture;
  const auto sent = std::make_shared<std::atomic<std::size_t>>(0);
  fixture.backend.on("/app/big", sends(kBig, sent));
  const auto before = fixture.router.resident_bytes();
  RawClient client(fixture.router.port());
  client.socket().set_receive_buffer(64 * 1024);
  client.send(make_request("GET", "/app/big"));
  CHECK(client.read_head().status() == 200);
  // what the kernels between us hold is some MiB; then nothing moves any more
  std::size_t last = 0;
  auto since = std::chrono::steady_clock::now();
  CHECK(eventually(
      [&] {
        const auto now = std::chrono::steady_clock::now();
        if (*sent != last) since = now;
        last = *sent;
        return last > 0 && now - since > milliseconds(500);
      },
      milliseconds(20'000)));
  CHECK(*sent < kBig / 2);
  if (!fixture.router.is_sanitized()) CHECK(fixture.router.resident_bytes() < before + kGrowthAllowed);
}

TEST_CASE("streaming: bytes pass as they come, not when the body is whole") {
  ProxyFixture fixture;
  fixture.backend.on("/app/slow", [](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n");
    conversation.wait_until_gone();
  });
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/app/slow"));
  CHECK(client.read_head().status() == 200);
  CHECK(client.read_piece().find("first") != std::string::npos);
}

TEST_CASE("streaming: a client that goes away takes its request to the back-end with it") {
  ProxyFixture fixture;
  const auto gone = std::make_shared<std::atomic<int>>(0);
  const auto waits = [gone](Conversation& conversation) { *gone += conversation.wait_until_gone(kPatience) ? 1 : 0; };
  fixture.backend.on("/app/before-the-head", waits);
  fixture.backend.on("/app/in-the-body", [waits](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    waits(conversation);
  });
  for (const char* path : {"/app/before-the-head", "/app/in-the-body"}) {
    CAPTURE(path);
    const int before = *gone;
    RawClient client(fixture.router.port());
    client.send(make_request("GET", path));
    CHECK(fixture.backend.waits_for(path, 1));
    if (std::string_view(path) == "/app/in-the-body") CHECK(client.read_head().status() == 200);
    client.close();
    CHECK(eventually([&] { return *gone == before + 1; }));
  }
}

TEST_CASE("streaming: where back-end connections get scarce, slow senders wait for their body before they take one") {
  RecordingBackend backend;
  RouterProcess router(setup_with_two_connections(backend));
  const std::string head = "POST /app/slow HTTP/1.1\r\nHost: app.example\r\nContent-Length: 4\r\n\r\n";
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(std::make_unique<RawClient>(router.port()));
    slow.back()->send(head + "ab");
    // the first one is streamed, and then one connection is left
    if (i == 0) REQUIRE(eventually([&] { return !backend.connections().empty(); }));
  }
  for (int i = 0; i < 3; ++i) CHECK(test::ask(router.port(), make_request("GET", "/app/quick")).status() == 200);
  CHECK(backend.connections().size() <= 2);
  for (auto& client : slow) client->send("cd");
  for (auto& client : slow) CHECK(client->read().status() == 200);
  const auto requests = backend.requests_to("/app/slow");
  CHECK(requests.size() == 5);
  for (const auto& request : requests) CHECK(request.body == "abcd");
}

TEST_CASE("streaming: where back-end connections get scarce, who waits for 100 is asked to send by the router, once") {
  RecordingBackend backend;
  RouterProcess router(setup_with_two_connections(backend));
  backend.on("/app/wait", [](Conversation& conversation) { conversation.wait_until_gone(milliseconds(30'000)); });
  RawClient holder(router.port());
  holder.send(make_request("GET", "/app/wait"));
  REQUIRE(backend.waits_for("/app/wait", 1));
  RawClient client(router.port());
  client.send("POST /app/x HTTP/1.1\r\nHost: app.example\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  REQUIRE(eventually([&] { return client.read_piece(milliseconds(10)).find(" 100 ") != std::string::npos; }));
  CHECK(backend.count("/app/x") == 0);
  client.send("abcd");
  const auto answer = client.read();
  CHECK(answer.status() == 200);
  CHECK(answer.interim.empty());
  const auto requests = backend.requests_to("/app/x");
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].body == "abcd");
}

TEST_CASE("streaming: an upload cut short is never completed towards the back-end") {
  ProxyFixture fixture;
  for (const char* request :
       {"POST /app/x HTTP/1.1\r\nHost: app.example\r\nContent-Length: 100\r\n\r\nhello",
        "POST /app/x HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    CAPTURE(request);
    RawClient client(fixture.router.port());
    client.send(request);
    CHECK(eventually([&] { return !fixture.backend.is_quiet(); }));
    client.close();
    CHECK(eventually([&] { return fixture.backend.is_quiet(); }));
    CHECK(fixture.backend.requests().empty());
  }
}

}  // namespace router::test::streaming_test
