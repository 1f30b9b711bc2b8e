// Central logout as the browser and the provider see it (docs/contract/logout.md sections 1 and 5;
// docs/contract/oidc.md E to G).
#include <doctest/doctest.h>

#include <memory>

#include "e2e/sign_on_fixture.h"

namespace router::test::logout_test {
namespace {

std::string parameter(const std::string& url, const std::string& name) {
  const auto at = url.find(name + "=");
  return at == std::string::npos ? "" : url.substr(at + name.size() + 1, url.find('&', at) - at - name.size() - 1);
}

RouterSetup post_setup(const StubProvider& provider, const RecordingBackend& backend) {
  auto setup = sign_on_setup(provider, backend.origin(), backend.origin());
  setup.descriptor["logout"]["logoutMethod"] = "POST";
  return setup;
}

}  // namespace

TEST_CASE("logout: ends the session, tells every back-end, and leads over the provider to the page with the query") {
  SignOnFixture fixture;
  fixture.orders.on("/orders/start",
                    answers("HTTP/1.1 200 OK\r\nSet-Cookie: BACKEND=mine\r\nContent-Length: 0\r\n\r\n"));
  auto browser = fixture.signed_in();
  const auto before = browser;
  const auto answer = browser.navigate("/my/logout?siteId=3");

  CHECK(answer.status() == 302);
  const auto location = answer.field("Location");
  CHECK(location.starts_with(fixture.provider.issuer() + "/end-session?"));
  for (const char* name : {"id_token_hint", "client_id", "post_logout_redirect_uri", "state"}) {
    CHECK_MESSAGE(!parameter(location, name).empty(), name, " is not in ", location);
  }
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK(answer.has("x-logout-id"));
  CHECK_FALSE(browser.has_session());
  CHECK_FALSE(fixture.is_signed_in(before));

  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK(fixture.invoices.waits_for("/sign-out", 1));
  const auto order_call = fixture.orders.requests_to("/sign-out").at(0);
  CHECK(order_call.method() == "POST");
  CHECK(order_call.field("Authorization").starts_with("Bearer ey"));
  CHECK(order_call.field("Cookie") == "BACKEND=mine");
  CHECK(order_call.has("Idempotency-Key"));
  const auto invoice_call = fixture.invoices.requests_to("/sign-out").at(0);
  CHECK(invoice_call.method() == "GET");
  CHECK_FALSE(invoice_call.has("Cookie"));

  const auto back = browser.navigate(Browser::path_of(Browser::location_from(location)));
  CHECK(back.status() == 302);
  CHECK(Browser::path_of(back.field("Location")) == "/bye.html?siteId=3");
  CHECK(browser.navigate("/bye.html?siteId=3").status() == 200);
}

TEST_CASE("logout: the cookie is deleted with the attributes it was set with") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  const auto answer = browser.navigate("/my/logout");
  int deleted = 0;
  for (const auto& cookie : answer.head.all("Set-Cookie")) {
    if (!cookie.starts_with("JSESSIONID=")) continue;
    ++deleted;
    CHECK(deletes_cookie(cookie));
    for (const char* attribute : {"HttpOnly", "Path=/", "SameSite=Lax"})
      CHECK(cookie.find(attribute) != std::string::npos);
    CHECK(cookie.find("Secure") == std::string::npos);
  }
  CHECK(deleted == 1);
}

TEST_CASE("logout: again, or without a session, leads to the same place and tells nobody") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  const auto old = browser;
  browser.navigate("/my/logout");
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  Browser nobody(fixture.router.port());
  CHECK(nobody.navigate("/my/logout").status() == 302);
  auto with_old_cookie = old;
  CHECK(with_old_cookie.navigate("/my/logout").status() == 302);
  CHECK_FALSE(with_old_cookie.has_session());
  // a call for one who logs in and out later is the barrier: what was to come before it has come
  auto later = fixture.signed_in();
  later.navigate("/my/logout");
  CHECK(fixture.orders.waits_for("/sign-out", 2));
  CHECK(fixture.orders.count("/sign-out") == 2);
}

