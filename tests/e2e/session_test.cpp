// What a session does for its requests: tokens refreshed, CSRF, scopes, cookies kept for back-ends, nothing told.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "e2e/sign_on_fixture.h"

namespace router::test::session_test {

TEST_CASE("session: an expired token is refreshed once, however many requests wait (L5)") {
  SignOnFixture fixture;
  fixture.provider.behave({.access_token_lifetime = 0});  // has expired when it comes
  auto browser = fixture.signed_in();
  const auto refreshed = fixture.provider.grants("refresh_token");
  fixture.provider.behave({.token_hangs = true});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([browser, &good]() mutable { good += browser.get("/orders/later").status() == 200 ? 1 : 0; });
  }
  CHECK(eventually([&] { return fixture.provider.grants("refresh_token") > refreshed; }));
  CHECK(good == 0);
  fixture.provider.behave({});
  for (auto& thread : threads) thread.join();
  CHECK(good == 20);
  CHECK(fixture.provider.grants("refresh_token") == refreshed + 1);
  const auto later = fixture.orders.requests_to("/orders/later");
  REQUIRE(later.size() == 20);
  const auto fresh = later.front().field("Authorization");
  CHECK(fresh.starts_with("Bearer "));
  for (const auto& request : later) CHECK(request.field("Authorization") == fresh);
}

TEST_CASE("session: a provider that refuses the refresh ends the session") {
  SignOnFixture fixture;
  fixture.provider.behave({.access_token_lifetime = 1});
  auto browser = fixture.signed_in();
  fixture.provider.behave({.token_status = 400, .token_error = "invalid_grant"});
  CHECK(eventually([&] { return !fixture.is_signed_in(browser); }, milliseconds(10'000)));
}

TEST_CASE("session: changes need the CSRF token of this session") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  const auto refused = browser.send("POST", "/orders/x", {}, "a=b");
  CHECK(refused.status() == 403);
  CHECK(refused.field("x-csrf-token") == "Required");

  const auto token = browser.csrf_token("/orders/x");
  CHECK_FALSE(token.empty());
  CHECK(browser.send("POST", "/orders/x", {{"X-CSRF-Token", token}}, "a=b").status() == 200);
  const auto post = fixture.orders.requests_to("/orders/x").back();
  CHECK(post.method() == "POST");
  CHECK_FALSE(post.has("x-csrf-token"));

  fixture.provider.behave({.user = "bob"});
  auto other = fixture.signed_in();
  CHECK(other.send("POST", "/orders/x", {{"X-CSRF-Token", token}}, "a=b").status() == 403);
}

TEST_CASE("session: a scope that the user lacks is 403") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  CHECK(browser.get("/admin/x").status() == 403);
  fixture.provider.behave({.user = "root", .scope = "openid admin"});
  auto admin = fixture.signed_in();
  CHECK(admin.get("/admin/x").status() == 200);
}

TEST_CASE("session: a back-end's session cookies stay in the router and go back to that back-end only") {
  SignOnFixture fixture;
  fixture.orders.on(
      "/orders/enter",
      answers("HTTP/1.1 200 OK\r\nSet-Cookie: BACKEND=secret; Path=/; HttpOnly\r\nSet-Cookie: JSESSIONID=stolen\r\n"
              "Set-Cookie: theme=dark; Max-Age=1000\r\nContent-Length: 0\r\n\r\n"));
  auto browser = fixture.signed_in();
  const auto session = browser.cookie("JSESSIONID");
  const auto answer = browser.get("/orders/enter");
  for (const auto& cookie : answer.head.all("Set-Cookie")) CHECK(cookie.find("secret") == std::string::npos);
  CHECK(browser.cookie("BACKEND").empty());
  CHECK(browser.cookie("JSESSIONID") == session);
  CHECK(browser.cookie("theme") == "dark");
  browser.get("/orders/next");
  browser.get("/invoices/next");
  CHECK(fixture.orders.requests_to("/orders/next").at(0).field("Cookie").find("BACKEND=secret") != std::string::npos);
  CHECK(fixture.invoices.requests_to("/invoices/next").at(0).field("Cookie").find("BACKEND") == std::string::npos);
}

TEST_CASE("session: no token, code, cookie or secret is in the log or in what the browser gets") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  const auto answer = browser.get("/orders/x");
  const auto token = fixture.orders.requests_to("/orders/x").at(0).field("Authorization").substr(7);
  REQUIRE(token.size() > 100);
  auto secrets = std::vector<std::string>{token, browser.cookie("JSESSIONID"), StubProvider::kClientSecret};
  for (const auto& call : fixture.provider.calls("/token")) {
    secrets.push_back(call.parameter("code"));
    secrets.push_back(call.parameter("code_verifier"));
  }
  browser.navigate("/my/logout");
  CHECK(fixture.router.stop() == 0);
  const auto log = fixture.router.log();
  for (const auto& secret : secrets) {
    REQUIRE_FALSE(secret.empty());
    CHECK(log.find(secret) == std::string::npos);
  }
  for (const auto& [name, value] : answer.head.fields) CHECK(value.find(token) == std::string::npos);
}

TEST_CASE("session: cookies that are no session ids are no session, and do no harm") {
  SignOnFixture fixture;
  for (const std::string& value : {std::string("x"), std::string(10'000, 'a'), std::string("\xff\xfe\x80"),
                                   std::string("%00%0d%0a"), std::string(43, '-')}) {
    Browser browser(fixture.router.port());
    browser.set_cookie("JSESSIONID", value);
    CHECK(browser.get("/orders/x", {{"X-Requested-With", "x"}}).status() == 401);
  }
  CHECK(fixture.is_signed_in(fixture.signed_in()));
}

}  // namespace router::test::session_test
