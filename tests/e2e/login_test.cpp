// Logging in and being logged in, with a provider that can be told to misbehave (docs/contract/oidc.md A to C;
// docs/contract/descriptor.md).
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "e2e/sign_on_fixture.h"

namespace router::test::login_test {
namespace {

std::string with_parameter(std::string url, const std::string& name, const std::string& value) {
  const auto at = url.find(name + "=") + name.size() + 1;
  const auto end = url.find('&', at);
  return url.replace(at, end == std::string::npos ? std::string::npos : end - at, value);
}

// The callback that the provider sends this browser to, for a login begun at `path`.
std::string callback_for(Browser& browser, std::string_view path) {
  return Browser::path_of(Browser::location_from(browser.navigate(path).field("Location")));
}

}  // namespace

TEST_CASE("login: a navigation goes over the provider and comes back to where it began") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const auto start = browser.navigate("/orders/list?page=2");
  CHECK(start.status() == 302);
  const auto location = start.field("Location");
  CHECK(location.starts_with(fixture.provider.issuer() + "/authorize?"));
  for (const char* part : {"response_type=code", "client_id=the-client", "code_challenge_method=S256",
                           "state=", "nonce=", "scope=openid"}) {
    CHECK_MESSAGE(location.find(part) != std::string::npos, part, " is not in ", location);
  }
  const auto page = browser.open("/orders/list?page=2");
  CHECK(page.status() == 200);
  CHECK(page.body == "/orders/list?page=2");
  CHECK(browser.has_session());
}

TEST_CASE("login: a query of 3 KB comes back whole, a longer one is cut, and the log says so [S36]") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const std::string path = "/orders/list?" + std::string(3059, 'x');
  CHECK(browser.open(path).body == path);
  CHECK(fixture.router.log().find("login.return_path_cut") == std::string::npos);
  Browser other(fixture.router.port());
  CHECK(other.open("/orders/list?" + std::string(5000, 'x')).body == "/orders/list");
  CHECK(eventually([&] { return fixture.router.log().find("login.return_path_cut") != std::string::npos; }));
}

TEST_CASE("login: the back-end gets the token and none of the router's cookies") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  browser.set_cookie("theme", "dark");
  browser.get("/orders/x");
  const auto request = fixture.orders.requests_to("/orders/x").at(0);
  CHECK(request.field("Authorization").starts_with("Bearer ey"));
  CHECK(request.field("Cookie") == "theme=dark");
}

TEST_CASE("login: the session cookie is HttpOnly, Lax, for the whole site, and Secure behind https") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const auto answer = browser.navigate(callback_for(browser, "/orders/x"));
  CHECK(answer.status() == 302);
  bool found = false;
  for (const auto& cookie : answer.head.all("Set-Cookie")) {
    if (!cookie.starts_with("JSESSIONID=")) continue;
    found = true;
    for (const char* attribute : {"HttpOnly", "Path=/", "SameSite=Lax"})
      CHECK(cookie.find(attribute) != std::string::npos);
    CHECK(cookie.find("Domain") == std::string::npos);
    CHECK(cookie.find("Secure") == std::string::npos);
  }
  CHECK(found);
}

TEST_CASE("login: scripts and forms are told 401 instead of being redirected") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  CHECK(browser.get("/orders/x", {{"X-Requested-With", "XMLHttpRequest"}}).status() == 401);
  CHECK(browser.get("/orders/x", {{"Sec-Fetch-Mode", "cors"}}).status() == 401);
  CHECK(browser.send("POST", "/orders/x", {}, "a=b").status() == 401);
  CHECK(fixture.orders.requests().empty());
}

TEST_CASE("login: a callback that does not belong to this browser's login asks the provider for nothing") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const auto callback = callback_for(browser, "/orders/x");
  CHECK(browser.navigate(with_parameter(callback, "state", "made-up")).status() / 100 == 4);
  CHECK(browser.navigate(callback + "&state=twice").status() / 100 == 4);
  Browser victim(fixture.router.port());
  victim.navigate(callback);
  CHECK_FALSE(victim.has_session());
  CHECK(fixture.provider.count("/token") == 0);
}

