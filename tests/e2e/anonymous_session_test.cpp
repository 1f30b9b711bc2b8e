// Back-ends with logins and handshakes of their own on public routes: their session cookies live in an
// anonymous session, which is nobody's login (docs/contract/descriptor.md "Session").
#include <doctest/doctest.h>

#include <atomic>

#include "e2e/public_fixture.h"

namespace router::test::anonymous_session_test {
TEST_CASE(
    "anonymous session: a back-end on a public route gets its session cookie back, and the browser never "
    "sees it [K1]") {
  PublicFixture fixture;
  fixture.orders.on("/public/enter",
                    sets("Set-Cookie: SID=secret; Path=/; HttpOnly\r\nSet-Cookie: JSESSIONID=java; Path=/\r\n"
                         "Set-Cookie: theme=dark; Max-Age=1000\r\nCache-Control: public, max-age=60\r\n"));
  auto browser = fixture.browser();
  const auto answer = browser.get("/public/enter");
  CHECK(answer.status() == 200);
  CHECK(answer.head.all("Set-Cookie").size() == 2);
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(browser.cookie("SID").empty());
  CHECK(browser.cookie("theme") == "dark");
  const auto session = browser.cookie("JSESSIONID");
  CHECK(session.size() == 43);

  const auto next = browser.get("/public/next");
  CHECK_FALSE(next.has("Set-Cookie"));
  CHECK(has(last_cookies(fixture.orders, "/public/next"), "SID=secret"));
  CHECK(has(last_cookies(fixture.orders, "/public/next"), "JSESSIONID=java"));
  CHECK_FALSE(has(last_cookies(fixture.orders, "/public/next"), session));
  CHECK(browser.cookie("JSESSIONID") == session);

  // another browser is somebody else
  auto other = fixture.browser();
  other.get("/public/next");
  CHECK_FALSE(has(last_cookies(fixture.orders, "/public/next"), "SID"));
}

TEST_CASE("anonymous session: the back-end's handshake against forgery passes untouched [K1]") {
  PublicFixture fixture;
  fixture.orders.on("/public/token", sets("x-csrf-token: of-the-back-end\r\nSet-Cookie: SID=secret\r\n"));
  auto browser = fixture.browser();
  CHECK(browser.csrf_token("/public/token") == "of-the-back-end");
  CHECK(browser.send("POST", "/public/save", {{"x-csrf-token", "of-the-back-end"}}, "a=b").status() == 200);
  const auto save = fixture.orders.requests_to("/public/save").at(0);
  CHECK(save.field("x-csrf-token") == "of-the-back-end");
  CHECK(has(save.field("Cookie"), "SID=secret"));
}

TEST_CASE(
    "anonymous session: there is none where no back-end sets a session cookie that the router may keep "
    "[K1]") {
  PublicFixture fixture(Variables{{"LIMIT_COOKIE_JAR_BYTES", "1024"}});
  const std::pair<std::string, std::string> rows[] = {
      {"/public/plain", ""},
      {"/public/lasting", "Set-Cookie: a=1; Max-Age=60\r\n"},
      {"/public/deleted", "Set-Cookie: a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n"},
      {"/public/own-deleted", "Set-Cookie: JSESSIONID=; Max-Age=0\r\n"},
      {"/public/back-and-forth", "Set-Cookie: a=1; Path=/\r\nSet-Cookie: a=; Path=/; Max-Age=0\r\n"},
      {"/public/no-name", "Set-Cookie: =1\r\nSet-Cookie: nothing\r\n"},
      {"/public/too-big", "Set-Cookie: a=" + std::string(2000, 'x') + "\r\n"},
      {"/open/sid", "Set-Cookie: SID=1\r\n"},
      {"/open/own", "Set-Cookie: JSESSIONID=1\r\n"},
      {"/bye.html", ""},
      {"/nowhere", ""},
  };
  for (const auto& [path, cookies] : rows) {
    CAPTURE(path);
    fixture.orders.on(path, sets(cookies));
    auto browser = fixture.browser();
    browser.get(path);
    CHECK_FALSE(browser.has_session());
  }
}

TEST_CASE("anonymous session: back-ends on one host are kept apart by their destination [K1]") {
  PublicFixture fixture;
  auto browser = fixture.visitor();
  const auto session = browser.cookie("JSESSIONID");
  browser.get("/twin/x");
  CHECK_FALSE(has(last_cookies(fixture.orders, "/twin/x"), "SID"));
  browser.get("/twin/in");
  browser.get("/bills/in");
  CHECK(browser.cookie("JSESSIONID") == session);
  browser.get("/twin/x");
  browser.get("/public/x");
  browser.get("/bills/x");
  CHECK(last_cookies(fixture.orders, "/twin/x") == "SID=twin/in");
  CHECK(last_cookies(fixture.orders, "/public/x") == "SID=public/in");
  CHECK(last_cookies(fixture.invoices, "/bills/x") == "SID=bills/in");
}

TEST_CASE("anonymous session: it is a login to nothing [K1]") {
  PublicFixture fixture;
  auto browser = fixture.visitor();
  REQUIRE(browser.has_session());
  const auto script = browser.get("/orders/x", {{"X-Requested-With", "XMLHttpRequest"}, {"x-csrf-token", "fetch"}});
  CHECK(script.status() == 401);
  CHECK_FALSE(script.has("x-csrf-token"));
  CHECK(browser.navigate("/orders/x").status() == 302);
  CHECK(browser.send("POST", "/orders/x", {}, "a=b").status() == 401);
  CHECK(ask(fixture.router.port(), browser.handshake("/orders/socket")).status() == 401);
  const auto state = browser.get("/xs-router/session");
  CHECK(state.status() == 401);
  CHECK_FALSE(nlohmann::json::parse(state.body).contains("endpoint"));
  CHECK(browser.send("POST", "/xs-router/session/touch").status() == 401);
  CHECK(browser.get("/xs-router/session/events").status() == 401);
  CHECK(fixture.orders.count("/orders/x") == 0);
}

TEST_CASE("anonymous session: a login takes its cookies over under a new id, and the logout tells with them [K1]") {
  PublicFixture fixture;
  auto browser = fixture.visitor();
  auto before = browser;
  browser.open("/orders/start");
  CHECK(fixture.provider.grants("authorization_code") == 1);
  CHECK(browser.cookie("JSESSIONID") != before.cookie("JSESSIONID"));
  browser.get("/orders/x");
  CHECK(last_cookies(fixture.orders, "/orders/x") == "SID=public/in");
  browser.get("/public/x");
  CHECK(last_cookies(fixture.orders, "/public/x") == "SID=public/in");
  // the old id is nobody's key any more
  before.get("/public/y");
  CHECK_FALSE(has(last_cookies(fixture.orders, "/public/y"), "SID"));
  CHECK(before.get("/orders/x", {{"X-Requested-With", "x"}}).status() == 401);
  CHECK(fixture.orders.count("/sign-out") == 0);

  browser.navigate("/my/logout");
  REQUIRE(fixture.orders.waits_for("/sign-out", 1));
  CHECK(last_cookies(fixture.orders, "/sign-out") == "SID=public/in");
  CHECK(fixture.orders.requests_to("/sign-out").at(0).has("Authorization"));
}

TEST_CASE("anonymous session: its logout tells the back-ends whose cookies it holds, and no other [K1]") {
  PublicFixture fixture;
  auto browser = fixture.visitor("/bills/in");
  const auto session = browser.cookie("JSESSIONID");
  const auto answer = browser.navigate("/my/logout");
  // as for anybody without a session
  CHECK(answer.status() == 302);
  const auto without_state = [](const std::string& url) { return url.substr(0, url.find("&state=")); };
  const auto nobody = fixture.browser().navigate("/my/logout").field("Location");
  CHECK(without_state(answer.field("Location")) == without_state(nobody));
  CHECK_FALSE(browser.has_session());
  REQUIRE(fixture.invoices.waits_for("/sign-out", 1));
  CHECK(last_cookies(fixture.invoices, "/sign-out") == "SID=bills/in");
  CHECK_FALSE(fixture.invoices.requests_to("/sign-out").at(0).has("Authorization"));
  CHECK(fixture.orders.count("/sign-out") == 0);
  browser.set_cookie("JSESSIONID", session);
  browser.get("/bills/x");
  CHECK_FALSE(has(last_cookies(fixture.invoices, "/bills/x"), "SID"));
}

TEST_CASE("anonymous session: a logout by POST needs its token, and has one [K1]") {
  const nlohmann::json logout = {{"logoutEndpoint", "/my/logout"}, {"logoutMethod", "POST"}};
  PublicFixture fixture(Variables(), {{"logout", logout}});
  auto browser = fixture.visitor("/bills/in");
  CHECK(browser.send("POST", "/my/logout").status() == 403);
  CHECK(browser.has_session());
  const auto token = browser.csrf_token("/my/logout");
  CHECK(token.size() > 20);
  CHECK(browser.send("POST", "/my/logout", {{"x-csrf-token", token}}).status() == 200);
  CHECK(fixture.invoices.waits_for("/sign-out", 1));
  CHECK(fixture.browser().send("POST", "/my/logout", {{"x-csrf-token", token}}).status() == 403);
}

TEST_CASE("anonymous session: an address with too many loses its own oldest, whose back-end hears of it [K1]") {
  PublicFixture fixture(Variables{{"LIMIT_ANONYMOUS_SESSIONS", "3"}, {"LIMIT_ANONYMOUS_SESSIONS_PER_ADDRESS", "2"}});
  const auto knows = [&](Browser browser) {
    browser.get("/bills/x");
    return has(last_cookies(fixture.invoices, "/bills/x"), "SID");
  };
  const auto come_from = [&](const std::string& address) {
    auto browser = fixture.browser();
    browser.come_from(address);
    browser.get("/bills/in");
    return browser;
  };
  const auto one = come_from("192.0.2.1");
  const auto first = come_from("2001:db8::1");
  const auto second = come_from("2001:db8::2");
  CHECK((knows(one) && knows(first) && knows(second)));
  const auto third = come_from("2001:db8:0:0:5::3");
  CHECK((knows(one) && !knows(first) && knows(second) && knows(third)));
  REQUIRE(fixture.invoices.waits_for("/sign-out", 1));
  const auto last = come_from("192.0.2.7");
  CHECK((!knows(one) && knows(second) && knows(third) && knows(last)));
  CHECK(fixture.invoices.waits_for("/sign-out", 2));
  // a user is no part of it
  auto user = fixture.browser();
  user.open("/orders/start");
  for (int i = 0; i < 5; ++i) come_from("198.51.100." + std::to_string(i));
  CHECK(user.get("/orders/x", {{"X-Requested-With", "x"}}).status() == 200);
}

TEST_CASE("anonymous session: a WebSocket may begin one, has its cookies, and ends with its logout [K1]") {
  PublicFixture fixture;
  const std::string switches =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
  const auto socket = [](std::string head) {
    return [head = std::move(head)](Conversation& conversation) {
      conversation.send(head);
      conversation.wait_until_gone(milliseconds(30'000));
      conversation.close();
    };
  };
  fixture.invoices.on("/bills/first", socket(switches + "Set-Cookie: WS=1; Path=/\r\n\r\n"));
  fixture.invoices.on("/bills/second", socket(switches + "\r\n"));
  auto browser = fixture.browser();
  RawClient first(fixture.router.port());
  first.send(browser.handshake("/bills/first"));
  const auto opened = first.read_head();
  CHECK(opened.status() == 101);
  const auto cookie = opened.field("Set-Cookie");
  REQUIRE(cookie.starts_with("JSESSIONID="));
  browser.set_cookie("JSESSIONID", cookie.substr(11, 43));
  RawClient second(fixture.router.port());
  second.send(browser.handshake("/bills/second"));
  CHECK(second.read_head().status() == 101);
  CHECK(last_cookies(fixture.invoices, "/bills/second") == "WS=1");
  browser.navigate("/my/logout");
  for (auto* client : {&first, &second}) {
    CHECK(client->ends(milliseconds(3'000)));
    CHECK(has(client->received(), "signed out"));
  }
}

TEST_CASE("anonymous session: what is public goes on through a login, and ends with the user's logout [K1]") {
  PublicFixture fixture;
  fixture.invoices.on("/bills/stream", [](Conversation& conversation) {
    conversation.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    conversation.wait_until_gone(milliseconds(30'000));
    conversation.close();
  });
  auto browser = fixture.visitor("/bills/in");
  RawClient stream(fixture.router.port());
  stream.send(make_request("GET", "/bills/stream", {{"Cookie", browser.cookie_field()}}));
  CHECK(stream.read_head().status() == 200);
  browser.open("/orders/start");
  stream.read_piece();
  CHECK(stream.stays_silent(milliseconds(300)));
  browser.navigate("/my/logout");
  CHECK(stream.ends(milliseconds(3'000)));
}

TEST_CASE(
    "anonymous session: an answer that comes after the login, or after the logout, sets no cookie any more "
    "[K1]") {
  for (const bool logs_in : {true, false}) {
    CAPTURE(logs_in);
    PublicFixture fixture;
    std::atomic<bool> may_answer{false};
    fixture.orders.on("/public/slow", [&](Conversation& conversation) {
      conversation.read_body();
      eventually([&] { return may_answer.load(); });
      conversation.send("HTTP/1.1 200 OK\r\nSet-Cookie: SID=late; Path=/\r\nContent-Length: 0\r\n\r\n");
    });
    auto browser = fixture.visitor();
    RawClient slow(fixture.router.port());
    slow.send(make_request("POST", "/public/slow", {{"Cookie", browser.cookie_field()}}, "a=b"));
    REQUIRE(fixture.orders.waits_for("/public/slow", 1));
    if (logs_in)
      browser.open("/orders/start");
    else
      browser.navigate("/my/logout");
    may_answer = true;
    const auto answer = slow.read();
    CHECK(answer.status() == 200);
    CHECK_FALSE(answer.has("Set-Cookie"));
    browser.get("/public/x");
    CHECK(last_cookies(fixture.orders, "/public/x") == (logs_in ? "SID=public/in" : ""));
  }
}

}  // namespace router::test::anonymous_session_test
