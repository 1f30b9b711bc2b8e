// Destinations that only the bound destination service knows (README of @sap/approuter, "Destination
// service").
#include <doctest/doctest.h>

#include "e2e/sign_on_fixture.h"
#include "support/stub_destination_service.h"

namespace router::test::destination_service_test {
namespace {

RouterSetup looked_up_setup(const StubProvider& provider, const StubDestinationService& service) {
  RouterSetup setup;
  setup.environment = provider.variables();
  setup.environment["PRESERVE_FRAGMENT"] = "false";
  setup.environment["VCAP_SERVICES"] = service.binding();
  setup.add_public_route("erp");
  setup.add_public_route("absent");
  setup.add_route(
      {{"source", "^/by-name/([^/]+)/(.*)$"}, {"target", "$2"}, {"destination", "$1"}, {"authenticationType", "none"}});
  setup.add_route(protected_route("crm"));
  setup.descriptor["logout"] = {{"logoutEndpoint", "/my/logout"}};
  setup.descriptor["destinations"] = {{"crm", {{"logoutPath", "/sign-out"}}}};
  return setup;
}

// The service is told about its destinations before the router starts.
struct LookedUpFixture {
  StubProvider provider;
  StubDestinationService service;
  RecordingBackend erp;
  RecordingBackend crm;
  bool prepared = prepare();
  RouterProcess router{looked_up_setup(provider, service)};

  bool prepare() {
    service.set("erp", erp.origin() + "/base",
                {{"Authentication", "BasicAuthentication"},
                 {"User", "tech"},
                 {"Password", "pw"},
                 {"sap-client", "100"},
                 {"URL.headers.x-tenant", "blue"}});
    service.set("crm", crm.origin(), {{"HTML5.ForwardAuthToken", "true"}});
    service.set("open", erp.origin(), {{"HTML5.DynamicDestination", "true"}});
    service.set("onpremise", erp.origin(), {{"ProxyType", "OnPremise"}, {"HTML5.DynamicDestination", "true"}});
    service.set("machine", erp.origin(),
                {{"Authentication", "OAuth2ClientCredentials"}, {"HTML5.DynamicDestination", "true"}});
    return true;
  }
  RawAnswer get(std::string_view path) { return ask(router.port(), make_request("GET", path)); }
};

}  // namespace

TEST_CASE("destination service: a route's destination is looked up once, with its own credentials and headers") {
  LookedUpFixture fixture;
  CHECK(fixture.get("/erp/orders?x=1").body == "/base/erp/orders?x=1");
  CHECK(fixture.get("/erp/orders").status() == 200);
  const auto request = fixture.erp.requests().at(0);
  CHECK(request.field("Authorization") == "Basic dGVjaDpwdw==");
  CHECK(request.field("sap-client") == "100");
  CHECK(request.field("x-tenant") == "blue");
  // erp, and crm for its logout path
  CHECK(fixture.service.questions() == 2);
}

TEST_CASE(
    "destination service: a name from the path needs HTML5.DynamicDestination, and may have a token of its "
    "own") {
  LookedUpFixture fixture;
  CHECK(fixture.get("/by-name/open/a").body == "/a");
  CHECK(fixture.get("/by-name/machine/a").status() == 200);
  CHECK(fixture.erp.requests().back().field("Authorization") == "Bearer token-of-machine");
  CHECK(fixture.get("/by-name/erp/a").status() == 404);
}

TEST_CASE(
    "destination service: what cannot be looked up or called is 404, 502 or 503, with the reason in the "
    "log") {
  LookedUpFixture fixture;
  CHECK(fixture.get("/absent/x").status() == 404);
  CHECK(fixture.get("/by-name/onpremise/x").status() == 503);
  CHECK(fixture.router.logs("ProxyType OnPremise without a bound connectivity service"));
  fixture.service.fail_with(500);
  CHECK(fixture.get("/by-name/other/x").status() == 502);
  CHECK(fixture.router.logs("destination service: status 500"));
  CHECK(fixture.router.log().find("destination-secret") == std::string::npos);
}

TEST_CASE("destination service: a looked-up back-end learns its own name of the session, as others do [issue 16]") {
  StubProvider provider;
  StubDestinationService service;
  RecordingBackend crm;
  service.set("crm", crm.origin());
  auto setup = looked_up_setup(provider, service);
  setup.descriptor["destinations"]["crm"] = {{"logoutToken", {{"audience", "crm-client"}, {"path", "/told"}}}};
  RouterProcess router(setup);
  Browser browser(router.port());
  browser.open("/crm/x");
  REQUIRE(crm.count("/crm/x") == 1);
  CHECK(crm.requests_to("/crm/x")[0].field("x-xsr-sid").size() == 43);
  browser.navigate("/my/logout");
  REQUIRE(crm.waits_for("/told", 1));
  CHECK(crm.requests_to("/told")[0].body.starts_with("logout_token="));
}

TEST_CASE("destination service: the logoutPath of a looked-up destination is called with the user's token") {
  LookedUpFixture fixture;
  Browser browser(fixture.router.port());
  CHECK(browser.open("/crm/start").status() == 200);
  CHECK(browser.navigate("/my/logout").status() == 302);
  REQUIRE(fixture.crm.waits_for("/sign-out", 1));
  CHECK(fixture.crm.requests_to("/sign-out").at(0).field("Authorization").starts_with("Bearer ey"));
}

TEST_CASE(
    "destination service: made-up names cost sixty look-ups a minute and address, and no other name its place [S13]") {
  LookedUpFixture fixture;
  CHECK(fixture.get("/by-name/open/a").status() == 200);
  int asked = 0;
  int refused = 0;
  for (int i = 0; i < 1010; ++i) {
    const auto answer = ask(fixture.router.port(), make_request("GET", "/by-name/made-up" + std::to_string(i) + "/x",
                                                                {{"X-Forwarded-For", "203.0.113.7"}}));
    asked += answer.status() == 404 ? 1 : 0;
    refused += answer.status() == 429 && answer.field("Retry-After") == "1" ? 1 : 0;
  }
  CHECK(asked + refused == 1010);
  CHECK(asked >= 60);
  CHECK(asked <= 120);  // one comes back each second
  for (const char* path : {"/erp/x", "/by-name/open/a"}) {
    CHECK(ask(fixture.router.port(), make_request("GET", path, {{"X-Forwarded-For", "203.0.113.7"}})).status() == 200);
  }
  CHECK(ask(fixture.router.port(), make_request("GET", "/by-name/machine/a", {{"X-Forwarded-For", "203.0.113.8"}}))
            .status() == 200);
}

}  // namespace router::test::destination_service_test
