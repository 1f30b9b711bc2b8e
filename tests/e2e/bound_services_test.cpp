// Routes to bound services: which token they are called with (docs/contract/descriptor.md "Identity").
#include <doctest/doctest.h>

#include <vector>

#include "e2e/xsuaa_fixture.h"
#include "support/stub_name_server.h"
#include "support/stub_uaa.h"

namespace router::test::bound_services_test {

using nlohmann::json;
using Routes = std::vector<json>;

namespace {

json country(const RecordingBackend& service, const StubProvider& provider, const json& more = json::object()) {
  json credentials{
      {"sap.cloud.service", "com.sap.country"},
      {"sap.cloud.service.alias", "country"},
      {"endpoints", {{"data", {{"url", service.origin() + "/odata"}}}, {"config", service.origin() + "/config"}}},
      {"URL.headers.x-flavour", "sweet"},
      {"uaa", provider.credentials()}};
  credentials.update(more);
  return {{"country", binding("country-instance", credentials)}};
}

json service_route(const std::string& path, const std::string& service, const std::string& endpoint) {
  return {{"source", "^/" + path + "/(.*)$"},
          {"target", "$1"},
          {"service", service},
          {"endpoint", endpoint},
          {"authenticationType", "xsuaa"}};
}

}  // namespace

TEST_CASE("service: called with a token of its own for this user, exchanged once a session") {
  StubProvider uaa;
  RecordingBackend service;
  XsuaaFixture fixture(
      Routes{service_route("svc", "com.sap.country", "data"), service_route("short", "country", "config")},
      country(service, uaa));
  Browser browser(fixture.router.port());
  CHECK(browser.open("/svc/Countries").status() == 200);
  CHECK(token_user(service, "/odata/Countries") == "exchanged-sub");
  CHECK(service.requests_to("/odata/Countries").at(0).field("x-flavour") == "sweet");
  CHECK(browser.get("/svc/Again").status() == 200);
  CHECK(browser.get("/short/x").status() == 200);
  CHECK(token_user(service, "/config/x") == "exchanged-sub");
  CHECK(uaa.grants("urn:ietf:params:oauth:grant-type:jwt-bearer") == 1);
  const auto calls = uaa.calls("/oauth/token");
  CHECK(json::parse(decoded_claims(calls.at(0).parameter("assertion"))).value("sub", "") == "alice-sub");

  // another session has a token of its own
  Browser other(fixture.router.port());
  CHECK(other.open("/svc/Countries").status() == 200);
  CHECK(uaa.grants("urn:ietf:params:oauth:grant-type:jwt-bearer") == 2);
}

TEST_CASE("service: with client_credentials one token for all") {
  StubProvider uaa;
  RecordingBackend service;
  XsuaaFixture fixture(Routes{service_route("svc", "com.sap.country", "data")},
                       country(service, uaa, {{"grant_type", "client_credentials"}}));
  Browser browser(fixture.router.port());
  Browser other(fixture.router.port());
  CHECK(browser.open("/svc/x").status() == 200);
  CHECK(other.open("/svc/y").status() == 200);
  CHECK(token_user(service, "/odata/x") == "nobody-sub");
  CHECK(token_user(service, "/odata/y") == "nobody-sub");
  CHECK(uaa.grants("client_credentials") == 1);
}

TEST_CASE("service: the router's own token goes to public routes, too, and no other Authorization [issue 15]") {
  StubProvider uaa;
  RecordingBackend service;
  auto open = service_route("svc", "com.sap.country", "data");
  open["authenticationType"] = "none";
  XsuaaFixture fixture(Routes{open}, country(service, uaa, {{"grant_type", "client_credentials"}}));
  Browser browser(fixture.router.port());
  CHECK(
      browser.get("/svc/x", {{"Authorization", "Bearer mine"}, {"X-Flavour", "sour"}, {"tenantid", "evil"}}).status() ==
      200);
  CHECK(token_user(service, "/odata/x") == "nobody-sub");
  const auto asked = service.requests_to("/odata/x").at(0);
  CHECK(asked.field("x-flavour") == "sour");
  CHECK(asked.field("tenantid") != "evil");
}

TEST_CASE("service: its 401 passes, and fetches no other token in place of a new one [issue 15]") {
  for (const char* grant : {"user_token", "client_credentials"}) {
    CAPTURE(grant);
    StubProvider uaa;
    RecordingBackend service;
    XsuaaFixture fixture(Routes{service_route("svc", "com.sap.country", "data")},
                         country(service, uaa, {{"grant_type", grant}}));
    Browser browser(fixture.router.port());
    CHECK(browser.open("/svc/x").status() == 200);
    CHECK(browser.get("/svc/x").status() == 200);
    CHECK(uaa.count("/oauth/token") == 1);
    service.on("/odata/no", answers("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"));
    // its 401 is not the router's: it passes
    for (int i = 0; i < 3; ++i) {
      CHECK(browser.get("/svc/no").status() == 401);
      CHECK(browser.get("/svc/x").status() == 200);
    }
    CHECK(uaa.count("/oauth/token") == 1);
  }
}

TEST_CASE("service: each tenant's token is of its own subdomain, and nobody gets the provider's instead [issue 15]") {
  StubUaa uaa;
  StubNameServer names;
  RecordingBackend service;
  uaa.tell(names, {StubUaa::kProvider, "t1", "t2", "t3"});
  uaa.answer("t3", 401);
  json credentials = uaa.credentials("service-client");
  credentials.update(
      {{"sap.cloud.service", "country"}, {"uri", service.origin()}, {"grant_type", "client_credentials"}});
  auto open = service_route("svc", "country", "");
  open.erase("endpoint");
  open["authenticationType"] = "none";
  XsuaaFixture fixture(Routes{open}, {{"country", binding("country", credentials)}},
                       {{"NAME_SERVERS", names.address()}, {"TENANT_HOST_PATTERN", "^(.*)-app\\.example$"}});
  const auto ask = [&](const std::string& host) {
    RawClient client(fixture.router.port());
    client.send(make_request("GET", "/svc/" + host, {{"Host", host}}));
    return client.read().status();
  };
  for (const char* tenant : {"t1", "t2", "t1"}) {
    CAPTURE(tenant);
    const auto host = std::string(tenant) + "-app.example";
    CHECK(ask(host) == 200);
    const auto asked = service.requests_to("/" + host).back();
    CHECK(uaa.is_good(std::string(asked.field("Authorization")), "service-client", tenant));
    CHECK(asked.field("tenantid") == tenant);
  }
  CHECK(uaa.asked("service-client") == std::vector<std::string>{"t1", "t2"});
  CHECK(ask("t3-app.example") == 502);
  CHECK(service.requests_to("/t3-app.example").empty());
}

TEST_CASE("service: tenants that strangers make up are look-ups of their address [issue 15]") {
  StubUaa uaa;
  StubNameServer names;
  RecordingBackend service;
  uaa.tell(names, {StubUaa::kProvider, "t1", "t2", "t3", "t4"});
  uaa.answer("t3", 401);
  uaa.answer("t4", 401);
  json credentials = uaa.credentials("service-client");
  credentials.update(
      {{"sap.cloud.service", "country"}, {"uri", service.origin()}, {"grant_type", "client_credentials"}});
  auto open = service_route("svc", "country", "");
  open.erase("endpoint");
  open["authenticationType"] = "none";
  XsuaaFixture fixture(Routes{open}, {{"country", binding("country", credentials)}},
                       {{"NAME_SERVERS", names.address()},
                        {"TENANT_HOST_PATTERN", "^(.*)-app\\.example$"},
                        {"LIMIT_LOOK_UPS_PER_ADDRESS", "1"}});
  const auto ask = [&](const std::string& tenant) {
    RawClient client(fixture.router.port());
    client.send(make_request("GET", "/svc/x", {{"Host", tenant + "-app.example"}}));
    return client.read().status();
  };
  CHECK(ask("t1") == 200);
  CHECK(ask("t2") == 200);
  CHECK(ask("t3") == 502);
  CHECK(ask("t4") == 429);
  CHECK(ask("t1") == 200);
  CHECK(uaa.asked("service-client") == std::vector<std::string>{"t1", "t2", "t3"});
}

TEST_CASE("service: a user whose token is not taken is 403, a server that is down 502") {
  StubProvider uaa;
  RecordingBackend service;
  XsuaaFixture fixture(Routes{service_route("svc", "com.sap.country", "data")}, country(service, uaa));
  Browser browser(fixture.router.port());
  uaa.behave({.token_status = 400, .token_error = "invalid_grant"});
  CHECK(browser.open("/svc/x").status() == 403);
  uaa.behave({.token_status = 500});
  CHECK(browser.get("/svc/x").status() == 502);
  CHECK(service.requests().empty());
  uaa.behave({});
  CHECK(browser.get("/svc/x").status() == 200);
}

TEST_CASE("service: callers are exchanged as well, and twenty requests at once ask once") {
  StubProvider uaa;
  RecordingBackend service;
  XsuaaFixture fixture(Routes{service_route("svc", "com.sap.country", "data")}, country(service, uaa));
  Browser browser(fixture.router.port());
  const std::string bearer = "Bearer " + fixture.provider.access_token();
  CHECK(browser.get("/svc/x", {{kCaller, bearer}}).status() == 200);
  CHECK(browser.get("/svc/x", {{kCaller, bearer}}).status() == 200);
  CHECK(token_user(service, "/odata/x") == "exchanged-sub");
  CHECK(uaa.grants("urn:ietf:params:oauth:grant-type:jwt-bearer") == 1);
}

}  // namespace router::test::bound_services_test
