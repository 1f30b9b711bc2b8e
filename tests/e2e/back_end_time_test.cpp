// How long a back-end may take: one time for everything up to the connection, one for the answer's head, and only a
// stall of that length while a body flows (docs/contract/http.md "Forwarding").
#include <doctest/doctest.h>

#include <thread>

#include "e2e/browser.h"
#include "e2e/proxy_fixture.h"
#include "support/fault_proxy.h"
#include "support/tls_peers.h"

namespace router::test::back_end_time_test {
namespace {

constexpr milliseconds kDrip{100};

// Sends `bytes` again and again, with a pause before each, until the router has had enough.
Behaviour drips(std::string first, std::string again) {
  return [first, again](Conversation& conversation) {
    conversation.send(first);
    while (!conversation.wait_until_gone(kDrip) && conversation.send(again)) continue;
  };
}

std::string post_of(std::size_t bytes) {
  return "POST /app/upload HTTP/1.1\r\nHost: app.example\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
         std::string(bytes, 'x');
}

std::string chunked_post_of(std::size_t bytes) {
  std::string request = "POST /app/upload HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t i = 0; i < bytes / 100; ++i) request += "64\r\n" + std::string(100, 'x') + "\r\n";
  return request + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("back-end time: a head that drips is 504 in the destination's time, interim ones count to it [N8]") {
  struct Row {
    const char* name;
    std::string first;
    std::string again;
  };
  for (const Row& row : {Row{"status line", "HTTP/1.1 200 ", "O"}, Row{"field", "HTTP/1.1 200 OK\r\nX-Drip: ", "x"},
                         Row{"fields", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n"},
                         Row{"interim heads", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"}}) {
    CAPTURE(row.name);
    RecordingBackend backend;
    backend.on("/app/drip", drips(row.first, row.again));
    RouterProcess router(setup_for(backend.origin(), {{"timeout", 600}}));
    CHECK(ask(router.port(), make_request("GET", "/app/drip")).status() == 504);
    CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 200);
  }
}

TEST_CASE(
    "back-end time: a proxy whose answer to CONNECT drips, and a handshake that drips, are 504 in that time [N8]") {
  RecordingBackend proxy;
  proxy.otherwise(drips("HTTP/1.1 200 OK\r\nX-Drip: ", "x"));
  RouterProcess through_proxy(
      setup_for("https://127.0.0.1:1", {{"timeout", 600}, {"proxyHost", "127.0.0.1"}, {"proxyPort", proxy.port()}}));
  CHECK(ask(through_proxy.port(), make_request("GET", "/app/x")).status() == 504);

  const Authority authority;
  TlsBackend backend(authority.issue("IP:127.0.0.1", "server"));
  FaultProxy slow(backend.port());
  slow.towards_client({.bytes_per_second = 100});
  RouterProcess router(
      setup_for("https://127.0.0.1:" + std::to_string(slow.port()), {{"timeout", 600}, {"strictSSL", false}}));
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 504);
}

TEST_CASE("login: a provider whose tokens and keys drip has its user on a page within 10 s [N8]") {
  const auto drip = drips("HTTP/1.1 200 OK\r\nX-Drip: ", "x");
  const auto json_answer = [](const nlohmann::json& body) {
    const auto text = body.dump();
    return answers("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                   std::to_string(text.size()) + "\r\n\r\n" + text);
  };
  // {"alg":"RS256","kid":"k"}: the keys are needed to say that it is not signed well
  const nlohmann::json tokens{{"access_token", "opaque"},
                              {"token_type", "Bearer"},
                              {"id_token", "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.AAAA"}};
  for (const bool tokens_drip : {true, false}) {
    CAPTURE(tokens_drip);
    RecordingBackend provider;
    provider.on("/.well-known/openid-configuration",
                json_answer({{"issuer", provider.origin()},
                             {"authorization_endpoint", provider.origin() + "/authorize"},
                             {"token_endpoint", provider.origin() + "/token"},
                             {"jwks_uri", provider.origin() + "/keys"}}));
    provider.on("/token", tokens_drip ? drip : json_answer(tokens));
    provider.on("/keys", drip);
    RecordingBackend backend;
    auto setup = setup_for(backend.origin());
    setup.environment["OIDC_ISSUER"] = provider.origin();
    setup.environment["OIDC_CLIENT_ID"] = "the-client";
    setup.environment["OIDC_CLIENT_SECRET"] = "the-secret";
    setup.environment["PRESERVE_FRAGMENT"] = "false";
    setup.add_route({{"source", "^/own/(.*)$"}, {"destination", "app"}, {"authenticationType", "oidc"}});
    RouterProcess router(setup);
    Browser browser(router.port());
    const auto location = browser.navigate("/own/x").field("Location");
    const auto state = location.substr(location.find("state=") + 6);
    const auto callback = "/login/callback?code=c&state=" + state.substr(0, state.find('&'));
    RawClient client(router.port());
    client.send(make_request("GET", callback,
                             {{"Cookie", browser.cookie_field()}, {"Host", browser.host()}, {"Accept", "text/html"}}));
    const auto page = client.read(milliseconds(10'000));
    CHECK(page.complete);
    CHECK(page.status() >= 500);
  }
}

TEST_CASE("back-end time: an upload that takes longer than the destination's time is passed on while it flows [N3]") {
  for (const std::string& request : {post_of(4'000), chunked_post_of(4'000)}) {
    CAPTURE(request.substr(0, 120));
    RecordingBackend backend;
    RouterProcess router(setup_for(backend.origin(), {{"timeout", 700}}));
    FaultProxy slow(router.port());
    slow.towards_backend({.bytes_per_second = 2'000});
    RawClient client(slow.port());
    client.send(request);
    CHECK(client.read(milliseconds(8'000)).status() == 200);
    CHECK(backend.requests_to("/app/upload").size() == 1);
  }
}

TEST_CASE("back-end time: an upload that stands still for the destination's time is 504, wherever it stalls [N3]") {
  RecordingBackend backend;
  backend.on("/app/upload", hangs());
  RouterProcess router(setup_for(backend.origin(), {{"timeout", 500}}));
  SUBCASE("the client stops in the middle") {
    RawClient client(router.port());
    client.send(post_of(4'000).substr(0, 2'000));
    CHECK(client.read().status() == 504);
  }
  SUBCASE("the back-end does not read") {
    RawClient client(router.port());
    const std::string request = post_of(32 * 1024 * 1024);
    std::thread sending([&] { client.send(request); });
    CHECK(client.read().status() == 504);
    client.socket().shutdown_both();
    sending.join();
  }
  SUBCASE("the back-end has all of it, and is silent") {
    RawClient client(router.port());
    client.send(post_of(100));
    CHECK(client.read().status() == 504);
  }
}

}  // namespace router::test::back_end_time_test
