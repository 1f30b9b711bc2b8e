// A login that starts from an anonymous session takes the back-ends' cookies over, whatever kind of login it
// is.
#include "login/anonymous_jar.h"

#include <doctest/doctest.h>

#include "login/rest_login_world.h"

namespace router::anonymous_jar_test {

using test::Browser;
using test::RestLoginWorld;

namespace {

struct JarWorld : RestLoginWorld {
  session::Session anonymous(const std::string& tenant = "") {
    auto session = test::make_anonymous();
    session.subdomain = tenant;
    session.csrf_token = base::Secret("of nobody");
    REQUIRE(test::run_task(store.create(session)));
    return session;
  }
  // The session that a login in this browser makes.
  session::Snapshot by_code(Browser& browser) { return log_in(browser).opened.created; }
  session::Snapshot by_password(const Browser& browser) {
    const auto request = browser.request("/basic/x");
    login::PasswordLogin wanted{"idp", {}, login::BasicCredentials{"ada", base::Secret("pw")}};
    auto verdict = test::run_task(service->with_password(request, external, std::move(wanted), home), &home);
    auto& opened = std::get<base::Result<login::OpenedSession>>(verdict);
    return opened ? opened->created : nullptr;
  }
  session::Snapshot by_rest(const Browser& browser) {
    auto fields = test::kBjensen;
    fields.emplace_back("Cookie", browser.cookie_field());
    return session_of(post(test::kRestPath + test::kRestJourney, fields));
  }
  session::Snapshot by(const std::string& kind, Browser& browser) {
    return kind == "code" ? by_code(browser) : kind == "password" ? by_password(browser) : by_rest(browser);
  }
};

Browser browser_with(const session::Session& session) {
  Browser browser;
  browser.cookies["JSESSIONID"] = std::string(session.id.reveal());
  return browser;
}

constexpr const char* kKinds[] = {"code", "password", "rest"};

}  // namespace

TEST_CASE("anonymous jar: every kind of login takes it over under a new id, and nothing else [K1]") {
  for (const std::string kind : kKinds) {
    CAPTURE(kind);
    JarWorld world;
    const auto before = world.anonymous();
    auto browser = browser_with(before);
    const auto session = world.by(kind, browser);
    REQUIRE(session);
    CHECK(session->id != before.id);
    CHECK_FALSE(session->is_anonymous);
    CHECK(session->csrf_token != before.csrf_token);
    REQUIRE(session->backend_cookies.size() == 1);
    CHECK(session->backend_cookies[0].value == base::Secret("1"));
    CHECK(session->anonymous_before == before.id);
    CHECK(session->logout_details.empty() == (kind != "rest"));
    CHECK(world.find(session->id)->backend_cookies.size() == 1);
    CHECK_FALSE(world.find(before.id));
    world.background.run_ready();
    CHECK(world.over.empty());  // its back-ends go on
  }
}

TEST_CASE("anonymous jar: as it was in its last moment [K1]") {
  JarWorld world;
  const auto before = world.anonymous();
  auto browser = browser_with(before);
  const auto url = world.start(browser);
  auto changed = *world.find(before.id);
  changed.backend_cookies.push_back({"erp", "late", base::Secret("2"), "/", false});
  REQUIRE(test::run_task(world.store.replace(changed)));
  const auto outcome = world.callback(browser, "code=c-1&state=" + world.parameter(url, "state"));
  REQUIRE(outcome.opened.created);
  CHECK(outcome.opened.created->backend_cookies.size() == 2);
}

TEST_CASE("anonymous jar: never across tenants; whose login it is, his back-ends are told that it is over [K1]") {
  for (const std::string kind : kKinds) {
    CAPTURE(kind);
    JarWorld world;
    world.external.tenant = "acme";
    world.provider.login.claims.tenant = "zone-1";
    const auto before = world.anonymous("other");
    auto browser = browser_with(before);
    const auto session = world.by(kind, browser);
    REQUIRE(session);
    CHECK(session->backend_cookies.empty());
    CHECK(session->anonymous_before.empty());
  }
}

TEST_CASE("anonymous jar: one that is over costs nobody the login [K1]") {
  for (const std::string kind : kKinds) {
    CAPTURE(kind);
    JarWorld world;
    const auto before = world.anonymous();
    REQUIRE(test::run_task(world.store.end(before.id)));
    auto browser = browser_with(before);
    const auto session = world.by(kind, browser);
    REQUIRE(session);
    CHECK(session->backend_cookies.empty());
  }
}

TEST_CASE("anonymous jar: of two nobody can say whose they are: both are over, and their back-ends told [K1]") {
  JarWorld world;
  const auto one = world.anonymous();
  const auto two = world.anonymous();
  Browser browser = browser_with(one);
  browser.cookies["iPlanetDirectoryPro"] = std::string(two.id.reveal());
  const auto outcome = world.log_in(browser);
  REQUIRE(outcome.opened.created);
  CHECK(outcome.opened.created->backend_cookies.empty());
  CHECK(outcome.opened.replaced.size() == 2);
}

TEST_CASE("anonymous jar: goes over to the next session of the same user as well [K1]") {
  JarWorld world;
  const auto before = world.anonymous();
  auto browser = browser_with(before);
  const auto first = world.by_code(browser);
  REQUIRE(first);
  const auto second = world.by_code(browser);
  REQUIRE(second);
  CHECK(second->id != first->id);
  CHECK(second->backend_cookies.size() == 1);
  CHECK(second->anonymous_before == before.id);
}

TEST_CASE("anonymous jar: where the login fails in the store, its back-ends are told that it is over [K1]") {
  for (const std::string kind : {"code", "rest"}) {
    CAPTURE(kind);
    JarWorld world;
    const auto before = world.anonymous();
    auto browser = browser_with(before);
    session::EndedAtProvider ended{.issuer = world.provider.login.claims.issuer,
                                   .subject = world.provider.login.claims.subject,
                                   .at = world.clock.wall() + base::minutes(1)};
    REQUIRE(test::run_task(world.store.remember_ended(ended)));
    CHECK_FALSE(world.by(kind, browser));
    world.background.run_ready();
    REQUIRE(world.over.size() == 1);
    CHECK(world.over[0]->id == before.id);
  }
}

TEST_CASE("anonymous jar: anonymous sessions are none of a user's sessions to LIMIT_SESSIONS_PER_USER [K1]") {
  JarWorld world;
  world.config.environment.limits.sessions_per_user = 1;
  world.make_service();
  const auto bystander = world.anonymous();
  for (int i = 0; i < 3; ++i) {
    Browser browser;
    REQUIRE(world.by_code(browser));
  }
  CHECK(world.find(bystander.id));
}

TEST_CASE("anonymous jar: its end is nothing that back-ends are told of later, once a login has taken it over [O10]") {
  for (const std::string kind : kKinds) {
    CAPTURE(kind);
    JarWorld world;
    const auto before = world.anonymous();
    auto browser = browser_with(before);
    REQUIRE(world.by(kind, browser));
    CHECK(world.told.told_ids == std::vector<session::SessionId>{before.id});
  }
}

}  // namespace router::anonymous_jar_test
