// Starting and finishing a login, as a browser sees it; numbers are those of docs/contract/oidc.md.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "crypto/digest.h"
#include "login/browser.h"

namespace router::login_test {

using base::ErrorCode;
using test::Browser;
using test::location;
using test::LoginWorld;

TEST_CASE("login: the browser is sent to the provider with state, nonce and S256 challenge (1, 3)") {
  LoginWorld world;
  Browser browser;
  const auto url = world.start(browser);
  CHECK(url.starts_with("https://idp.example/authorize?"));
  CHECK(world.parameter(url, "redirect_uri") == "https://app.example/login/callback");
  CHECK(world.parameter(url, "nonce").size() == 43);
  CHECK(world.parameter(url, "code_challenge").size() == 43);
  CHECK(world.parameter(url, "state").size() >= 43);
  CHECK(browser.count("xsr-login-") == 1);
}

TEST_CASE("login: every attempt has a state, nonce and verifier of its own (2)") {
  LoginWorld world;
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    Browser browser;
    const auto url = world.start(browser);
    for (const char* name : {"state", "nonce", "code_challenge"}) seen.insert(world.parameter(url, name));
  }
  CHECK(seen.size() == 600);
}

TEST_CASE("login: the fragment is kept by the start page and comes back at the end") {
  LoginWorld world;
  world.config.environment.preserve_fragment = true;
  Browser browser;
  auto page = world.try_start(browser, {.return_path = "/app"});
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK_FALSE(page->headers.contains("Location"));
  browser.receive(*page);
  const std::string login_cookie = browser.cookies.begin()->first;
  const char slot = login_cookie.back();
  CHECK(page->body.find(std::string("xsr-fragment-") + slot) != std::string::npos);
  const auto at = page->body.find("state=") + 6;
  const auto state = page->body.substr(at, page->body.find_first_of("&\"", at) - at);
  browser.cookies[std::string("xsr-fragment-") + slot] = "%23%2Forders%2F5";
  CHECK(location(world.callback(browser, "code=c&state=" + state)) == "/app#/orders/5");
  CHECK(browser.count("xsr-fragment-") == 0);
}

TEST_CASE("login: path and fragment of 3 KB each come back whole, in cookies that browsers take [S36]") {
  for (const std::string& part : {std::string("x"), std::string(";"), std::string("%ED%95%9C"), std::string("/a?b=c&d"),
                                  std::string("\"',:"), std::string("!()*~@$+|")}) {
    CAPTURE(part);
    std::string text;
    while (text.size() + part.size() <= 3072) text += part;
    LoginWorld world;
    Browser browser;
    const auto url = world.start(browser, "/app?" + text);
    const auto [name, value] = *browser.cookies.begin();
    CHECK(name.size() + value.size() <= 4096);
    std::string fragment = "#" + text;
    std::replace(fragment.begin(), fragment.end(), ';', '<');
    browser.cookies[std::string("xsr-fragment-") + name.back()] = fragment;
    const auto outcome = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
    CHECK(location(outcome) == "/app?" + text + "#" + text);
    CHECK(browser.cookies.size() == 1);  // the session's
  }
}

TEST_CASE("login: a fragment of an earlier attempt does not come back at the end of another [S36]") {
  LoginWorld world;
  Browser browser;
  for (const char slot : std::string("0123456789abcdef")) browser.cookies[std::string("xsr-fragment-") + slot] = "#old";
  CHECK(location(world.log_in(browser, "/app")) == "/app");
}

TEST_CASE("login: a fragment that was too long is told of, and taken away [S36]") {
  LoginWorld world;
  Browser browser;
  const auto url = world.start(browser, "/app");
  browser.cookies[std::string("xsr-fragment-") + browser.cookies.begin()->first.back()] = "!5000";
  CHECK(location(world.callback(browser, "code=c&state=" + world.parameter(url, "state"))) == "/app");
  CHECK(browser.count("xsr-fragment-") == 0);
}

TEST_CASE("login: a fragment cookie that is no fragment is ignored") {
  for (const char* value : {"%0d%0aSet-Cookie:x", "//evil", "%23%0d%0a", "%zz", ""}) {
    LoginWorld world;
    Browser browser;
    const auto url = world.start(browser, "/app");
    const char slot = browser.cookies.begin()->first.back();
    browser.cookies[std::string("xsr-fragment-") + slot] = value;
    CHECK(location(world.callback(browser, "code=c&state=" + world.parameter(url, "state"))) == "/app");
  }
}

TEST_CASE("login: a session is of the tenant that the token names, never of the host a client names [issue 15]") {
  for (const std::string named : {"", "zone-1"}) {
    CAPTURE(named);
    LoginWorld world;
    world.provider.login.claims.tenant = named;
    Browser browser;
    const auto outcome = world.log_in(browser);
    REQUIRE(outcome.opened.created);
    CHECK(world.external.authority == "app.example");
    CHECK(outcome.opened.created->tenant == named);
    CHECK(test::run_task(world.store.select({.tenant = "app.example"}, 1))->empty());
  }
}

