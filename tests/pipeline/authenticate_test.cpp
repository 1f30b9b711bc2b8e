#include <doctest/doctest.h>

#include "pipeline/stage_world.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::authenticate_test {

using test::make_route;
using test::StageWorld;
using test::status_after;

namespace {

// Two OpenID bindings, an xsuaa and an ias; routes as a descriptor that is loaded has them.
struct World : StageWorld {
  World() {
    for (const auto& [name, kind] :
         {std::pair{"uaa", config::ProviderKind::xsuaa}, std::pair{"ias", config::ProviderKind::ias},
          std::pair{"one", config::ProviderKind::oidc}, std::pair{"two", config::ProviderKind::oidc}}) {
      config::IdentityProvider provider;
      provider.name = name;
      provider.kind = kind;
      config.providers.push_back(provider);
    }
    add("^/uaa", "uaa", config::AuthenticationType::xsuaa);
    add("^/ias", "ias", config::AuthenticationType::ias);
    add("^/one", "one", config::AuthenticationType::oidc);
    add("^/any", "one", config::AuthenticationType::oidc).dynamic_identity_provider = true;
    add("^/chosen", "uaa", config::AuthenticationType::xsuaa).dynamic_identity_provider = true;
    add("^/basic", "uaa", config::AuthenticationType::basic);
    add("^/unbound", "", config::AuthenticationType::basic);
  }
  config::Route& add(std::string source, std::string provider, config::AuthenticationType type) {
    auto route = make_route(std::move(source));
    route.leads_to = config::ToDestination{"app"};
    route.authentication = type;
    route.provider = std::move(provider);
    config.routes.push_back(std::move(route));
    return config.routes.back();
  }
  // What a script with a session at that provider (none: empty) is told.
  int script(std::string_view target, const std::string& provider) {
    auto& asked = ask("GET", target, {{"X-Requested-With", "XMLHttpRequest"}});
    REQUIRE(status_after(pipeline::sanitize(asked)) == 0);
    REQUIRE(status_after(pipeline::match_route(asked)) == 0);
    if (!provider.empty()) {
      auto session = test::make_session();
      session.provider = provider;
      asked.user.session = std::make_shared<const session::Session>(std::move(session));
    }
    return status_after(test::run_task(pipeline::authenticate(asked)));
  }
};

}  // namespace

TEST_CASE_FIXTURE(World, "authenticate: a session counts where it comes from the route's provider") {
  const struct {
    const char* target;
    const char* session_at;
    int status;
  } rows[] = {{"/uaa", "", 401},    {"/uaa", "uaa", 0},       {"/uaa", "ias", 401}, {"/ias", "ias", 0},
              {"/ias", "uaa", 401}, {"/one", "one", 0},       {"/one", "two", 401}, {"/one?sap_idp=two", "one", 0},
              {"/basic", "uaa", 0}, {"/unbound", "uaa", 503}, {"/unbound", "", 503}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.target));
    CAPTURE(std::string(row.session_at));
    CHECK(script(row.target, row.session_at) == row.status);
  }
}

TEST_CASE_FIXTURE(World, "authenticate: with dynamicIdentityProvider the query chooses, and what was chosen stays") {
  const struct {
    const char* target;
    const char* session_at;
    int status;
  } rows[] = {{"/any", "one", 0},
              {"/any", "two", 0},
              {"/any", "uaa", 401},
              {"/any?sap_idp=two", "two", 0},
              {"/any?sap_idp=two", "one", 401},
              {"/any?sap_idp=uaa", "one", 400},
              {"/any?sap_idp=nobody", "one", 400},
              {"/any?sap_idp=", "two", 0},
              {"/chosen?sap_idp=whatever", "uaa", 0},
              {"/chosen?sap_idp=a%00b", "uaa", 400}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.target));
    CAPTURE(std::string(row.session_at));
    CHECK(script(row.target, row.session_at) == row.status);
  }
}