TEST_CASE("logout: ends every session that the browser names, and an ambiguous request is nobody's [S4]") {
  SignOnFixture fixture;
  const std::string junk = "JSESSIONID=" + std::string(43, 'A') + "; JSESSIONID=" + std::string(43, 'B') +
                           "; JSESSIONID=" + std::string(43, 'C') + "; JSESSIONID=" + std::string(43, 'D') + "; ";
  for (const auto& before : {std::string(), junk}) {
    CAPTURE(before);
    const auto first = fixture.signed_in();
    const auto second = fixture.signed_in();
    const std::string cookies =
        before + "JSESSIONID=" + first.cookie("JSESSIONID") + "; JSESSIONID=" + second.cookie("JSESSIONID");
    Browser both(fixture.router.port());
    const FieldList script{{"Cookie", cookies}, {"X-Requested-With", "XMLHttpRequest"}};
    CHECK(both.get("/orders/x", script).status() == 401);
    CHECK(both.get("/my/logout", {{"Cookie", cookies}}).status() == 302);
    CHECK_FALSE(fixture.is_signed_in(first));
    CHECK_FALSE(fixture.is_signed_in(second));
  }
  CHECK(fixture.orders.waits_for("/sign-out", 4));
}

TEST_CASE("logout: skip-redirect ends the session and stays here; =false does not skip") {
  SignOnFixture fixture;
  for (const char* query : {"skip-redirect", "skip-redirect=true"}) {
    CAPTURE(query);
    auto browser = fixture.signed_in();
    const auto old = browser;
    const auto answer = browser.navigate(std::string("/my/logout?") + query);
    CHECK(answer.status() == 200);
    CHECK_FALSE(answer.has("Location"));
    CHECK_FALSE(fixture.is_signed_in(old));
  }
  auto browser = fixture.signed_in();
  CHECK(browser.navigate("/my/logout?skip-redirect=false").status() == 302);
}