TEST_CASE("login: success makes a session, its cookie, and goes back to where it began (18)") {
  LoginWorld world;
  world.provider.login.claims.scopes = {"read"};
  world.provider.login.claims.idp_session_id = "sid-1";
  Browser browser;
  const auto url = world.start(browser, "/app?x=1");
  const auto outcome = world.callback(browser, "code=c-1&state=" + world.parameter(url, "state"));
  CHECK(location(outcome) == "/app?x=1");
  CHECK(outcome.answer->status == 302);
  REQUIRE(outcome.opened.created);
  CHECK(browser.cookies["JSESSIONID"] == outcome.opened.created->id.reveal());
  CHECK(browser.count("xsr-login-") == 0);
  const auto session = world.find(outcome.opened.created->id);
  REQUIRE(session);
  CHECK(session->provider == "idp");
  CHECK(session->subject == "alice-sub");
  CHECK(session->idp_session_id == "sid-1");
  CHECK(session->scopes == std::vector<std::string>{"read"});
  CHECK(session->csrf_token.size() == 43);
  CHECK(session->tokens.access_token == base::Secret("at-1"));

  REQUIRE(world.provider.exchanges.size() == 1);
  const auto& exchange = world.provider.exchanges[0];
  CHECK(exchange.code == "c-1");
  CHECK(exchange.redirect_uri == "https://app.example/login/callback");
  CHECK(exchange.nonce == world.parameter(url, "nonce"));
  CHECK(crypto::base64url_encode(crypto::sha256(exchange.code_verifier)) == world.parameter(url, "code_challenge"));
}

TEST_CASE("login: the provider sends the browser back below the path where it finds the application [K19]") {
  LoginWorld world;
  world.external.path_prefix = "/prefix";
  Browser browser;
  const auto url = world.start(browser);
  CHECK(world.parameter(url, "redirect_uri") == "https://app.example/prefix/login/callback");
}

TEST_CASE("login: a provider of kind ias has its own redirect_uri") {
  LoginWorld world;
  Browser browser;
  const auto url = world.start(browser, "/", "other");
  CHECK(world.parameter(url, "redirect_uri") == "https://app.example/login/callback?authType=ias");
  world.callback(browser, "authType=ias&code=c&state=" + world.parameter(url, "state"));
  CHECK(world.other.exchanges.size() == 1);
  CHECK(world.provider.exchanges.empty());
}

TEST_CASE("login: only paths of this origin are come back to, and only ones of moderate length (70)") {
  for (const auto& path :
       {std::string("https://evil"), std::string("//evil"), std::string("/\\evil"), std::string("/%5cevil"),
        std::string("javascript:x"), std::string("/a\r\nSet-Cookie:x"), std::string()}) {
    LoginWorld world;
    Browser browser;
    CAPTURE(path);
    CHECK(location(world.log_in(browser, path)) == "/");
  }
  LoginWorld world;
  Browser browser;
  CHECK(location(world.log_in(browser, "/app?" + std::string(5000, 'x'))) == "/app");
  CHECK(login::return_path_of(*http::parse_target("GET", "/a?b=c")) == "/a?b=c");
}

TEST_CASE("login: without a provider, or while its metadata is away, it is unavailable") {
  LoginWorld world;
  Browser browser;
  auto response = world.try_start(browser, {.provider = "unknown"});
  REQUIRE_FALSE(response);
  CHECK(response.error().code == ErrorCode::unavailable);
  world.provider.metadata_error = base::Error{ErrorCode::refused, base::Side::identity_provider, "down"};
  response = world.try_start(browser, {});
  REQUIRE_FALSE(response);
  CHECK(response.error().code == ErrorCode::unavailable);
}

TEST_CASE("login: ten thousand abandoned attempts leave nothing in the router (L4)") {
  LoginWorld world;
  for (int i = 0; i < 1000; ++i) {
    Browser browser;
    world.start(browser);
  }
  CHECK(test::counts_of(world.store).created == 0);
}

TEST_CASE("login: work for the provider runs on the background loop and comes back") {
  LoginWorld world;
  Browser browser;
  const auto state = world.parameter(world.start(browser), "state");
  world.background.set_current(false);
  world.home.set_current(false);
  const auto request = browser.request("/login/callback?code=c&state=" + state);
  std::optional<login::CallbackOutcome> outcome;
  base::start_detached(
      test::detail::store_result(world.service->callback(request, world.external, world.home), outcome));
  CHECK(world.provider.exchanges.empty());
  world.background.run_ready();
  CHECK(world.provider.exchanges.size() == 1);
  CHECK_FALSE(outcome);
  world.home.run_ready();
  REQUIRE(outcome);
  CHECK(outcome->opened.created);
}

TEST_CASE("login: the tenant of the host is asked, and the session is that tenant's") {
  LoginWorld world;
  world.external.tenant = "acme";
  Browser browser;
  const auto url = world.start(browser, "/app");
  CHECK(world.parameter(url, "tenant") == "acme");
  const auto outcome = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
  REQUIRE(outcome.opened.created);
  CHECK(outcome.opened.created->subdomain == "acme");
  CHECK(world.provider.exchanges.at(0).tenant == "acme");
}

TEST_CASE("login: which identity provider was asked for is not forgotten when the login starts again") {
  LoginWorld world;
  Browser browser;
  auto response = world.try_start(browser, {.provider = "idp", .return_path = "/app", .identity_provider = "patients"});
  REQUIRE(response);
  browser.receive(*response);
  const std::string url(response->headers.get("Location").value_or(""));
  CHECK(world.parameter(url, "idp") == "patients");
  world.clock.advance(base::minutes(6));
  const auto outcome = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
  CHECK(world.parameter(location(outcome), "idp") == "patients");
}

}  // namespace router::login_test
