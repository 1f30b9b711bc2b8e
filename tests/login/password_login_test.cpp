#include "login/password_login.h"

#include <doctest/doctest.h>

#include "login/browser.h"

namespace router::password_login_test {

using test::Browser;
using test::LoginWorld;

namespace {

using login::BasicCredentials;
using login::OpenedSession;
using login::Throttled;

const base::Error kWrong{base::ErrorCode::unauthenticated, base::Side::identity_provider, "invalid_grant"};

Throttled<OpenedSession> log_in(LoginWorld& world, const Browser& browser = {}, const std::string& user = "ada",
                                const std::string& application = {}) {
  const auto request = browser.request("/basic/x");
  login::PasswordLogin wanted{"idp", application, BasicCredentials{user, base::Secret("pw")}};
  return test::run_task(world.service->with_password(request, world.external, std::move(wanted), world.home));
}

Throttled<session::Snapshot> call(LoginWorld& world, const std::string& field, const std::string& provider = "idp") {
  return test::run_task(world.service->caller(world.external, provider, field, world.home));
}

template <class T>
const base::Result<T>& result_of(const Throttled<T>& verdict) {
  REQUIRE(std::holds_alternative<base::Result<T>>(verdict));
  return std::get<base::Result<T>>(verdict);
}

}  // namespace

TEST_CASE("password login: a right password makes a session as any login does") {
  LoginWorld world;
  world.provider.login.claims.scopes = {"read"};
  const auto verdict = log_in(world);
  const auto& opened = result_of(verdict);
  REQUIRE(opened);
  CHECK(world.provider.passwords == std::vector<std::string>{"ada:pw"});
  CHECK(opened->set_cookie.starts_with("JSESSIONID="));
  const auto session = world.find(opened->created->id);
  REQUIRE(session);
  CHECK(session->provider == "idp");
  CHECK(session->scopes == std::vector<std::string>{"read"});
  CHECK(session->tokens.access_token.reveal() == "at-1");
  CHECK_FALSE(session->csrf_token.empty());
}

TEST_CASE("password login: whom the browser was before is over") {
  LoginWorld world;
  auto before = test::make_session("mallory");
  REQUIRE(test::run_task(world.store.create(before)));
  Browser browser;
  browser.cookies["JSESSIONID"] = before.id.reveal();
  const auto verdict = log_in(world, browser);
  const auto& opened = result_of(verdict);
  REQUIRE(opened);
  REQUIRE(opened->replaced.size() == 1);
  CHECK_FALSE(world.find(before.id));
}

TEST_CASE("password login: brings back the application that it is for, and no other [S12]") {
  LoginWorld world;
  const auto known = log_in(world);
  const auto& first = result_of(known);
  REQUIRE(first);
  session::Session left = *first->created;
  left.ended_applications = {"bank", "mail"};
  REQUIRE(test::run_task(world.store.replace(left)));
  Browser browser;
  browser.cookies["JSESSIONID"] = left.id.reveal();
  const auto verdict = log_in(world, browser, "ada", "bank");
  const auto& again = result_of(verdict);
  REQUIRE(again);
  CHECK(again->created->ended_applications == std::vector<std::string>{"mail"});
  CHECK_FALSE(world.find(left.id));
}

TEST_CASE("password login: a wrong one makes nothing, and five of them make the user wait") {
  LoginWorld world;
  world.provider.error = kWrong;
  for (int i = 0; i < 5; ++i) {
    const auto verdict = log_in(world);
    CHECK(result_of(verdict).error().code == base::ErrorCode::unauthenticated);
  }
  CHECK(std::holds_alternative<base::seconds>(log_in(world)));
  CHECK(world.provider.passwords.size() == 5);
  const auto other = log_in(world, {}, "bob");
  CHECK_FALSE(result_of(other));
  CHECK(test::counts_of(world.store).created == 0);
}

TEST_CASE("password login: the tenant of the host is asked") {
  LoginWorld world;
  world.external.tenant = "acme";
  const auto verdict = log_in(world);
  REQUIRE(result_of(verdict));
  CHECK(world.provider.password_tenants == std::vector<std::string>{"acme"});
  CHECK(result_of(verdict)->created->subdomain == "acme");
}

TEST_CASE("password login: tokens that expire before MINIMUM_TOKEN_VALIDITY are refused") {
  LoginWorld world;
  world.config.environment.minimum_token_validity = base::minutes(61);
  world.make_service();
  const auto verdict = log_in(world);
  CHECK(result_of(verdict).error().code == base::ErrorCode::protocol);
  CHECK(test::counts_of(world.store).created == 0);
  world.config.environment.minimum_token_validity = base::minutes(60);
  world.make_service();
  CHECK(result_of(log_in(world)));
}

TEST_CASE("caller: a verified bearer token is the user of this request, and no session") {
  LoginWorld world;
  world.provider.login.claims.scopes = {"read"};
  const auto verdict = call(world, "Bearer the.token");
  const auto& user = result_of(verdict);
  REQUIRE(user);
  CHECK(world.provider.bearers == std::vector<std::string>{"the.token"});
  CHECK((*user)->id.empty());
  CHECK((*user)->subject == "alice-sub");
  CHECK((*user)->scopes == std::vector<std::string>{"read"});
  CHECK((*user)->tokens.access_token.reveal() == "the.token");
  CHECK(test::counts_of(world.store).created == 0);
}

TEST_CASE("caller: bearer tokens are charged to the address before they are looked at, good ones cost nothing [S1]") {
  LoginWorld world;
  world.external.client_address = "203.0.113.7";
  const auto is_asked = [&](const std::string& token) {
    return std::holds_alternative<base::Result<session::Snapshot>>(call(world, "Bearer " + token));
  };
  const std::string of_ten_attempts(9 * 1024, 'x');
  for (int i = 0; i < 2'000; ++i) REQUIRE(is_asked(of_ten_attempts));
  world.provider.error = base::Error{base::ErrorCode::unavailable, base::Side::identity_provider, "away", true};
  for (int i = 0; i < 2'000; ++i) REQUIRE(is_asked(of_ten_attempts));
  world.provider.error = kWrong;
  int asked = 0;
  for (int i = 0; i < 2'000; ++i) asked += is_asked(of_ten_attempts) ? 1 : 0;
  CHECK(asked == 1'200);
  world.external.client_address = "203.0.113.8";
  CHECK(is_asked("x"));
  world.external.client_address = "203.0.113.7";
  CHECK_FALSE(is_asked("x"));
  world.clock.advance(base::seconds(1));
  CHECK(is_asked("x"));
}

TEST_CASE("caller: user and password are turned into a token, and slowed down like any login") {
  LoginWorld world;
  const auto verdict = call(world, "Basic YWRhOnB3");
  REQUIRE(result_of(verdict));
  CHECK((*result_of(verdict))->tokens.access_token.reveal() == "at-1");
  CHECK(world.provider.passwords == std::vector<std::string>{"ada:pw"});
  CHECK(test::counts_of(world.store).created == 0);

  world.provider.error = kWrong;
  for (int i = 0; i < 5; ++i) CHECK_FALSE(result_of(call(world, "Basic YWRhOnB3")));
  CHECK(std::holds_alternative<base::seconds>(call(world, "Basic YWRhOnB3")));
  CHECK(std::holds_alternative<base::seconds>(log_in(world)));
}

TEST_CASE(
    "caller: what a password brought is given back after the request, and not before; a bearer token is his own "
    "[S14]") {
  LoginWorld world;
  const auto with_password = call(world, "Basic YWRhOnB3");
  REQUIRE(result_of(with_password));
  world.background.run_ready();
  CHECK(world.provider.revoked.empty());
  world.service->caller_left(**result_of(with_password));
  world.background.run_ready();
  CHECK(world.provider.revoked == std::vector<std::string>{"rt-1"});
  const auto with_token = call(world, "Bearer the.token");
  REQUIRE(result_of(with_token));
  world.service->caller_left(**result_of(with_token));
  world.background.run_ready();
  CHECK(world.provider.revoked.size() == 1);
}

TEST_CASE("caller: where logout revokes nothing, nothing is given back [S14]") {
  LoginWorld world;
  world.config.logout.revoke_tokens = false;
  world.make_service();
  const auto verdict = call(world, "Basic YWRhOnB3");
  REQUIRE(result_of(verdict));
  world.service->caller_left(**result_of(verdict));
  world.background.run_ready();
  CHECK(world.provider.revoked.empty());
}

TEST_CASE("password: an address may try six hundred users as often as sixty, and fail ten times [S14]") {
  LoginWorld world;
  world.external.client_address = "203.0.113.7";
  const auto count_admitted = [&](int users) {
    int admitted = 0;
    for (int i = 0; i < users; ++i) {
      admitted += std::holds_alternative<base::seconds>(log_in(world, {}, "user" + std::to_string(i))) ? 0 : 1;
    }
    return admitted;
  };
  CHECK(count_admitted(600) == 60);
  world.external.client_address = "203.0.113.8";
  world.provider.error = kWrong;
  CHECK(count_admitted(600) == 10);
  CHECK(std::holds_alternative<base::seconds>(call(world, "Basic YWRhOnB3")));
  world.external.client_address = "203.0.113.9";
  CHECK_FALSE(std::holds_alternative<base::seconds>(call(world, "Basic YWRhOnB3")));
}

TEST_CASE("caller: anything but Bearer and Basic is refused without asking the provider") {
  LoginWorld world;
  for (const char* field : {"", "Bearer", "Basic", "Basic ???", "Digest x", "Bearer a b", "abc"}) {
    const auto verdict = call(world, field);
    CHECK_MESSAGE(result_of(verdict).error().code == base::ErrorCode::unauthenticated, field);
  }
  CHECK(world.provider.bearers.empty());
  CHECK(world.provider.passwords.empty());
}

TEST_CASE("caller: a token that does not verify, or a provider that is not bound") {
  LoginWorld world;
  CHECK(result_of(call(world, "Bearer x", "gone")).error().code == base::ErrorCode::unavailable);
  world.provider.error = kWrong;
  CHECK(result_of(call(world, "Bearer x")).error().code == base::ErrorCode::unauthenticated);
}

TEST_CASE("caller: on a tenant's host only that tenant's tokens are good") {
  LoginWorld world;
  test::ScriptedProvider xsuaa("uaa", config::ProviderKind::xsuaa);
  world.more["uaa"] = &xsuaa;
  world.external.tenant = "acme";
  for (const char* subdomain : {"", "other"}) {
    xsuaa.login.claims.subdomain = subdomain;
    CHECK(result_of(call(world, "Bearer x", "uaa")).error().code == base::ErrorCode::unauthenticated);
  }
  xsuaa.login.claims.subdomain = "acme";
  CHECK(result_of(call(world, "Bearer x", "uaa")));
}

TEST_CASE("caller: a token of ias or OpenID that names a tenant has to name the host's [S19]") {
  for (const auto kind : {config::ProviderKind::ias, config::ProviderKind::oidc}) {
    LoginWorld world;
    test::ScriptedProvider provider("named", kind);
    world.more["named"] = &provider;
    world.external.tenant = "acme";
    for (const auto& [subdomain, good] : {std::pair{"acme", true}, std::pair{"", true}, std::pair{"other", false}}) {
      CAPTURE(subdomain);
      provider.login.claims.subdomain = subdomain;
      CHECK(result_of(call(world, "Bearer x", "named")).has_value() == good);
    }
  }
}

TEST_CASE("password: the users of another tenant are others at an xsuaa only, else a host would be a new try [S14]") {
  LoginWorld world;
  test::ScriptedProvider xsuaa("uaa", config::ProviderKind::xsuaa);
  xsuaa.error = world.provider.error = kWrong;
  world.more["uaa"] = &xsuaa;
  for (int i = 0; i < 10; ++i) {
    world.external.client_address = "203.0.113." + std::to_string(i);
    world.external.tenant = "tenant" + std::to_string(i);
    CHECK(std::holds_alternative<base::seconds>(call(world, "Basic YWRhOnB3", "idp")) == (i >= 5));
    CHECK_FALSE(std::holds_alternative<base::seconds>(call(world, "Basic YWRhOnB3", "uaa")));
  }
}

}  // namespace router::password_login_test
