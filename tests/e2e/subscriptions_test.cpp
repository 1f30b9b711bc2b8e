// The callbacks of a bound saas-registry (docs/contract/html5.md section 4).
#include <doctest/doctest.h>

#include "e2e/xsuaa_fixture.h"

namespace router::test::subscriptions_test {

using nlohmann::json;
using Routes = std::vector<json>;
using Variables = std::map<std::string, std::string>;

namespace {

json registry(const std::string& host = "app.example") {
  const json urls{{"getDependencies", "https://" + host + "/cb/dependencies"},
                  {"onSubscription", "https://" + host + "/cb/tenants/{tenantId}"}};
  return {{"saas-registry", binding("registry", {{"appUrls", urls.dump()}})},
          {"destination", binding("destinations", {{"uri", "http://127.0.0.1:9"},
                                                   {"url", "http://127.0.0.1:9"},
                                                   {"clientid", "c"},
                                                   {"clientsecret", "s"},
                                                   {"xsappname", "destinations!b1"}})},
          {"biz", binding("biz", {{"sap.cloud.service", "com.biz"},
                                  {"url", "http://127.0.0.1:9"},
                                  {"saasregistryenabled", true},
                                  {"xsappname", "biz!b2"}})}};
}

struct Subscriptions : XsuaaFixture {
  explicit Subscriptions(const Variables& variables = {}, const json& services = registry())
      : XsuaaFixture(Routes{route("cb", "none", {{"target", "/app/$1"}}), route("app", "xsuaa")}, services, variables,
                     {{"xsappname", "app!t1"}}) {}

  std::string token(const std::string& scope = "app!t1.Callback") const {
    return "Bearer " + provider.access_token({{"scope", json::array({scope})}});
  }
  RawAnswer ask(const std::string& method, const std::string& path, const std::string& authorization,
                const std::string& body = "", const std::string& host = "app.example") {
    RawClient client(router.port());
    client.send(authorization.empty()
                    ? make_request(method, path, {{"Host", host}}, body)
                    : make_request(method, path, {{"Host", host}, {"Authorization", authorization}}, body));
    return client.read(kPatience, method);
  }
};

}  // namespace

TEST_CASE("subscriptions: the registry is told what a subscriber needs as well [issue 15]") {
  Subscriptions fixture;
  const auto answer = fixture.ask("GET", "/cb/dependencies?tenantId=x", fixture.token());
  CHECK(answer.status() == 200);
  CHECK(json::parse(answer.body) ==
        json::array({{{"xsappname", "biz!b2"}}, {{"appId", "destinations!b1"}, {"appName", "destination"}}}));
  CHECK(fixture.app.requests().empty());
}

TEST_CASE("subscriptions: nobody else is answered, and nobody is sent to log in [issue 15]") {
  Subscriptions fixture;
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    CAPTURE(method);
    const std::string path = method == std::string("GET") ? "/cb/dependencies" : "/cb/tenants/t-1";
    CHECK(fixture.ask(method, path, "").status() == 401);
    CHECK(fixture.ask(method, path, kAda).status() == 401);
    CHECK(fixture.ask(method, path, "Bearer a.b.c").status() == 401);
    CHECK(fixture.ask(method, path, fixture.token("app!t1.Other")).status() == 403);
    // the scheme is spelt as anybody likes
    CHECK(fixture.ask(method, path, "bEARER" + fixture.token("app!t1.Other").substr(6)).status() == 403);
  }
  CHECK(fixture.app.requests().empty());
  // other methods and paths are the routes' business
  CHECK(fixture.ask("POST", "/cb/tenants/t-1", "").body == "/app/tenants/t-1");
  CHECK(fixture.ask("PUT", "/cb/tenants/a/b", "").body == "/app/tenants/a/b");
  CHECK(fixture.ask("PUT", "/cb/tenants/", "").body == "/app/tenants/");
}

TEST_CASE("subscriptions: a tenant gets the address with its own subdomain [issue 15]") {
  Subscriptions fixture(Variables{{"TENANT_HOST_PATTERN", "^(.*)-app\\.example"}});
  const std::string body = R"({"subscribedSubdomain": "acme", "subscribedTenantId": "t-1"})";
  const auto put = [&](const std::string& path, const std::string& with, const std::string& host) {
    return fixture.ask("PUT", path, fixture.token(), with, host);
  };
  const auto answer = put("/cb/tenants/t-1", body, "provider-app.example:8080");
  CHECK(answer.status() == 200);
  CHECK(answer.body == "http://acme-app.example:8080");
  CHECK(answer.field("Content-Type").find("text/plain") == 0);
  CHECK(put("/cb/tenants/t-1?application.url=https%3A%2F%2Fx-app.example%2Fstart", body, "provider-app.example").body ==
        "https://acme-app.example/start");
  for (const char* bad : {"", "{}", "no json", R"({"subscribedSubdomain": 5})", R"({"subscribedSubdomain": "a.b"})",
                          R"({"subscribedSubdomain": "evil.example/"})", R"({"subscribedSubdomain": ""})"}) {
    CAPTURE(bad);
    CHECK(put("/cb/tenants/t-1", bad, "provider-app.example").status() == 400);
  }
}

TEST_CASE("subscriptions: who leaves is signed out, nobody else is [issue 15]") {
  Subscriptions fixture;
  const std::string zone = json::parse(decoded_claims(fixture.token())).at("zid");
  Browser browser(fixture.router.port());
  const auto status = [&] { return browser.get("/app/x", {{"X-Requested-With", "XMLHttpRequest"}}).status(); };
  CHECK(browser.open("/app/x").status() == 200);
  CHECK(fixture.ask("DELETE", "/cb/tenants/other-" + zone, fixture.token()).status() == 200);
  CHECK(status() == 200);
  CHECK(fixture.ask("DELETE", "/cb/tenants/" + zone, fixture.token()).status() == 200);
  CHECK(status() == 401);
  CHECK(fixture.ask("DELETE", "/cb/tenants/t-1", fixture.token()).status() == 200);
  CHECK(fixture.ask("DELETE", "/cb/tenants/t-1", fixture.token(), R"({"subscribedSubdomain": "acme"})").body.empty());
}

TEST_CASE("subscriptions: callbacks of another application are routes here [issue 15]") {
  Subscriptions fixture(Variables{{"VCAP_APPLICATION", R"({"application_uris": ["router.example"]})"}},
                        registry("other.example"));
  CHECK(fixture.ask("PUT", "/cb/tenants/t-1", "").body == "/app/tenants/t-1");
  Subscriptions ours(Variables{{"VCAP_APPLICATION", R"({"application_uris": ["router.example"]})"}},
                     registry("t.router.example"));
  CHECK(ours.ask("PUT", "/cb/tenants/t-1", "").status() == 401);
}

}  // namespace router::test::subscriptions_test
