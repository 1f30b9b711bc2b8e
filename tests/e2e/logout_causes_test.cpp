// Whoever ends a session, what is live of it ends within two seconds, the receipt is logged, and the way back is barred
// (docs/contract/logout.md sections 1, 5, 7). Time-outs take a minute at least: tests/browser/session-timeout.test.mjs
// has them.
#include <doctest/doctest.h>
#include <signal.h>

#include "e2e/sign_on_fixture.h"

namespace router::test::logout_causes_test {
namespace {

constexpr milliseconds kLogoutTime{2'000};

// An event stream and a download that never end by themselves.
void serve_lasting_answers(RecordingBackend& backend) {
  backend.on("/orders/events", [](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
    conversation.wait_until_gone(milliseconds(30'000));
  });
  backend.on("/orders/download", [](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 1000000\r\n\r\nPK");
    conversation.wait_until_gone(milliseconds(30'000));
  });
}

RawAnswer post_logout_token(SignOnFixture& fixture, const std::string& token) {
  return ask(fixture.router.port(),
             make_request("POST", "/my/back-channel", {{"Content-Type", "application/x-www-form-urlencoded"}},
                          "logout_token=" + token));
}

enum class Asked { by_browser, by_back_channel, by_back_channel_for_user, by_front_channel };

void log_out(SignOnFixture& fixture, Browser& browser, Asked asked) {
  switch (asked) {
    case Asked::by_browser:
      browser.navigate("/my/logout");
      break;
    case Asked::by_back_channel:
      CHECK(post_logout_token(fixture, fixture.provider.logout_token()).status() == 200);
      break;
    case Asked::by_back_channel_for_user:
      CHECK(post_logout_token(fixture, fixture.provider.logout_token({{"sid", nullptr}, {"sub", "alice-sub"}}))
                .status() == 200);
      break;
    case Asked::by_front_channel:
      CHECK(ask(fixture.router.port(), make_request("GET", "/my/front-channel?iss=" + fixture.provider.issuer() +
                                                               "&sid=" + fixture.provider.last_sid()))
                .status() == 200);
      break;
  }
}

}  // namespace

TEST_CASE("live connections: event streams and downloads end within two seconds, whoever logs the user out (61, 62)") {
  SignOnFixture fixture;
  serve_lasting_answers(fixture.orders);
  for (const auto asked :
       {Asked::by_browser, Asked::by_back_channel, Asked::by_back_channel_for_user, Asked::by_front_channel}) {
    CAPTURE(static_cast<int>(asked));
    auto browser = fixture.signed_in();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (const char* path : {"/orders/events", "/orders/download", "/xs-router/session/events"}) {
      clients.push_back(std::make_unique<RawClient>(fixture.router.port()));
      clients.back()->send(make_request("GET", path, {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}));
      CHECK(clients.back()->read_head().status() == 200);
      CHECK_FALSE(clients.back()->read_piece().empty());
    }
    const auto old = browser;
    log_out(fixture, browser, asked);
    for (const auto& client : clients) CHECK(client->ends(kLogoutTime));
    CHECK(clients[2]->received().find("event: over") != std::string::npos);
    CHECK_FALSE(fixture.is_signed_in(old));
  }
}

TEST_CASE("receipt: the answer names it, and one audit line says what became of every back-end") {
  SignOnFixture fixture;
  fixture.orders.on("/sign-out", answers("HTTP/1.1 204 No Content\r\n\r\n"));
  fixture.invoices.on("/sign-out", answers("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
  auto browser = fixture.signed_in();
  const auto id = browser.navigate("/my/logout").field("x-logout-id");
  REQUIRE_FALSE(id.empty());
  REQUIRE(fixture.router.logs("logout.complete"));
  const auto log = fixture.router.log();
  const auto begin = log.rfind('\n', log.find("logout.complete")) + 1;
  const auto line = log.substr(begin, log.find('\n', begin) - begin);
  CAPTURE(line);
  for (const auto& part : {id, std::string("browser"), std::string("alice"), std::string("orders=confirmed 204"),
                           std::string("invoices=refused 403"), std::string("redirect"), std::string("sessions"),
                           std::string("connections_closed"), std::string("milliseconds")}) {
    CHECK_MESSAGE(line.find(part) != std::string::npos, part);
  }
}

TEST_CASE(
    "back-channel logout: a flood of bad tokens costs one key fetch, and good ones still come through (105, O6)") {
  SignOnFixture fixture;
  const auto browser = fixture.signed_in();
  const auto fetches = fixture.provider.count("/keys");
  const auto bad = with_broken_signature(fixture.provider.logout_token());
  for (int i = 0; i < 500; ++i) CHECK(post_logout_token(fixture, bad).status() == 400);
  CHECK(fixture.is_signed_in(browser));
  CHECK(post_logout_token(fixture, fixture.provider.logout_token()).status() == 200);
  CHECK_FALSE(fixture.is_signed_in(browser));
  CHECK(fixture.provider.count("/keys") <= fetches + 1);
}

TEST_CASE("back-channel logout: a token seen before a reload is known after it (101)") {
  SignOnFixture fixture;
  const auto token = fixture.provider.logout_token({{"sid", nullptr}, {"sub", "alice-sub"}});
  CHECK(post_logout_token(fixture, token).status() == 200);
  fixture.router.signal(SIGHUP);
  REQUIRE(fixture.router.logs("reload.done"));
  const auto browser = fixture.signed_in();
  CHECK(post_logout_token(fixture, token).status() == 200);
  CHECK(fixture.is_signed_in(browser));
}

TEST_CASE("stop: tokens that wait for a back-end are revoked on the way out") {
  StubProvider provider;
  RecordingBackend backend;
  backend.on("/sign-out", answers("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
  auto setup = sign_on_setup(provider, backend.origin(), backend.origin());
  setup.environment["SHUTDOWN_TIMEOUT"] = "2";
  RouterProcess router(setup);
  Browser browser(router.port());
  browser.open("/orders/x");
  browser.navigate("/my/logout");
  CHECK(backend.waits_for("/sign-out", 2));
  CHECK(provider.count("/revoke") == 0);
  router.signal(SIGTERM);
  CHECK(router.wait(kPatience) == 0);
  CHECK(provider.count("/revoke") == 2);
}

TEST_CASE("stop: the event streams of session.js do not hold it up") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  RawClient client(fixture.router.port());
  client.send(
      make_request("GET", "/xs-router/session/events", {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}));
  CHECK(client.read_head().status() == 200);
  fixture.router.signal(SIGTERM);
  CHECK(client.ends(milliseconds(3'000)));
  CHECK(client.received().find("event: over") == std::string::npos);
  CHECK(fixture.router.wait(milliseconds(8'000)) == 0);
}

}  // namespace router::test::logout_causes_test
