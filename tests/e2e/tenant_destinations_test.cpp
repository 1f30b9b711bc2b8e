// Destinations of several subscribers (docs/contract/html5.md section 1).
#include <doctest/doctest.h>

#include "e2e/xsuaa_fixture.h"
#include "support/stub_destination_service.h"
#include "support/stub_name_server.h"
#include "support/stub_uaa.h"

namespace router::test::tenant_destinations_test {

using nlohmann::json;
using Variables = std::map<std::string, std::string>;

namespace {

// t1, t2 and 127 have an erp of their own, all others the provider's. Users of 127 can log in: that subdomain is the first
// label of the loopback address, where the xsuaa is.
struct TenantFixture {
  StubUaa uaa;
  StubNameServer names;
  StubProvider provider;
  StubDestinationService destinations{&uaa};
  RecordingBackend central;
  RecordingBackend one;
  RecordingBackend two;
  RecordingBackend local;
  RouterProcess router;

  explicit TenantFixture(const Variables& variables = {}) : router(setup(variables)) {}

  RawAnswer get(const std::string& tenant, const std::string& path) {
    const std::string host = tenant + "-app.example";
    RawClient client(router.port());
    client.send(make_request("GET", path, {{"Host", host}}));
    return client.read();
  }

 private:
  RouterSetup setup(const Variables& variables) {
    uaa.tell(names, {StubUaa::kProvider, "t1", "t2", "t3", "t4", "127"});
    destinations.set("erp", central.origin());
    destinations.set("erp", one.origin(),
                     {{"Authentication", "BasicAuthentication"}, {"User", "one"}, {"Password", "pw"}}, "t1");
    destinations.set("erp", two.origin(), json::object(), "t2");
    destinations.set("erp", local.origin(), {{"HTML5.ForwardAuthToken", "true"}}, "127");
    provider.behave({.subdomain = "127"});
    auto credentials = provider.credentials();
    credentials["identityzone"] = "127";
    json services{{"xsuaa", binding("uaa", credentials)}};
    services.update(json::parse(destinations.binding()));
    RouterSetup setup;
    setup.environment["PRESERVE_FRAGMENT"] = "false";
    setup.environment["NAME_SERVERS"] = names.address();
    setup.environment["TENANT_HOST_PATTERN"] = "^(.*)-app\\.example";
    setup.environment["VCAP_SERVICES"] = services.dump();
    for (const auto& [name, value] : variables) setup.environment[name] = value;
    setup.add_public_route("erp");
    setup.add_route(
        {{"source", "^/local/(.*)$"}, {"destination", "erp"}, {"authenticationType", "none"}, {"preferLocal", true}});
    setup.add_route({{"source", "^/closed/(.*)$"}, {"destination", "erp"}, {"target", "/$1"}});
    setup.descriptor["logout"] = {{"logoutEndpoint", "/my/logout"}};
    setup.descriptor["destinations"] = {{"erp", {{"logoutPath", "/bye"}}}};
    return setup;
  }
};

}  // namespace

TEST_CASE("tenant destinations: each subscriber's requests go to its own, all others' to the provider's [issue 15]") {
  TenantFixture fixture;
  for (int i = 0; i < 20; ++i) {
    for (const char* tenant : {"t1", "t2", "t3"}) CHECK(fixture.get(tenant, "/erp/x").status() == 200);
  }
  CHECK(fixture.one.count("/erp/x") == 20);
  CHECK(fixture.two.count("/erp/x") == 20);
  CHECK(fixture.central.count("/erp/x") == 20);
  CHECK(fixture.one.requests_to("/erp/x").at(0).field("Authorization") == "Basic b25lOnB3");
  CHECK(fixture.two.requests_to("/erp/x").at(0).field("Authorization").empty());
  const auto asked = fixture.uaa.asked("destination-client");
  CHECK(std::count(asked.begin(), asked.end(), "t1") == 1);
  // who does not exist has nothing
  fixture.uaa.answer("t4", 404);
  CHECK(fixture.get("t4", "/erp/x").status() == 404);
}

TEST_CASE("tenant destinations: with preferLocal a route leads to the provider's, whose host it is [issue 15]") {
  TenantFixture fixture;
  CHECK(fixture.get("t1", "/local/x").status() == 200);
  CHECK(fixture.central.count("/local/x") == 1);
  CHECK(fixture.get("t1", "/erp/x").status() == 200);
  CHECK(fixture.one.count("/erp/x") == 1);
}

TEST_CASE("tenant destinations: of two back-ends of one name neither sees the other's cookies [issue 15]") {
  TenantFixture fixture;
  const auto sets = [](const std::string& cookie) {
    return answers("HTTP/1.1 200 OK\r\nSet-Cookie: " + cookie + "; Path=/\r\nContent-Length: 0\r\n\r\n");
  };
  fixture.central.on("/local/in", sets("SID=provider"));
  fixture.one.on("/erp/in", sets("SID=own"));
  Browser browser(fixture.router.port());
  const auto ask = [&](const std::string& path) { return browser.get(path, {{"Host", "t1-app.example"}}).status(); };
  CHECK(ask("/local/in") == 200);
  CHECK(browser.has_session());
  CHECK(ask("/erp/x") == 200);
  CHECK(ask("/erp/in") == 200);
  CHECK(ask("/local/x") == 200);
  CHECK(ask("/erp/y") == 200);
  REQUIRE(fixture.one.count("/erp/x") == 1);
  CHECK(fixture.one.requests_to("/erp/x").at(0).field("Cookie").empty());
  REQUIRE(fixture.one.count("/erp/y") == 1);
  CHECK(fixture.one.requests_to("/erp/y").at(0).field("Cookie") == "SID=own");
  REQUIRE(fixture.central.count("/local/x") == 1);
  CHECK(fixture.central.requests_to("/local/x").at(0).field("Cookie") == "SID=provider");
}

TEST_CASE("tenant destinations: tenants that a stranger makes up are look-ups of his address [issue 15]") {
  TenantFixture fixture(Variables{{"LIMIT_LOOK_UPS_PER_ADDRESS", "3"}});
  fixture.uaa.answer("t4", 404);
  CHECK(fixture.get("t1", "/erp/x").status() == 200);
  CHECK(fixture.get("t2", "/erp/x").status() == 200);
  CHECK(fixture.get("t4", "/erp/x").status() == 404);
  CHECK(fixture.get("t3", "/erp/x").status() == 429);
  CHECK(fixture.get("t1", "/erp/x").status() == 200);
}

TEST_CASE("tenant destinations: a logout tells the back-end of the subscriber whose session it was [issue 15]") {
  TenantFixture fixture;
  Browser browser(fixture.router.port());
  const auto ask = [&](const std::string& path) {
    return browser.get(path, {{"Host", "127-app.example"}, {"Accept", "text/html"}});
  };
  const auto start = ask("/closed/x");
  REQUIRE(start.status() == 302);
  CHECK(ask(Browser::path_of(Browser::location_from(start.field("Location")))).status() == 302);
  CHECK(ask("/closed/x").status() == 200);
  CHECK(token_user(fixture.local, "/x") == "alice-sub");
  ask("/my/logout");
  REQUIRE(fixture.local.waits_for("/bye", 1));
  CHECK(token_user(fixture.local, "/bye") == "alice-sub");
  for (auto* other : {&fixture.central, &fixture.one, &fixture.two}) CHECK(other->count("/bye") == 0);
}

}  // namespace router::test::tenant_destinations_test
