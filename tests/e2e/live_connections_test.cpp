// WebSockets and server-sent events: who may open them, and that logout and shutdown close them (docs/contract/http.md
// "WebSockets", docs/contract/logout.md "After logout nothing is left").
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>

#include "e2e/sign_on_fixture.h"

namespace router::test::live_connections_test {
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
  client.send(browser.handshake("/orders/socket"));
  const auto answer = client.read_head();
  CHECK(answer.status() == 101);
  CHECK(answer.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(client.read_piece() == kHello);
  client.send(std::string("\x81\x82\0\0\0\0hi", 8));
  CHECK(eventually([&] {
    const auto connections = fixture.orders.connections();
    return std::any_of(connections.begin(), connections.end(),
                       [](const auto& connection) { return connection.raw.ends_with("hi"); });
  }));
}

TEST_CASE("websocket: another origin, none, or no session is refused before the back-end hears of it") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/socket", greets());
  const auto browser = fixture.signed_in();
  CHECK(ask(fixture.router.port(), browser.handshake("/orders/socket", "https://evil.example")).status() == 403);
  Browser nobody(fixture.router.port());
  const auto status = ask(fixture.router.port(), nobody.handshake("/orders/socket")).status();
  CHECK(status == 401);
  CHECK(fixture.orders.count("/orders/socket") == 0);
}

