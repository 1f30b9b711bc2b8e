// Logout by URL or parameter as a browser and two applications see it (docs/contract/logout.md section 2).
#include <doctest/doctest.h>

#include "e2e/sign_on_fixture.h"

namespace router::test::agent_logout_test {
namespace {

constexpr milliseconds kLogoutTime{2'000};

// As an agent has it; orders and invoices are the web applications.
constexpr const char* kAgentProperties = R"(# AgentConfig.properties, unchanged
org.forgerock.agents.agent.logs.dir = /var/log/agent
org.forgerock.agents.logout.endpoint.map[orders]=/orders/log-me-out
org.forgerock.agents.logout.endpoint.map=/agentapp/log-me-out
org.forgerock.agents.logout.request.param.map[orders]=log-out
org.forgerock.agents.logout.request.param.map=logout
org.forgerock.agents.logout.goto.map[orders]=/pages/logout-page.html
org.forgerock.agents.logout.goto.map=/pages/goodbye.html
org.forgerock.agents.logout.introspection.enabled=true
org.forgerock.agents.conditional.logout.url.list[0]=127.0.0.1/mine|?mine=yes
org.forgerock.agents.conditional.logout.url.list[1]=|?alpha=beta
)";

struct AgentFixture {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router{setup()};

  RouterSetup setup() const {
    auto setup = sign_on_setup(provider, orders.origin(), invoices.origin());
    // the pages are behind a login; that they are landing pages makes two of them public
    setup.add_route(
        {{"source", "^/pages/(.*)$"}, {"target", "$1"}, {"localDir", "static"}, {"authenticationType", "oidc"}});
    setup.files["static/logout-page.html"] = "left the orders";
    setup.files["static/goodbye.html"] = "left all";
    setup.files["static/secret.html"] = "secret";
    setup.files["agent.properties"] = kAgentProperties;
    setup.descriptor["logout"]["agentProperties"] = "agent.properties";
    return setup;
  }
  Browser signed_in() {
    Browser browser(router.port());
    browser.open("/orders/start");
    browser.open("/invoices/start");
    return browser;
  }
  int status(Browser browser, const std::string& path) {
    return browser.get(path, {{"X-Requested-With", "XMLHttpRequest"}}).status();
  }
};

Behaviour accepts_websocket() {
  return [](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    conversation.wait_until_gone(milliseconds(30'000));
    conversation.close();
  };
}

}  // namespace

TEST_CASE("agent logout: one application of an unchanged properties file is left, the other stays signed in") {
  AgentFixture fixture;
  fixture.orders.on("/orders/start", answers("HTTP/1.1 200 OK\r\nSet-Cookie: C=orders\r\nContent-Length: 0\r\n\r\n"));
  fixture.invoices.on("/invoices/start",
                      answers("HTTP/1.1 200 OK\r\nSet-Cookie: C=invoices\r\nContent-Length: 0\r\n\r\n"));
  auto browser = fixture.signed_in();
  CHECK(fixture.status(browser, "/orders/x") == 200);
  CHECK(fixture.status(browser, "/invoices/x") == 200);

  const auto answer = browser.navigate("/mywebapp/orders/log-me-out?siteId=3");
  CHECK(answer.status() == 302);
  CHECK(answer.field("Location") == "/pages/logout-page.html?siteId=3");
  CHECK(answer.has("x-logout-id"));
  CHECK_FALSE(answer.has("Clear-Site-Data"));
  CHECK(browser.has_session());
  CHECK(browser.navigate("/pages/logout-page.html?siteId=3").body == "left the orders");

  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK(fixture.orders.requests_to("/sign-out").at(0).field("Cookie") == "C=orders");
  CHECK(fixture.status(browser, "/orders/x") == 401);
  CHECK(fixture.status(browser, "/invoices/x") == 200);
  CHECK(fixture.invoices.requests_to("/invoices/x").back().field("Cookie") == "C=invoices");
  CHECK(fixture.invoices.count("/sign-out") == 0);
  CHECK(fixture.provider.count("/end-session") == 0);
  CHECK(fixture.provider.count("/revoke") == 0);

  // the next page of it asks the provider for the password again
  const auto login = browser.navigate("/orders/x");
  CHECK(login.status() == 302);
  CHECK(login.field("Location").find("prompt=login") != std::string::npos);
  const auto back = browser.navigate(Browser::path_of(Browser::location_from(login.field("Location"))));
  CHECK(Browser::path_of(back.field("Location")) == "/orders/x");
  CHECK(fixture.status(browser, "/orders/x") == 200);
  CHECK_FALSE(fixture.orders.requests_to("/orders/x").back().has("Cookie"));
  CHECK(fixture.status(browser, "/invoices/x") == 200);
  CHECK(fixture.invoices.requests_to("/invoices/x").back().field("Cookie") == "C=invoices");
}

TEST_CASE("agent logout: who left an application stays outside where the provider did not ask who he is again [S17]") {
  for (const int ago : {3'600, -1}) {
    CAPTURE(ago);
    AgentFixture fixture;
    fixture.provider.behave({.proved_seconds_ago = ago});
    auto browser = fixture.signed_in();
    browser.navigate("/orders/log-me-out");
    const auto login = browser.navigate("/orders/x");
    CHECK(login.field("Location").find("max_age=0") != std::string::npos);
    const auto back = browser.navigate(Browser::path_of(Browser::location_from(login.field("Location"))));
    CHECK(back.status() == 401);
    CHECK(fixture.status(browser, "/orders/x") == 401);
    CHECK(fixture.status(browser, "/invoices/x") == 200);
  }
}

TEST_CASE("agent logout: leaving one application closes its WebSockets and streams, and nobody else's") {
  AgentFixture fixture;
  fixture.orders.on("/orders/socket", accepts_websocket());
  fixture.invoices.on("/invoices/socket", accepts_websocket());
  fixture.orders.on("/orders/events", [](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
    conversation.wait_until_gone(milliseconds(30'000));
  });
  auto browser = fixture.signed_in();
  RawClient orders(fixture.router.port());
  RawClient invoices(fixture.router.port());
  RawClient events(fixture.router.port());
  orders.send(browser.handshake("/orders/socket"));
  invoices.send(browser.handshake("/invoices/socket"));
  events.send(make_request("GET", "/orders/events", {{"Host", browser.host()}, {"Cookie", browser.cookie_field()}}));
  CHECK(orders.read_head().status() == 101);
  CHECK(invoices.read_head().status() == 101);
  CHECK(events.read_head().status() == 200);

  browser.navigate("/invoices/x?log-out");
  CHECK(orders.ends(kLogoutTime));
  CHECK(orders.received().find(std::string("\x0f\xa1", 2) + "signed out") != std::string::npos);
  CHECK(events.ends(kLogoutTime));
  CHECK(invoices.stays_silent(milliseconds(200)));
  CHECK(ask(fixture.router.port(), browser.handshake("/orders/socket")).status() == 401);
}

TEST_CASE("agent logout: of all applications goes over the provider, with the condition's parameters") {
  AgentFixture fixture;
  auto browser = fixture.signed_in();
  const auto before = browser;
  const auto location = browser.navigate("/orders/x?a=1&logout").field("Location");
  CHECK(location.starts_with(fixture.provider.issuer() + "/end-session?"));
  CHECK(location.ends_with("&alpha=beta"));
  CHECK_FALSE(browser.has_session());
  CHECK(fixture.status(before, "/invoices/x") == 401);
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK(fixture.invoices.waits_for("/sign-out", 1));
  const auto back = browser.navigate(Browser::path_of(Browser::location_from(location)));
  CHECK(Browser::path_of(back.field("Location")) == "/pages/goodbye.html?a=1");
  CHECK(browser.navigate("/pages/goodbye.html?a=1").body == "left all");
  // the request itself was never forwarded
  CHECK(fixture.orders.count("/orders/x") == 0);

  auto mine = fixture.signed_in();
  CHECK(mine.navigate("/mine/x?logout").field("Location").ends_with("&mine=yes"));
}

TEST_CASE("agent logout: landing pages are public although their route is not, and trigger nothing") {
  AgentFixture fixture;
  Browser nobody(fixture.router.port());
  CHECK(nobody.navigate("/pages/goodbye.html").body == "left all");
  CHECK(nobody.navigate("/pages/logout-page.html?logout&log-out").body == "left the orders");
  CHECK(nobody.navigate("/pages/secret.html").status() == 302);
  CHECK(nobody.send("POST", "/pages/goodbye.html").status() != 200);
  auto browser = fixture.signed_in();
  CHECK(browser.navigate("/pages/goodbye.html?logout").body == "left all");
  CHECK(browser.navigate("/login/callback?logout").status() != 302);
  CHECK(fixture.status(browser, "/orders/x") == 200);
}

TEST_CASE(
    "agent logout: whoever sends the Host of an absolute landing page is asked to log in all the same "
    "[S10]") {
  const StubProvider provider;
  const RecordingBackend orders;
  auto setup = sign_on_setup(provider, orders.origin(), orders.origin());
  setup.descriptor["logout"]["applications"] = {
      {"orders", {{"parameter", "log-out"}, {"page", "http://bye.example/orders/bye"}}}};
  const RouterProcess router(setup);
  for (const char* host : {"bye.example", "BYE.example", "bye.example:80", "localhost"}) {
    CAPTURE(host);
    const auto answer = ask(router.port(), make_request("GET", "/orders/bye", {{"Host", host}}));
    CHECK(answer.status() == 302);
  }
  CHECK(orders.count("/orders/bye") == 0);
}

TEST_CASE("agent logout: a script is told in JSON where to go") {
  AgentFixture fixture;
  auto browser = fixture.signed_in();
  const auto answer =
      browser.send("POST", "/orders/log-me-out", {{"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Site", "same-origin"}});
  CHECK(answer.status() == 200);
  CHECK(answer.field("Content-Type").starts_with("application/json"));
  CHECK(answer.body == R"({"logoutUrl":"/pages/logout-page.html"})");
  CHECK(fixture.status(browser, "/orders/x") == 401);
  CHECK(fixture.status(browser, "/invoices/x") == 200);
}

TEST_CASE("agent logout: the endpoint is a dummy, never forwarded, whatever the method") {
  AgentFixture fixture;
  Browser nobody(fixture.router.port());
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "OPTIONS"}) nobody.send(method, "/orders/log-me-out");
  CHECK(fixture.orders.count("/orders/log-me-out") == 0);
}

TEST_CASE("agent logout: inspectBody finds the parameter in a posted form, and forwards other bodies intact") {
  AgentFixture fixture;
  auto browser = fixture.signed_in();
  const auto token = browser.csrf_token("/orders/start");
  const auto post = [&](const std::string& path, const std::string& body) {
    return browser.send("POST", path, {{"Content-Type", "application/x-www-form-urlencoded"}, {"x-csrf-token", token}},
                        body);
  };
  const std::string small = "a=1&examplelog-out=%20+&b=%zz&&=";
  const std::string large = "logout" + std::string(64 * 1024, 'x') + "=1";
  const std::string beyond = "logout&" + std::string(300 * 1024, 'x');
  for (const std::string& body : {small, large, beyond}) {
    CHECK(post("/orders/form", body).status() == 200);
    const auto received = fixture.orders.requests_to("/orders/form");
    REQUIRE_FALSE(received.empty());
    CHECK(received.back().body == body);
  }
  // of unknown length: read up to the limit, then streamed on
  RawClient client(fixture.router.port());
  client.send("POST /orders/chunked HTTP/1.1\r\nHost: " + browser.host() + "\r\nCookie: " + browser.cookie_field() +
              "\r\nx-csrf-token: " + token +
              "\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string sent;
  for (int i = 0; i < 40; ++i) {
    const std::string piece = "field" + std::to_string(i) + "=" + std::string(4000, 'y') + "&";
    char length[16];
    std::snprintf(length, sizeof length, "%zx\r\n", piece.size());
    client.send(length + piece + "\r\n");
    sent += piece;
  }
  client.send("0\r\n\r\n");
  CHECK(client.read().status() == 200);
  CHECK(fixture.orders.requests_to("/orders/chunked").at(0).body == sent);

  const auto answer = post("/orders/form", "a=1&log-out");
  CHECK(answer.status() == 200);
  CHECK(answer.body == R"({"logoutUrl":"/pages/logout-page.html"})");
  CHECK(fixture.status(browser, "/orders/x") == 401);
  CHECK(fixture.status(browser, "/invoices/x") == 200);
}

TEST_CASE("agent logout: with a replaced URL the router ends the provider's session and revokes the tokens itself") {
  StubProvider provider;
  RecordingBackend backend;
  auto setup = sign_on_setup(provider, backend.origin(), backend.origin());
  setup.descriptor["logout"]["applications"][""] = {{"endpoint", "/log-me-out"}};
  setup.descriptor["logout"]["conditionalUrls"] = {
      {{"when", ""}, {"url", "http://mybank.com/myapp/logout?param=override"}}};
  RouterProcess router(setup);
  Browser browser(router.port());
  browser.open("/orders/start");
  CHECK(browser.navigate("/log-me-out").field("Location") == "http://mybank.com/myapp/logout?param=override");
  CHECK(eventually([&] { return provider.count("/end-session") == 1; }));
  CHECK_FALSE(provider.calls("/end-session").at(0).parameter("id_token_hint").empty());
  CHECK(eventually([&] { return provider.count("/revoke") == 2; }));
}

}  // namespace router::test::agent_logout_test