TEST_CASE("login: a callback used twice makes one session and one token request") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const auto callback = callback_for(browser, "/orders/x");
  const auto login_cookies = browser;
  CHECK(browser.navigate(callback).status() == 302);
  auto again = login_cookies;
  again.navigate(callback);
  CHECK_FALSE(again.has_session());
  CHECK(fixture.provider.count("/token") == 1);
  CHECK(fixture.is_signed_in(browser));
}

TEST_CASE("login: the provider's error is shown as text, not as markup") {
  SignOnFixture fixture;
  fixture.provider.behave({.callback_error = "access_denied", .callback_description = "<script>alert(1)</script>"});
  Browser browser(fixture.router.port());
  const auto page = browser.open("/orders/x");
  CHECK(page.status() >= 400);
  CHECK(page.body.find("<script>alert") == std::string::npos);
  CHECK(page.field("Content-Type").starts_with("text/html"));
  CHECK_FALSE(page.field("Content-Security-Policy").empty());
  CHECK_FALSE(browser.has_session());
}

TEST_CASE("login: tokens that are not right make no session") {
  struct Row {
    const char* name;
    ProviderBehaviour behaviour;
  };
  const std::vector<Row> rows = {{"wrong nonce", {.wrong_nonce = true}},
                                 {"broken signature", {.broken_signature = true}},
                                 {"wrong issuer", {.wrong_issuer = true}},
                                 {"wrong issuer at the callback", {.wrong_callback_issuer = true}},
                                 {"token endpoint answers 500", {.token_status = 500}},
                                 {"no JSON", {.token_body = "<html>"}},
                                 {"no tokens", {.token_body = "{}"}}};
  SignOnFixture fixture;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    fixture.provider.behave(row.behaviour);
    Browser browser(fixture.router.port());
    CHECK(browser.open("/orders/x").status() >= 400);
    CHECK_FALSE(browser.has_session());
  }
  CHECK(fixture.orders.requests().empty());
}

TEST_CASE("login: a token endpoint that hangs ends in a 502 page, and disturbs nobody else (L2)") {
  SignOnFixture fixture;
  auto other = fixture.signed_in();
  fixture.provider.behave({.token_hangs = true});
  std::atomic<int> status{-1};
  std::thread waiting([&] {
    Browser browser(fixture.router.port());
    RawClient client(fixture.router.port());
    const auto callback = callback_for(browser, "/orders/x");
    client.send(make_request("GET", callback, {{"Cookie", browser.cookie_field()}, {"Host", browser.host()}}));
    status = client.read(milliseconds(13'000)).status();
  });
  CHECK(eventually([&] { return fixture.provider.count("/token") == 2; }));
  CHECK(fixture.is_signed_in(other));
  CHECK(status == -1);  // it waits still
  waiting.join();
  CHECK(status == 502);
  fixture.provider.behave({});
}

TEST_CASE("login: keys that the provider changed are fetched anew, once") {
  SignOnFixture fixture;
  CHECK(fixture.signed_in().has_session());
  fixture.provider.rotate_keys();
  CHECK(fixture.signed_in().has_session());
  CHECK(fixture.signed_in().has_session());
  CHECK(fixture.provider.count("/keys") <= 2);
}

TEST_CASE("login: a session cookie from before the login is worth nothing after it (fixation)") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const std::string planted(43, 'A');
  browser.set_cookie("JSESSIONID", planted);
  browser.open("/orders/x");
  CHECK(browser.cookie("JSESSIONID") != planted);
  CHECK(fixture.is_signed_in(browser));
  Browser attacker(fixture.router.port());
  attacker.set_cookie("JSESSIONID", planted);
  CHECK_FALSE(fixture.is_signed_in(attacker));
}

TEST_CASE("login: two tabs log in at once, and both arrive") {
  SignOnFixture fixture;
  Browser browser(fixture.router.port());
  const auto first = callback_for(browser, "/orders/first");
  const auto second = callback_for(browser, "/invoices/second");
  CHECK(browser.navigate(second).field("Location").ends_with("/invoices/second"));
  CHECK(browser.navigate(first).field("Location").ends_with("/orders/first"));
  CHECK(fixture.is_signed_in(browser));
}

}  // namespace router::test::login_test
