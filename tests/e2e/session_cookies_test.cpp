// Cookies at the border: what the router's own look like, whose tenant's they are, and
// setBackendSessionCookies.
#include <doctest/doctest.h>

#include "e2e/public_fixture.h"

namespace router::test::session_cookies_test {

TEST_CASE("anonymous session: never across tenants [K1]") {
  PublicFixture fixture(Variables{{"TENANT_HOST_PATTERN", R"(^(.*)\.app\.example)"}});
  const auto get = [&](const std::string& tenant, const std::string& path, const std::string& cookie) {
    return ask(fixture.router.port(),
               make_request("GET", path, {{"x-forwarded-host", tenant + ".app.example"}, {"Cookie", cookie}}));
  };
  const auto session = get("one", "/public/in", "").field("Set-Cookie").substr(0, 54);
  REQUIRE(session.starts_with("JSESSIONID="));
  get("two", "/public/x", session);
  CHECK_FALSE(has(last_cookies(fixture.orders, "/public/x"), "SID"));
  get("one", "/public/x", session);
  CHECK(has(last_cookies(fixture.orders, "/public/x"), "SID=public/in"));
}

TEST_CASE("anonymous session: its cookie has the attributes of a user's [K1]") {
  struct Row {
    Variables environment;
    std::string scheme;
    std::string name;
    std::vector<std::string> attributes;
    std::vector<std::string> absent;
  };
  const Row rows[] = {
      {{}, "http", "JSESSIONID=", {"HttpOnly", "Path=/", "SameSite=Lax"}, {"Secure", "Domain", "Max-Age", "Expires"}},
      {{}, "https", "JSESSIONID=", {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}, {"Domain"}},
      {{{"COOKIE_PREFIX", "true"}}, "https", "__Host-JSESSIONID=", {"HttpOnly", "Path=/", "Secure"}, {"Domain"}},
      {{{"COOKIES", R"({"SameSite":"Strict"})"}}, "http", "JSESSIONID=", {"SameSite=Strict"}, {"SameSite=Lax"}},
  };
  for (const auto& row : rows) {
    PublicFixture fixture(row.environment);
    const auto answer =
        ask(fixture.router.port(), make_request("GET", "/public/in", {{"x-forwarded-proto", row.scheme}}));
    const auto cookie = answer.field("Set-Cookie");
    CAPTURE(cookie);
    CHECK(cookie.starts_with(row.name));
    for (const auto& attribute : row.attributes) CHECK(has(cookie, attribute));
    for (const auto& attribute : row.absent) CHECK_FALSE(has(cookie, attribute));
  }
}

TEST_CASE(
    "setBackendSessionCookies: on a route with a login, too, session cookies reach the browser, never under "
    "our names [K2]") {
  PublicFixture fixture(Variables{{"PLATFORM_COOKIE_NAME", "PLATFORM"}});
  const std::string cookies =
      "Set-Cookie: SID=1; Path=/; HttpOnly\r\nSet-Cookie: JSESSIONID=java; Path=/\r\n"
      "Set-Cookie: xsr-login-0=x; Path=/\r\nSet-Cookie: PLATFORM=x; Path=/\r\n";
  for (const std::string path : {"/own/in", "/open/in"}) {
    CAPTURE(path);
    fixture.orders.on(path, sets(cookies));
    auto browser = fixture.browser();
    browser.open("/orders/start");
    const auto session = browser.cookie("JSESSIONID");
    const auto answer = browser.get(path, {{"X-Requested-With", "x"}});
    REQUIRE(answer.status() == 200);
    CHECK(answer.head.all("Set-Cookie") == std::vector<std::string>{"SID=1; Path=/; HttpOnly"});
    CHECK(browser.cookie("SID") == "1");
    CHECK(browser.cookie("JSESSIONID") == session);
    browser.set_cookie("SID", "2");  // the browser's is the one that counts
    browser.get("/orders/next");
    CHECK(has(last_cookies(fixture.orders, "/orders/next"), "SID=2"));
    CHECK_FALSE(has(last_cookies(fixture.orders, "/orders/next"), "SID=1"));
    CHECK(has(last_cookies(fixture.orders, "/orders/next"), "JSESSIONID=java"));
    fixture.orders.clear();
  }
}

TEST_CASE("setBackendSessionCookies: a cookie that another route has captured is set free [K2]") {
  PublicFixture fixture;
  fixture.orders.on("/own/in", sets("Set-Cookie: SID=free; Path=/\r\n"));
  auto browser = fixture.browser();
  browser.open("/orders/start");
  browser.get("/orders/in");
  CHECK(browser.cookie("SID").empty());
  browser.get("/own/in", {{"X-Requested-With", "x"}});
  CHECK(browser.cookie("SID") == "free");
  browser.get("/orders/x");
  CHECK(last_cookies(fixture.orders, "/orders/x") == "SID=free");
}

}  // namespace router::test::session_cookies_test