TEST_CASE("websocket: logout closes it with 4001 within two seconds") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/socket", greets());
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(browser.handshake("/orders/socket"));
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
  client.send(browser.handshake("/orders/socket"));
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
  fixture.orders.on("/orders/slow",
                    [&gone](Conversation& conversation) { gone = conversation.wait_until_gone(milliseconds(30'000)); });
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/orders/slow", {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}));
  REQUIRE(fixture.orders.waits_for("/orders/slow", 1));
  browser.navigate("/my/logout");
  CHECK(client.read(kLogoutTime).status() == 401);
  CHECK(eventually([&gone] { return gone.load(); }));
  CHECK(fixture.orders.count("/orders/slow") == 1);  // not tried again
}

TEST_CASE(
    "awaited answers: logout also ends the wait for a back-end connection, be it a free one or one that is being "
    "made") {
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

// A back-end that answers when the test says so; whether the router had closed the connection before.
struct Held {
  std::atomic<bool> may_answer{false};
  std::atomic<bool> was_cut{false};

  Behaviour answers(std::string first, std::string rest) {
    return [this, first, rest](Conversation& conversation) {
      conversation.read_body();
      if (!first.empty()) conversation.send(first);
      while (!may_answer && !was_cut) was_cut = conversation.wait_until_gone(milliseconds(20));
      conversation.send(rest);
    };
  }
};

std::string request_of(const Browser& browser, std::string_view method, std::string_view path,
                       std::string_view body = {}) {
  return make_request(method, path, {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}, body);
}

// The same with the user's CSRF token.
std::string work_of(Browser& browser, std::string_view method, std::string_view path, std::string_view body = {}) {
  const auto csrf = browser.csrf_token("/orders/start");
  return make_request(method, path,
                      {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}, {"X-CSRF-Token", csrf}}, body);
}

constexpr const char* kSaved =
    "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nSet-Cookie: kept=1; Max-Age=600\r\nSet-Cookie: back=1\r\n\r\nsaved";

TEST_CASE(
    "awaited answers: what was sent before the logout is finished and answered, and its cookies go nowhere [S25]") {
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE"}) {
    CAPTURE(method);
    Held held;
    SignOnFixture fixture;
    fixture.orders.on("/orders/save", held.answers("", kSaved));
    auto browser = fixture.signed_in();
    RawClient client(fixture.router.port());
    client.send(work_of(browser, method, "/orders/save", "work"));
    REQUIRE(fixture.orders.waits_for("/orders/save", 1));
    browser.navigate("/my/logout");
    REQUIRE(fixture.orders.waits_for("/sign-out", 1));
    CHECK(client.stays_silent(milliseconds(100)));
    held.may_answer = true;
    const auto answer = client.read();
    CHECK(answer.status() == 201);
    CHECK(answer.body == "saved");
    CHECK(answer.field("Set-Cookie") == "");
    CHECK_FALSE(held.was_cut);
  }
}

TEST_CASE("awaited answers: one to a POST that has begun at the logout comes to its end [S25]") {
  Held held;
  SignOnFixture fixture;
  fixture.orders.on("/orders/save", held.answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst", " last"));
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(work_of(browser, "POST", "/orders/save", "work"));
  REQUIRE(fixture.orders.waits_for("/orders/save", 1));
  CHECK(client.read_head().status() == 200);
  browser.navigate("/my/logout");
  REQUIRE(fixture.orders.waits_for("/sign-out", 1));
  held.may_answer = true;
  std::string body;
  while (body.size() < 10) {
    const auto piece = client.read_piece();
    if (piece.empty()) break;
    body += piece;
  }
  CHECK(body == "first last");
}

TEST_CASE("awaited answers: a POST that still waits for a back-end connection at the logout gets one [S25]") {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  Held held;
  orders.on("/public/slow", held.answers("", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  auto setup = sign_on_setup(provider, orders.origin(), invoices.origin());
  setup.environment["THREADS"] = "1";
  setup.environment["LIMIT_UPSTREAM_CONNECTIONS"] = "1";
  RouterProcess router(setup);
  Browser browser(router.port());
  browser.open("/orders/start");
  const auto save = work_of(browser, "POST", "/orders/save", "work");
  RawClient holder(router.port());
  holder.send(make_request("GET", "/public/slow"));
  REQUIRE(orders.waits_for("/public/slow", 1));
  RawClient client(router.port());
  client.send(save);
  CHECK(client.stays_silent(milliseconds(300)));
  browser.navigate("/my/logout");
  held.may_answer = true;
  CHECK(client.read().status() == 200);
  CHECK(orders.count("/orders/save") == 1);
}

TEST_CASE(
    "awaited answers: a browser that goes on to the logout while a form is being saved leaves the save alone [S25]") {
  Held held;
  std::atomic<bool> saved{false};
  SignOnFixture fixture;
  fixture.orders.on("/orders/save", [&](Conversation& conversation) {
    held.answers("", kSaved)(conversation);
    saved = !held.was_cut;
  });
  auto browser = fixture.signed_in();
  {
    RawClient client(fixture.router.port());
    client.send(work_of(browser, "POST", "/orders/save", "work"));
    REQUIRE(fixture.orders.waits_for("/orders/save", 1));
  }
  // long enough for the router to notice
  CHECK_FALSE(eventually([&] { return held.was_cut.load(); }, milliseconds(500)));
  browser.navigate("/my/logout");
  REQUIRE(fixture.orders.waits_for("/sign-out", 1));
  held.may_answer = true;
  CHECK(eventually([&] { return saved.load(); }));
}

TEST_CASE("awaited answers: GET, HEAD and OPTIONS without one get 401 within two seconds of the logout [S25]") {
  for (const std::string method : {"GET", "HEAD", "OPTIONS"}) {
    CAPTURE(method);
    SignOnFixture fixture;
    fixture.orders.on("/orders/slow", hangs());
    auto browser = fixture.signed_in();
    RawClient client(fixture.router.port());
    client.send(work_of(browser, method, "/orders/slow"));
    REQUIRE(fixture.orders.waits_for("/orders/slow", 1));
    browser.navigate("/my/logout");
    CHECK(client.read(kLogoutTime, method).status() == 401);
  }
}

TEST_CASE("awaited answers: a GET that waits for its tokens gets 401 within two seconds of the logout, too [S25]") {
  SignOnFixture fixture;
  fixture.provider.behave({.access_token_lifetime = 0});  // every request has to refresh
  auto browser = fixture.signed_in();
  const auto refreshed = fixture.provider.grants("refresh_token");
  fixture.provider.behave({.access_token_lifetime = 0, .token_hangs = true});
  RawClient client(fixture.router.port());
  client.send(request_of(browser, "GET", "/orders/waits"));
  REQUIRE(eventually([&] { return fixture.provider.grants("refresh_token") > refreshed; }));
  browser.navigate("/my/logout");
  CHECK(client.read(kLogoutTime).status() == 401);
  CHECK(fixture.orders.count("/orders/waits") == 0);
  fixture.provider.behave({});
}

TEST_CASE("server-sent events: those that answer a POST end with the session like any other [S25]") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const bool begun : {true, false}) {
    CAPTURE(begun);
    Held held;
    SignOnFixture fixture;
    fixture.orders.on("/orders/events", held.answers(begun ? head + "9\r\ndata: 1\n\n\r\n" : "", head));
    auto browser = fixture.signed_in();
    RawClient client(fixture.router.port());
    client.send(work_of(browser, "POST", "/orders/events", "?"));
    REQUIRE(fixture.orders.waits_for("/orders/events", 1));
    if (begun) CHECK(client.read_head().status() == 200);
    browser.navigate("/my/logout");
    REQUIRE(fixture.orders.waits_for("/sign-out", 1));
    if (!begun) held.may_answer = true;
    if (begun) CHECK(client.ends(kLogoutTime));
    if (!begun) CHECK(client.read(kLogoutTime).status() == 401);
    held.may_answer = true;
  }
}

TEST_CASE("server-sent events: logout ends them within two seconds, and the back-end's side with them") {
  SignOnFixture fixture;
  std::atomic<bool> gone{false};
  fixture.orders.on("/orders/events", [&gone](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
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

}  // namespace router::test::live_connections_test