TEST_CASE(
    "logout: prefetches of page frameworks, pictures of any page and foreign frames log nobody out [S33] "
    "[S34] [S15]") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  const auto refused = [&](FieldList fields) {
    return browser.get("/my/logout?skip-redirect", fields).status() == 403 && fixture.is_signed_in(browser);
  };
  CHECK(refused({{"next-router-prefetch", "1"}}));
  CHECK(refused({{"X-Sec-Purpose", "prefetch"}}));
  CHECK(refused({{"HX-Preloaded", "true"}}));
  CHECK(refused({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Dest", "image"}}));
  CHECK(refused({{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Dest", "image"}}));
  CHECK(refused({{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Dest", "iframe"}}));
  CHECK(refused({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "iframe"}}));
}

TEST_CASE("logout: prefetches, HEAD and loads from other sites log nobody out") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  struct Row {
    const char* method;
    std::vector<std::pair<std::string, std::string>> fields;
    int status;
  };
  const std::vector<Row> rows = {
      {"HEAD", {}, 403},
      {"GET", {{"Sec-Purpose", "prefetch"}}, 403},
      {"GET", {{"Sec-Purpose", "prefetch;prerender"}}, 403},
      {"GET", {{"Purpose", "prefetch"}}, 403},
      {"GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}}, 403},
      {"GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "iframe"}}, 403},
      {"GET", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}, {"Sec-Fetch-Mode", "navigate"}}, 200},
      {"POST", {}, 405},
  };
  for (const Row& row : rows) {
    std::string request = std::string(row.method) + " /my/logout HTTP/1.1\r\nHost: " + browser.host() +
                          "\r\nCookie: " + browser.cookie_field() + "\r\n";
    for (const auto& [name, value] : row.fields) request += name + ": " + value + "\r\n";
    CAPTURE(request);
    const auto answer = ask(fixture.router.port(), request + "\r\n");
    CHECK(answer.status() == row.status);
    CHECK_FALSE(answer.has("Set-Cookie"));
    CHECK(fixture.is_signed_in(browser));
  }
  CHECK(fixture.orders.count("/sign-out") == 0);
}

TEST_CASE("logout: by POST it takes the session's CSRF token, and says where to go in the body") {
  StubProvider provider;
  RecordingBackend backend;
  RouterProcess router(post_setup(provider, backend));
  Browser browser(router.port());
  browser.open("/orders/x");

  CHECK(browser.navigate("/my/logout").status() == 405);
  const auto refused = browser.send("POST", "/my/logout");
  CHECK(refused.status() == 403);
  CHECK(refused.field("x-csrf-token") == "Required");
  const auto token = browser.csrf_token("/my/logout");
  CHECK_FALSE(token.empty());
  CHECK(browser.get("/orders/y").status() == 200);

  const auto answer = browser.send("POST", "/my/logout?siteId=3", {{"x-csrf-token", token}});
  CHECK(answer.status() == 200);
  CHECK(answer.field("Content-Type").starts_with("text/plain"));
  CHECK(answer.field("X-Content-Type-Options") == "nosniff");
  CHECK(answer.body.starts_with(provider.issuer() + "/end-session?"));
  CHECK_FALSE(browser.has_session());
  CHECK(backend.waits_for("/sign-out", 2));
}

TEST_CASE("logout: with the provider away, the user is signed out and lands on the page") {
  auto provider = std::make_unique<StubProvider>();
  RecordingBackend backend;
  RouterProcess router(sign_on_setup(*provider, backend.origin(), backend.origin()));
  Browser browser(router.port());
  browser.open("/orders/x");
  provider.reset();
  const auto answer = browser.navigate("/my/logout");
  CHECK(answer.status() == 302);
  CHECK(Browser::path_of(answer.field("Location")) == "/bye.html");
  CHECK_FALSE(browser.has_session());
  CHECK(backend.waits_for("/sign-out", 2));
}

TEST_CASE("logout: a provider without an end-session endpoint is left out") {
  StubProvider provider;
  provider.behave({.end_session_endpoint = false});
  RecordingBackend backend;
  RouterProcess router(sign_on_setup(provider, backend.origin(), backend.origin()));
  Browser browser(router.port());
  browser.open("/orders/x");
  CHECK(Browser::path_of(browser.navigate("/my/logout").field("Location")) == "/bye.html");
}

TEST_CASE("logout: a login on its way does not come through it, nor does its cookie stay [S8]") {
  SignOnFixture fixture;
  fixture.provider.behave({.keeps_session = true});
  Browser browser(fixture.router.port());
  const auto started = browser.navigate("/orders/first");
  browser.open("/orders/start");
  REQUIRE(browser.has_session());
  const auto on_its_way = Browser::path_of(Browser::location_from(started.field("Location")));
  auto before = browser;
  browser.navigate("/my/logout");
  for (const auto& [name, value] : browser.cookies()) CHECK_MESSAGE(name.find("login") == std::string::npos, name);
  // the callback was sent with the cookies of before
  for (auto* user : {&before, &browser}) {
    const auto answer = user->navigate(on_its_way);
    CHECK(answer.status() == 302);
    CHECK(answer.field("Location").starts_with(fixture.provider.issuer()));
    CHECK_FALSE(fixture.is_signed_in(*user));
  }
  // one that begins now comes in
  CHECK(fixture.is_signed_in(fixture.signed_in()));
}

TEST_CASE("logout: tokens are revoked when the browser is back from the provider, not before [S26]") {
  SignOnFixture fixture;
  auto browser = fixture.signed_in();
  const auto answer = browser.navigate("/my/logout");
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK(fixture.invoices.waits_for("/sign-out", 1));
  CHECK_FALSE(eventually([&] { return fixture.provider.count("/revoke") > 0; }, milliseconds(300)));
  browser.navigate(Browser::path_of(Browser::location_from(answer.field("Location"))));
  CHECK(eventually([&] { return fixture.provider.count("/revoke") == 2; }));
}

TEST_CASE("logout: an id token too long for a URL goes by a form, or not at all [S32]") {
  for (const bool by_form : {false, true}) {
    StubProvider provider;
    provider.behave({.id_padding = 6'000});
    RecordingBackend orders;
    auto setup = sign_on_setup(provider, orders.origin(), orders.origin());
    if (by_form) setup.descriptor["logout"]["providerMethod"] = "POST";
    RouterProcess router(setup);
    Browser browser(router.port());
    browser.open("/orders/start");
    const auto answer = browser.navigate("/my/logout");
    if (by_form) {
      CHECK(answer.status() == 200);
      CHECK(answer.body.find("action=\"" + provider.issuer() + "/end-session\"") != std::string::npos);
      CHECK(answer.body.find("name=\"id_token_hint\" value=\"ey") != std::string::npos);
      CHECK(answer.field("Cache-Control") == "no-store");
    } else {
      const auto location = answer.field("Location");
      CHECK(location.size() < 2'000);
      CHECK(parameter(location, "id_token_hint").empty());
      CHECK(parameter(location, "client_id") == StubProvider::kClientId);
      CHECK(parameter(location, "logout_hint") == "alice");
    }
  }
}

}  // namespace router::test::logout_test
