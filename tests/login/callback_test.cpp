// What comes back from the provider, and what of it becomes a session; numbers are those of
// docs/contract/oidc.md.
#include <doctest/doctest.h>

#include "login/browser.h"

namespace router::callback_test {

using base::ErrorCode;
using test::Browser;
using test::location;
using test::LoginWorld;

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

  SUBCASE("with the session: where he wanted to be") { CHECK(location(world.callback(browser, query)) == "/"); }
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
  CHECK(test::counts_of(world.store).created == 1);
}

TEST_CASE("callback: an attempt that one replica has redeemed is redeemed on no other") {
  LoginWorld world;
  world.config.environment.session_secret = base::Secret(std::string("the replicas' own"));
  world.make_service();
  login::Ongoing ongoing_there;
  const auto there = world.make_replica(ongoing_there);
  Browser browser;
  const auto query = "code=c-1&state=" + world.parameter(world.start(browser), "state");
  const Browser same = browser;
  world.callback(browser, query);
  const auto request = same.request(world.config.callback_endpoint + "?" + query);
  const auto again = test::run_task(there->callback(request, world.external, world.home));
  CHECK(test::location(again) == "/app?x=1");
  CHECK_FALSE(again.opened.created);
  CHECK(test::counts_of(world.store).created == 1);
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
    CHECK(test::counts_of(world.store).created == 0);
    CHECK_FALSE(browser.cookies.contains("JSESSIONID"));
  }
}

TEST_CASE(
    "callback: failed ones are limited by address, those that succeed or find no provider cost nothing "
    "[S14]") {
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

TEST_CASE("callback: tokens that expire before MINIMUM_TOKEN_VALIDITY make no session") {
  LoginWorld world;
  world.config.environment.minimum_token_validity = base::minutes(61);
  world.make_service();
  Browser browser;
  const auto outcome = world.log_in(browser);
  REQUIRE_FALSE(outcome.answer);
  CHECK(outcome.answer.error().code == ErrorCode::protocol);
  CHECK(test::counts_of(world.store).created == 0);
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

}  // namespace router::callback_test
