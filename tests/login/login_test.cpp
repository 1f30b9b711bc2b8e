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
  for (const std::string& part : {std::string("x"), std::string(";"), std::string("%ED%95%9C"),
                                  std::string("/a?b=c&d"), std::string("\"',:"), std::string("!()*~@$+|")}) {
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
  for (const char slot : std::string("0123456789abcdef"))
    browser.cookies[std::string("xsr-fragment-") + slot] = "#old";
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
  CHECK(session->tenant == "app.example");
  CHECK(session->csrf_token.size() == 43);
  CHECK(session->tokens.access_token == base::Secret("at-1"));

  REQUIRE(world.provider.exchanges.size() == 1);
  const auto& exchange = world.provider.exchanges[0];
  CHECK(exchange.code == "c-1");
  CHECK(exchange.redirect_uri == "https://app.example/login/callback");
  CHECK(exchange.nonce == world.parameter(url, "nonce"));
  CHECK(crypto::base64url_encode(crypto::sha256(exchange.code_verifier)) ==
        world.parameter(url, "code_challenge"));
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

TEST_CASE("callback: what does not belong to a login of this browser makes no token request (4, 5, 10, 13)") {
  LoginWorld world;
  Browser browser;
  const auto state = world.parameter(world.start(browser), "state");
  auto wrong = state;
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  wrong[5] = wrong[5] == 'A' ? 'B' : 'A';
  const std::string queries[] = {"code=c",
                                 "code=c&state=" + wrong,
                                 "code=c&state=",
                                 "code=c&state=x",
                                 "code=c&code=d&state=" + state,
                                 "code=c&state=" + state + "&state=" + state,
                                 "code=c&state=" + state + "&iss=a&iss=b",
                                 ""};
  for (const auto& query : queries) {
    CAPTURE(query);
    const auto outcome = world.callback(browser, query);
    REQUIRE_FALSE(outcome.answer);
    CHECK(outcome.answer.error().code == ErrorCode::bad_request);
    CHECK_FALSE(outcome.opened.created);
  }
  auto post = browser.request("/login/callback?code=c&state=" + state);
  post.method = "POST";
  CHECK(test::run_task(world.service->callback(post, world.external, world.home)).answer->status == 405);
  CHECK(world.provider.exchanges.empty());
  CHECK(location(world.callback(browser, "code=c&state=" + state)) == "/app?x=1");
}

TEST_CASE("callback: a code with a right state but in another browser is not taken (6, 17)") {
  LoginWorld world;
  Browser attacker, victim;
  const auto state = world.parameter(world.start(attacker), "state");
  const auto outcome = world.callback(victim, "code=stolen&state=" + state);
  CHECK_FALSE(outcome.opened.created);
  CHECK(world.provider.exchanges.empty());
  CHECK_FALSE(victim.cookies.contains("JSESSIONID"));
  CHECK(location(outcome).starts_with("https://idp.example/authorize"));
}

TEST_CASE("callback: the same URL again makes no second session and no second token request (7)") {
  LoginWorld world;
  Browser browser;
  const auto query = "code=c&state=" + world.parameter(world.start(browser), "state");
  const auto cookies = browser.cookies;
  const auto first = world.callback(browser, query);
  REQUIRE(first.opened.created);

  SUBCASE("with the session: where he wanted to be") {
    CHECK(location(world.callback(browser, query)) == "/");
  }
  SUBCASE("sent at the same time, the login cookie still there") {
    Browser twin;
    twin.cookies = cookies;
    const auto second = world.callback(twin, query);
    CHECK(location(second) == "/app?x=1");
    CHECK_FALSE(second.opened.created);
    CHECK_FALSE(twin.cookies.contains("JSESSIONID"));
  }
  SUBCASE("after a reload of the configuration as well") {
    world.make_service();
    Browser twin;
    twin.cookies = cookies;
    CHECK_FALSE(world.callback(twin, query).opened.created);
  }
  CHECK(world.provider.exchanges.size() == 1);
  CHECK(world.store.counts().created == 1);
}

TEST_CASE("callback: a login that took too long starts again, and still ends where it should (8)") {
  LoginWorld world;
  Browser browser;
  auto url = world.start(browser, "/deep?link=1");
  world.clock.advance(base::minutes(6));
  const auto late = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
  url = location(late);
  REQUIRE(url.starts_with("https://idp.example/authorize"));
  CHECK(world.provider.exchanges.empty());
  CHECK(location(world.callback(browser, "code=c&state=" + world.parameter(url, "state"))) == "/deep?link=1");
}

TEST_CASE("callback: a browser that keeps no cookies sees an error after three new starts (76)") {
  LoginWorld world;
  Browser browser;
  auto url = world.start(browser);
  int restarts = 0;
  for (; url.starts_with("https://idp.example/"); ++restarts) {
    Browser forgetful;
    url = location(world.callback(forgetful, "code=c&state=" + world.parameter(url, "state")));
    REQUIRE(restarts < 10);
  }
  CHECK(restarts == 4);
  CHECK(url.starts_with("error: unauthenticated"));
}

TEST_CASE("callback: many tabs, every one of the last eight can finish (9)") {
  LoginWorld world;
  Browser browser;
  std::vector<std::string> states;
  for (int i = 0; i < 100; ++i) {
    world.clock.advance(base::seconds(1));
    states.push_back(world.parameter(world.start(browser, "/tab/" + std::to_string(i)), "state"));
  }
  CHECK(browser.count("xsr-login-") == 8);
  for (std::size_t i = 92; i < 100; ++i) {
    CHECK(location(world.callback(browser, "code=c&state=" + states[i])) == "/tab/" + std::to_string(i));
  }
  // an older one: logged in by now
  CHECK(location(world.callback(browser, "code=c&state=" + states[0])) == "/");
}

TEST_CASE("callback: the provider's error ends the attempt with an error page, not with a loop (11, 12)") {
  const struct {
    const char* error;
    ErrorCode code;
  } rows[] = {{"access_denied", ErrorCode::forbidden},
              {"login_required", ErrorCode::unauthenticated},
              {"temporarily_unavailable", ErrorCode::unavailable},
              {"<script>", ErrorCode::unauthenticated}};
  for (const auto& row : rows) {
    LoginWorld world;
    Browser browser;
    const auto state = world.parameter(world.start(browser), "state");
    const auto outcome = world.callback(
        browser, http::query_pair("error", row.error) + "&error_description=%3Cscript%3E&state=" + state);
    REQUIRE_FALSE(outcome.answer);
    CHECK(outcome.answer.error().code == row.code);
    CHECK(browser.count("xsr-login-") == 0);
    CHECK(world.provider.exchanges.empty());
  }
}

TEST_CASE("callback: an iss that is not the provider's is refused before the code is sent (14-16)") {
  LoginWorld world;
  world.provider.iss_error = base::Error{ErrorCode::unauthenticated, base::Side::identity_provider, "iss"};
  Browser browser;
  const auto state = world.parameter(world.start(browser), "state");
  const auto outcome = world.callback(browser, "code=c&iss=https%3A%2F%2Fevil&state=" + state);
  CHECK_FALSE(outcome.answer);
  CHECK(world.provider.exchanges.empty());
  CHECK_FALSE(outcome.opened.created);
}

TEST_CASE("callback: a login started at one provider is finished at that one only (16)") {
  LoginWorld world;
  Browser browser;
  const auto at_other = world.parameter(world.start(browser, "/", "other"), "state");
  world.callback(browser, "code=code-of-idp&state=" + at_other);
  CHECK(world.provider.exchanges.empty());
  CHECK(world.other.exchanges.size() == 1);
}

TEST_CASE("callback: a provider that says no or is away gives an error and no session") {
  for (const auto code : {ErrorCode::unauthenticated, ErrorCode::timeout, ErrorCode::protocol}) {
    LoginWorld world;
    world.provider.error = base::Error{code, base::Side::identity_provider, "no"};
    Browser browser;
    const auto outcome = world.log_in(browser);
    REQUIRE_FALSE(outcome.answer);
    CHECK(outcome.answer.error().code == code);
    CHECK(world.store.counts().created == 0);
    CHECK_FALSE(browser.cookies.contains("JSESSIONID"));
  }
}

TEST_CASE("callback: logging in gives a new id, and the session held before ends (51)") {
  LoginWorld world;
  auto planted = test::make_session("mallory");
  REQUIRE(test::run_task(world.store.create(planted)));
  Browser browser;
  browser.cookies["JSESSIONID"] = std::string(planted.id.reveal());
  const auto outcome = world.log_in(browser);
  REQUIRE(outcome.opened.created);
  CHECK(outcome.opened.created->id != planted.id);
  CHECK(browser.cookies["JSESSIONID"] == outcome.opened.created->id.reveal());
  CHECK_FALSE(world.find(planted.id));
  REQUIRE(outcome.opened.replaced.size() == 1);
  CHECK(outcome.opened.replaced[0]->id == planted.id);
  CHECK(outcome.opened.created->backend_cookies.empty());
  CHECK_FALSE(outcome.opened.taken_over);
}

TEST_CASE("login: with a limit on a user's sessions the oldest one makes room, and its back-ends are told (68)") {
  LoginWorld world;
  world.config.environment.limits.sessions_per_user = 2;
  std::vector<session::Snapshot> mine;
  for (int i = 0; i < 3; ++i) {
    Browser browser;
    const auto outcome = world.log_in(browser);
    REQUIRE(outcome.opened.created);
    mine.push_back(outcome.opened.created);
  }
  world.background.run_ready();
  REQUIRE(world.over.size() == 1);
  CHECK(world.over[0]->id == mine[0]->id);
  CHECK_FALSE(world.find(mine[0]->id));
  CHECK(world.find(mine[1]->id));
  CHECK(world.find(mine[2]->id));
}

TEST_CASE(
    "callback: the same user's new session takes over the back-ends' cookies, and the application he came "
    "for") {
  LoginWorld world;
  auto before = test::make_session("alice");
  before.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", false}};
  before.ended_applications = {"bank", "shop"};
  before.logout_details = {{"a", "b"}};
  REQUIRE(test::run_task(world.store.create(before)));
  Browser browser;
  browser.cookies["JSESSIONID"] = std::string(before.id.reveal());
  auto response =
      world.try_start(browser, {.return_path = "/bank", .prompt = "login", .application = "bank"});
  REQUIRE(response);
  browser.receive(*response);
  const std::string url(response->headers.get("Location").value_or(""));
  CHECK(world.parameter(url, "prompt") == "login");
  world.provider.login.claims.authenticated = world.clock.wall();
  const auto outcome = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
  REQUIRE(outcome.opened.created);
  CHECK(outcome.opened.created->backend_cookies.size() == 1);
  CHECK(outcome.opened.created->ended_applications == std::vector<std::string>{"shop"});
  CHECK(outcome.opened.created->logout_details == before.logout_details);
  // its back-ends must not be logged out: their cookies live on
  CHECK(outcome.opened.replaced.empty());
  REQUIRE(outcome.opened.taken_over);
  CHECK(outcome.opened.taken_over->id == before.id);
  CHECK_FALSE(world.find(before.id));
}

TEST_CASE("login: a limit on a user's sessions counts those of his tenant [S19]") {
  LoginWorld world;
  world.config.environment.limits.sessions_per_user = 1;
  std::vector<session::Snapshot> opened;
  for (const char* tenant : {"acme", "other", "", "acme"}) {
    world.external.tenant = tenant;
    Browser browser;
    opened.push_back(world.log_in(browser).opened.created);
    REQUIRE(opened.back());
  }
  CHECK_FALSE(world.find(opened[0]->id));
  for (std::size_t i = 1; i < opened.size(); ++i) CHECK(world.find(opened[i]->id));
}

TEST_CASE("callback: logins of two tabs end in one session, however late the second one comes [S7]") {
  for (const bool is_late : {false, true}) {
    CAPTURE(is_late);
    LoginWorld world;
    Browser browser;
    auto before = test::make_session("alice");
    before.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", false}};
    REQUIRE(test::run_task(world.store.create(before)));
    browser.cookies["JSESSIONID"] = std::string(before.id.reveal());
    const auto first = world.parameter(world.start(browser), "state");
    const auto second = world.parameter(world.start(browser), "state");
    Browser other_tab = browser;  // sent before the first one's cookie came
    std::optional<login::CallbackOutcome> first_outcome;
    const auto finish_first = [&] { first_outcome = world.callback(browser, "code=c-1&state=" + first); };
    if (is_late) finish_first();
    else world.provider.before_answer = [&] {
      world.provider.before_answer = nullptr;
      finish_first();
    };
    const auto outcome = world.callback(other_tab, "code=c-2&state=" + second);
    REQUIRE(first_outcome->opened.created);
    REQUIRE(outcome.opened.created);
    CHECK_FALSE(world.find(first_outcome->opened.created->id));
    CHECK(world.find(outcome.opened.created->id));
    CHECK(outcome.opened.created->backend_cookies.size() == 1);
    CHECK(world.store.counts().live == 1);
  }
}

TEST_CASE("callback: failed ones are limited by address, those that succeed or find no provider cost nothing [S14]") {
  LoginWorld world;
  world.external.client_address = "203.0.113.7";
  const auto try_one = [&](Browser& browser) {
    const auto url = world.start(browser);
    return world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
  };
  const auto try_often = [&](int times) {
    for (int i = 0; i < times; ++i) {
      Browser browser;
      try_one(browser);
    }
  };
  try_often(400);
  world.provider.error = base::Error{ErrorCode::unavailable, base::Side::identity_provider, "away", true};
  try_often(400);
  CHECK(world.provider.exchanges.size() == 800);
  world.provider.error = base::Error{ErrorCode::unauthenticated, base::Side::identity_provider, "invalid_grant"};
  try_often(400);
  CHECK(world.provider.exchanges.size() == 1100);

  world.provider.error.reset();
  Browser browser;
  const auto url = world.start(browser);
  const auto query = "code=c&state=" + world.parameter(url, "state");
  const auto refused = world.callback(browser, query);
  REQUIRE(refused.answer);
  CHECK(refused.answer->status == 429);
  CHECK(refused.answer->headers.get("Retry-After") == "1");
  CHECK(refused.answer->headers.get("Cache-Control") == "no-store");
  CHECK(world.provider.exchanges.size() == 1100);

  // the same URL again, when there is room: the attempt has not been used up
  world.clock.advance(base::seconds(1));
  CHECK(world.callback(browser, query).opened.created);
  // everybody else
  world.provider.error = base::Error{ErrorCode::unauthenticated, base::Side::identity_provider, "invalid_grant"};
  try_often(1);
  world.external.client_address = "203.0.113.8";
  const auto exchanges = world.provider.exchanges.size();
  try_often(1);
  CHECK(world.provider.exchanges.size() == exchanges + 1);
}

TEST_CASE("callback: nothing of a session goes over to another tenant, whoever issued both [S19]") {
  struct Row {
    const char* tenant;
    const char* subdomain;
    bool goes_over;
  };
  const Row rows[] = {{"zone-1", "acme", true}, {"zone-2", "acme", false}, {"zone-1", "other", false},
                      {"zone-1", "", false},    {"zone-2", "other", false}};
  for (const Row& row : rows) {
    CAPTURE(row.tenant);
    CAPTURE(row.subdomain);
    LoginWorld world;
    world.external.tenant = "acme";
    world.provider.login.claims.tenant = "zone-1";
    auto before = test::make_session("alice");
    before.tenant = row.tenant;
    before.subdomain = row.subdomain;
    before.backend_cookies = {{"crm", "sid", base::Secret("1"), "/", false}};
    before.logout_details = {{"a", "b"}};
    REQUIRE(test::run_task(world.store.create(before)));
    Browser browser;
    browser.cookies["JSESSIONID"] = std::string(before.id.reveal());
    const auto outcome = world.log_in(browser);
    REQUIRE(outcome.opened.created);
    CHECK(outcome.opened.created->backend_cookies.empty() == !row.goes_over);
    CHECK(outcome.opened.created->logout_details.empty() == !row.goes_over);
    CHECK(static_cast<bool>(outcome.opened.taken_over) == row.goes_over);
    CHECK_FALSE(world.find(before.id));
  }
}

TEST_CASE("callback: a session of another tenant is no reason to do without a login [S19]") {
  for (const char* subdomain : {"acme", "other"}) {
    CAPTURE(subdomain);
    LoginWorld world;
    world.external.tenant = "acme";
    Browser browser;
    const auto url = world.start(browser, "/app");
    auto before = test::make_session("alice");
    before.subdomain = subdomain;
    REQUIRE(test::run_task(world.store.create(before)));
    browser.cookies = {{"JSESSIONID", std::string(before.id.reveal())}};
    const auto outcome = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
    const bool is_sent_to_provider = location(outcome).find("/authorize") != std::string::npos;
    CHECK(is_sent_to_provider == (std::string(subdomain) == "other"));
  }
}

TEST_CASE("callback: a session that the provider ended while it was being made does not come to life (106)") {
  LoginWorld world;
  world.provider.login.claims.idp_session_id = "sid-1";
  world.provider.before_answer = [&] {
    session::EndedAtProvider ended{
        .issuer = "https://idp.example", .idp_session_id = "sid-1", .at = world.clock.wall()};
    REQUIRE(test::run_task(world.store.remember_ended(std::move(ended))));
  };
  Browser browser;
  const auto outcome = world.log_in(browser);
  CHECK_FALSE(outcome.opened.created);
  CHECK(location(outcome).starts_with("https://idp.example/authorize"));
  CHECK_FALSE(browser.cookies.contains("JSESSIONID"));
  // its refresh token would outlive the logout
  CHECK(world.provider.revoked == std::vector<std::string>{"rt-1"});
}

TEST_CASE(
    "callback: a user whom the provider signs out everywhere meanwhile logs in again, and gets in then "
    "(106)") {
  LoginWorld world;
  world.provider.login.claims.idp_session_id = "sid-1";
  world.provider.before_answer = [&] {
    session::EndedAtProvider ended{.issuer = "https://idp.example",
                                   .subject = world.provider.login.claims.subject,
                                   .at = world.clock.wall()};
    REQUIRE(test::run_task(world.store.remember_ended(std::move(ended))));
  };
  Browser browser;
  const auto outcome = world.log_in(browser);
  CHECK_FALSE(outcome.opened.created);
  CHECK(location(outcome).starts_with("https://idp.example/authorize"));
  world.provider.before_answer = {};
  world.clock.advance(base::seconds(2));
  CHECK(world.log_in(browser).opened.created);
}

TEST_CASE("callback: without stateProtection no state is sent, and the browser's latest attempt counts") {
  LoginWorld world;
  world.config.state_protection = false;
  Browser browser;
  const auto url = world.start(browser, "/app");
  CHECK(url.find("state=") == std::string::npos);
  CHECK(location(world.callback(browser, "code=c")) == "/app");
  Browser stranger;
  CHECK_FALSE(world.callback(stranger, "code=c").opened.created);
}

TEST_CASE("callback: with SameSite Strict the page goes on by itself (57)") {
  LoginWorld world;
  world.config.environment.cookies.same_site = "Strict";
  world.make_service();
  Browser browser;
  const auto outcome = world.log_in(browser, "/app?a=1&b=2");
  REQUIRE(outcome.answer);
  CHECK(outcome.answer->status == 200);
  CHECK(outcome.answer->body.find("0;url=/app?a=1&amp;b=2\"") != std::string::npos);
  CHECK(outcome.answer->headers.get("Cache-Control") == "no-store");
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
  CHECK(world.ongoing.used_states.size() == 0);
  CHECK(world.store.counts().created == 0);
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

TEST_CASE("callback: tokens that expire before MINIMUM_TOKEN_VALIDITY make no session") {
  LoginWorld world;
  world.config.environment.minimum_token_validity = base::minutes(61);
  world.make_service();
  Browser browser;
  const auto outcome = world.log_in(browser);
  REQUIRE_FALSE(outcome.answer);
  CHECK(outcome.answer.error().code == ErrorCode::protocol);
  CHECK(world.store.counts().created == 0);
}

TEST_CASE("callback: with STATE_PARAMETER_SECRET another router finishes the login") {
  for (const bool is_shared : {true, false}) {
    LoginWorld first;
    LoginWorld second;
    for (LoginWorld* world : {&first, &second}) {
      world->config.environment.state_parameter_secret =
          base::Secret(is_shared || world == &first ? "one secret of all replicas" : "a secret of its own");
      world->make_service();
    }
    Browser browser;
    const auto url = first.start(browser, "/app");
    const auto outcome = second.callback(browser, "code=c&state=" + first.parameter(url, "state"));
    CHECK(static_cast<bool>(outcome.opened.created) == is_shared);
  }
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

TEST_CASE("callback: who left an application proves anew who he is, or stays outside [S17]") {
  struct Row {
    std::string name;
    std::optional<base::seconds> proved;  // from the start of the login on
    bool comes_in;
  };
  const std::vector<Row> rows = {{"just now", base::seconds(5), true},   {"a moment before", base::seconds(-59), true},
                                 {"long before", base::seconds(-61), false}, {"a day ago", base::seconds(-86'400), false},
                                 {"does not say", std::nullopt, false}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    LoginWorld world;
    auto before = test::make_session("alice");
    before.ended_applications = {"bank"};
    REQUIRE(test::run_task(world.store.create(before)));
    Browser browser;
    browser.cookies["JSESSIONID"] = std::string(before.id.reveal());
    auto response = world.try_start(browser, {.return_path = "/bank", .application = "bank"});
    REQUIRE(response);
    browser.receive(*response);
    const std::string url(response->headers.get("Location").value_or(""));
    CHECK(world.parameter(url, "prompt") == "login");
    if (row.proved) world.provider.login.claims.authenticated = world.clock.wall() + *row.proved;
    const auto outcome = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
    CHECK((outcome.opened.created != nullptr) == row.comes_in);
    if (row.comes_in) continue;
    REQUIRE_FALSE(outcome.answer);
    CHECK(outcome.answer.error().code == ErrorCode::unauthenticated);
    const auto kept = world.find(before.id);
    REQUIRE(kept);
    CHECK(kept->ended_applications == before.ended_applications);
    world.background.run_ready();
    CHECK(world.provider.revoked == std::vector<std::string>{"rt-1"});
  }
}

TEST_CASE("callback: a login to an application again that has to be started anew still asks for the password [S17]") {
  LoginWorld world;
  Browser browser;
  auto response = world.try_start(browser, {.return_path = "/bank", .application = "bank"});
  REQUIRE(response);
  browser.receive(*response);
  const std::string url(response->headers.get("Location").value_or(""));
  world.clock.advance(std::chrono::hours(2));
  const auto outcome = world.callback(browser, "code=c&state=" + world.parameter(url, "state"));
  CHECK(world.parameter(location(outcome), "prompt") == "login");
}

}  // namespace router::login_test
