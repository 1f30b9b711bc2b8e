// WebSockets and server-sent events: who may open them, and that logout and shutdown close them (http.md "WebSockets",
// logout.md "After logout nothing is left").
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>

#include "e2e/sign_on_fixture.h"

namespace router::test {
namespace {

constexpr milliseconds kLogoutTime{2'000};
constexpr const char* kSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const std::string kHello("\x81\x05hello", 7);  // a text frame, unmasked

// Greets after the handshake, then keeps what comes.
Behaviour greets() {
  return [](Conversation& conversation) {
    conversation.send(kSwitch + kHello);
    conversation.wait_until_gone(milliseconds(30'000));
    conversation.close();
  };
}

std::string handshake(const Browser& browser, std::string_view path, const std::string& origin) {
  return make_request("GET", path, {{"Host", browser.host()},
                                    {"Cookie", browser.cookie_field()},
                                    {"Connection", "Upgrade"},
                                    {"Upgrade", "websocket"},
                                    {"Origin", origin},
                                    {"Sec-WebSocket-Version", "13"},
                                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
}

// Code and reason of the Close frame at the end of `bytes`, as far as there is one.
std::string close_reason(const std::string& bytes) {
  const auto at = bytes.rfind('\x88');
  if (at == std::string::npos || bytes.size() < at + 4) return "";
  const auto code = (static_cast<unsigned char>(bytes[at + 2]) << 8) | static_cast<unsigned char>(bytes[at + 3]);
  return std::to_string(code) + " " + bytes.substr(at + 4);
}

}  // namespace

TEST_CASE("websocket: opens for the session's own origin, and bytes pass both ways") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/socket", greets());
  const auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(handshake(browser, "/orders/socket", "http://" + browser.host()));
  const auto answer = client.read_head();
  CHECK(answer.status() == 101);
  CHECK(answer.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(client.read_piece() == kHello);
  client.send(std::string("\x81\x82\0\0\0\0hi", 8));
  CHECK(eventually([&] {
    const auto connections = fixture.orders.connections();
    return std::any_of(connections.begin(), connections.end(), [](const auto& connection) { return connection.raw.ends_with("hi"); });
  }));
}

TEST_CASE("websocket: another origin, none, or no session is refused before the back-end hears of it") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/socket", greets());
  const auto browser = fixture.signed_in();
  CHECK(ask(fixture.router.port(), handshake(browser, "/orders/socket", "https://evil.example")).status() == 403);
  Browser nobody(fixture.router.port());
  const auto status = ask(fixture.router.port(), handshake(nobody, "/orders/socket", "http://" + nobody.host())).status();
  CHECK(status == 401);
  CHECK(fixture.orders.count("/orders/socket") == 0);
}

TEST_CASE("websocket: logout closes it with 4001 within two seconds") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/socket", greets());
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(handshake(browser, "/orders/socket", "http://" + browser.host()));
  CHECK(client.read_head().status() == 101);
  CHECK(client.read_piece() == kHello);
  browser.navigate("/my/logout");
  CHECK(client.ends(kLogoutTime));
  CHECK(close_reason(client.received()) == "4001 signed out");
}

TEST_CASE("websocket: shutdown closes it with 1001") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/socket", greets());
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(handshake(browser, "/orders/socket", "http://" + browser.host()));
  CHECK(client.read_head().status() == 101);
  CHECK(client.read_piece() == kHello);
  fixture.router.signal(SIGTERM);
  CHECK(client.ends());
  CHECK(close_reason(client.received()).starts_with("1001"));
  CHECK(fixture.router.wait(kPatience) == 0);
}

TEST_CASE("awaited answers: logout ends the wait with 401 within two seconds, and the back-end's side with it") {
  SignOnFixture fixture;
  std::atomic<bool> gone{false};
  fixture.orders.on("/orders/slow", [&gone](Conversation& conversation) {
    gone = conversation.wait_until_gone(milliseconds(30'000));
  });
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/orders/slow", {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}));
  REQUIRE(fixture.orders.waits_for("/orders/slow", 1));
  browser.navigate("/my/logout");
  CHECK(client.read(kLogoutTime).status() == 401);
  CHECK(eventually([&gone] { return gone.load(); }));
  CHECK(fixture.orders.count("/orders/slow") == 1);  // not tried again
}

TEST_CASE("awaited answers: logout also ends the wait for a back-end connection, be it a free one or one that is being made") {
  StubProvider provider;
  RecordingBackend orders;
  const Listener silent;  // accepts, and never answers a TLS handshake
  orders.on("/public/slow", [](Conversation& conversation) { conversation.wait_until_gone(milliseconds(30'000)); });
  auto setup = sign_on_setup(provider, orders.origin(), "https://127.0.0.1:" + std::to_string(silent.port()));
  setup.environment["THREADS"] = "1";
  setup.environment["LIMIT_UPSTREAM_CONNECTIONS"] = "1";
  setup.environment["SHUTDOWN_TIMEOUT"] = "1";  // the silent one's logout call is still tried then
  RouterProcess router(setup);
  Browser browser(router.port());
  browser.open("/orders/start");
  RawClient holder(router.port());
  holder.send(make_request("GET", "/public/slow"));
  REQUIRE(orders.waits_for("/public/slow", 1));
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (const char* path : {"/orders/a", "/invoices/a"}) {
    waiting.push_back(std::make_unique<RawClient>(router.port()));
    waiting.back()->send(make_request("GET", path, {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}));
    CHECK(waiting.back()->stays_silent(milliseconds(300)));
  }
  browser.navigate("/my/logout");
  for (const auto& client : waiting) CHECK(client->read(kLogoutTime).status() == 401);
  CHECK(orders.count("/orders/a") == 0);
}

TEST_CASE("server-sent events: logout ends them within two seconds, and the back-end's side with them") {
  SignOnFixture fixture;
  std::atomic<bool> gone{false};
  fixture.orders.on("/orders/events", [&gone](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
    gone = conversation.wait_until_gone(milliseconds(30'000));
  });
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/orders/events", {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}));
  CHECK(client.read_head().status() == 200);
  CHECK(client.read_piece().find("data: 1") != std::string::npos);
  browser.navigate("/my/logout");
  CHECK(client.ends(kLogoutTime));
  CHECK(eventually([&gone] { return gone.load(); }));
}

}  // namespace router::test
