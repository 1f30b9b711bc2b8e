// What a login does to the sessions that are there already; numbers are those of docs/contract/oidc.md.
#include <doctest/doctest.h>

#include "login/browser.h"

namespace router::earlier_sessions_test {

using base::ErrorCode;
using test::Browser;
using test::location;
using test::LoginWorld;

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
  auto response = world.try_start(browser, {.return_path = "/bank", .prompt = "login", .application = "bank"});
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

TEST_CASE("login: what it has ended is kept on every medium before it is answered [issue 12]") {
  for (const bool is_by_limit : {false, true}) {
    CAPTURE(is_by_limit);
    LoginWorld world;
    Browser browser;
    if (is_by_limit) {
      world.config.environment.limits.sessions_per_user = 1;
      Browser elsewhere;
      REQUIRE(world.log_in(elsewhere).opened.created);
    } else {
      auto planted = test::make_session("mallory");
      REQUIRE(test::run_task(world.store.create(planted)));
      browser.cookies["JSESSIONID"] = std::string(planted.id.reveal());
    }
    REQUIRE(world.log_in(browser).opened.created);
    CHECK(world.told.asked_to_end > 0);
    CHECK(world.told.kept == world.told.asked_to_end);
  }
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
    if (is_late)
      finish_first();
    else
      world.provider.before_answer = [&] {
        world.provider.before_answer = nullptr;
        finish_first();
      };
    const auto outcome = world.callback(other_tab, "code=c-2&state=" + second);
    REQUIRE(first_outcome->opened.created);
    REQUIRE(outcome.opened.created);
    CHECK_FALSE(world.find(first_outcome->opened.created->id));
    CHECK(world.find(outcome.opened.created->id));
    CHECK(outcome.opened.created->backend_cookies.size() == 1);
    CHECK(test::counts_of(world.store).live == 1);
  }
}

TEST_CASE("callback: nothing of a session goes over to another tenant, whoever issued both [S19]") {
  struct Row {
    const char* tenant;
    const char* subdomain;
    bool goes_over;
  };
  const Row rows[] = {{"zone-1", "acme", true},
                      {"zone-2", "acme", false},
                      {"zone-1", "other", false},
                      {"zone-1", "", false},
                      {"zone-2", "other", false}};
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
    session::EndedAtProvider ended{
        .issuer = "https://idp.example", .subject = world.provider.login.claims.subject, .at = world.clock.wall()};
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

TEST_CASE("callback: who left an application proves anew who he is, or stays outside [S17]") {
  struct Row {
    std::string name;
    std::optional<base::seconds> proved;  // from the start of the login on
    bool comes_in;
  };
  const std::vector<Row> rows = {{"just now", base::seconds(5), true},
                                 {"a moment before", base::seconds(-59), true},
                                 {"long before", base::seconds(-61), false},
                                 {"a day ago", base::seconds(-86'400), false},
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

TEST_CASE(
    "callback: a login to an application again that has to be started anew still asks for the password "
    "[S17]") {
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

}  // namespace router::earlier_sessions_test