TEST_CASE_FIXTURE(World, "authenticate: the choice is the login's alone, however its name is written [issue 15]") {
  for (const char* query : {"sap_idp=two&a=1", "sap%5Fidp=two&a=1", "a=1&s%61p_idp=two"}) {
    CAPTURE(std::string(query));
    CHECK(script("/any?" + std::string(query), "two") == 0);
    CHECK(context->target().query == "a=1");
  }
  CHECK(script("/any?a=sap_idp", "two") == 0);
  CHECK(context->target().query == "a=sap_idp");
}

TEST_CASE_FIXTURE(World, "authenticate: basic without credentials, with other ones or with two is challenged") {
  for (const test::Fields& fields :
       {test::Fields{}, test::Fields{{"Authorization", "Bearer x"}}, test::Fields{{"Authorization", "Basic ???"}},
        test::Fields{{"Authorization", "Basic YTpi"}, {"Authorization", "Basic YTpi"}}}) {
    auto& asked = ask("GET", "/basic", fields);
    REQUIRE(status_after(pipeline::match_route(asked)) == 0);
    auto verdict = test::run_task(pipeline::authenticate(asked));
    REQUIRE(status_after(verdict) == 401);
    CHECK(std::get<http::Response>(*verdict).headers.get("WWW-Authenticate")->starts_with("Basic realm="));
  }
}

TEST_CASE_FIXTURE(World,
                  "authenticate: a basic route asks anew for what belongs to an application that was left [S12]") {
  config.logout.applications = {{"application", "", "", "", {"app"}}, {"other", "", "", "", {"elsewhere"}}};
  const struct {
    std::vector<std::string> left;
    int status;
  } rows[] = {{{}, 0}, {{"application"}, 401}, {{"other"}, 0}, {{"other", "application"}, 401}};
  for (const auto& row : rows) {
    auto& asked = ask("GET", "/basic");
    REQUIRE(status_after(pipeline::match_route(asked)) == 0);
    auto session = test::make_session();
    session.provider = "uaa";
    session.ended_applications = row.left;
    asked.user.session = std::make_shared<const session::Session>(std::move(session));
    const auto verdict = test::run_task(pipeline::authenticate(asked));
    CHECK(status_after(verdict) == row.status);
    if (row.status != 401 || status_after(verdict) != 401) continue;
    CHECK(std::get<http::Response>(*verdict).headers.contains("WWW-Authenticate"));
  }
}

TEST_CASE_FIXTURE(World, "load session: not for a caller that says who it is, nor on another tenant's host") {
  auto session = test::make_session();
  session.subdomain = "acme";
  REQUIRE(test::run_task(store.create(session)));
  const auto cookie = "JSESSIONID=" + std::string(session.id.reveal());
  const auto is_loaded = [&](const char* tenant, test::Fields fields) {
    auto& asked = ask("GET", "/uaa", fields);
    asked.external.tenant = tenant;
    REQUIRE(status_after(test::run_task(pipeline::load_session(asked))) == 0);
    return asked.user.session != nullptr;
  };
  CHECK(is_loaded("acme", {{"Cookie", cookie}}));
  CHECK_FALSE(is_loaded("other", {{"Cookie", cookie}}));
  CHECK_FALSE(is_loaded("", {{"Cookie", cookie}}));
  CHECK_FALSE(is_loaded("acme", {{"Cookie", cookie}, {"X-Approuter-Authorization", "Bearer x"}}));
}

TEST_CASE_FIXTURE(World, "check csrf, authorize: a caller needs no CSRF token, but the scope") {
  config.routes[0].scope.by_method["default"] = {"app.write"};
  const auto check = [&](std::vector<std::string> scopes) {
    auto& asked = ask("POST", "/uaa");
    REQUIRE(status_after(pipeline::match_route(asked)) == 0);
    session::Session user;
    user.scopes = std::move(scopes);
    asked.user.session = std::make_shared<const session::Session>(std::move(user));
    asked.user.is_caller = true;
    CHECK(status_after(pipeline::check_csrf(asked)) == 0);
    return status_after(pipeline::authorize(asked));
  };
  CHECK(check({"app.write"}) == 0);
  CHECK(check({"app.read"}) == 403);
}

}  // namespace router::authenticate_test
