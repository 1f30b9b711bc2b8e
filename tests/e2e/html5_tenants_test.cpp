// Applications of several subscribers (docs/contract/html5.md section 1).
#include <doctest/doctest.h>

#include "e2e/html5_fixture.h"
#include "support/stub_name_server.h"
#include "support/stub_uaa.h"

namespace router::test::html5_tenants_test {

using nlohmann::json;

namespace {

struct Tenants {
  StubUaa uaa;
  StubNameServer names;
  StubRepository repository{&uaa};
  RecordingBackend d1;
  RouterProcess router;

  Tenants() : router(setup()) {}

  RawAnswer get(const std::string& host, const std::string& path) {
    RawClient client(router.port());
    client.send(make_request("GET", path, {{"Host", host}}));
    return client.read();
  }

 private:
  RouterSetup setup() {
    uaa.tell(names, {StubUaa::kProvider, "t1", "t2", "t3", "t4"});
    RouterSetup setup;
    setup.environment["NAME_SERVERS"] = names.address();
    setup.environment["TENANT_HOST_PATTERN"] = "^(.*)-app\\.example$";
    setup.environment["VCAP_SERVICES"] = json{{"html5-apps-repo", repository.binding()}}.dump();
    setup.add_destination("d1", d1.origin());
    setup.add_route({{"source", "^/central-app/(.*)$"}, {"destination", "d1"}, {"authenticationType", "none"}});
    return setup;
  }
};

json leads_to(const std::string& target) {
  return {{"routes", json::array({file_route("^/f/(.*)$"),
                                  {{"source", "^/(.*)$"},
                                   {"target", "/" + target + "/$1"},
                                   {"destination", "d1"},
                                   {"authenticationType", "none"}}})}};
}

}  // namespace

TEST_CASE("html5 tenants: each has its own descriptor and token, the host says whose it is [issue 15]") {
  Tenants tenants;
  tenants.repository.add("/app1", leads_to("one").dump(), "t1");
  tenants.repository.add("/app1", leads_to("two").dump(), "t2");
  tenants.repository.file("/app1/f/x", "x");
  for (int i = 0; i < 20; ++i) {
    CHECK(tenants.get("t1-app.example", "/app1/x").body == "/one/x");
    CHECK(tenants.get("t2-app.example", "/app1/x").body == "/two/x");
    CHECK(tenants.get("t1-app.example", "/app1/f/x").body == "x");
    CHECK(tenants.get("t2-app.example", "/app1/f/x").body == "x");
  }
  CHECK(tenants.uaa.asked("repo-client") == std::vector<std::string>{"t1", "t2"});
  CHECK(tenants.repository.count("/app1/xs-app.json") == 2);
  const auto asked = tenants.repository.requests_to("/app1/f/x");
  CHECK(asked.at(0).field("tenantid") == "provider!t1");
  CHECK(asked.at(1).field("tenantid") == "provider!t2");
  // a host that names nobody gets what is the provider's, and no application of a subscriber's
  CHECK(tenants.get("other.example", "/app1/x").status() == 404);
  const auto of_nobody = tenants.repository.requests_to("/app1/xs-app.json").back();
  CHECK(of_nobody.field("tenantid").empty());
}

TEST_CASE(
    "html5 tenants: who has not subscribed is served with the provider's token, who does not exist is 404 [issue 15]") {
  Tenants tenants;
  tenants.repository.add("/app1", leads_to("any").dump());
  tenants.uaa.answer("t3", 401);
  tenants.uaa.answer("t4", 404);
  CHECK(tenants.get("t3-app.example", "/app1/x").status() == 200);
  CHECK(tenants.get("t4-app.example", "/app1/x").status() == 404);
  // no application's path
  CHECK(tenants.get("t4-app.example", "/central-app/x").status() == 200);
  tenants.uaa.answer(StubUaa::kProvider, 401);
  CHECK(tenants.get("t5-app.example", "/app2/x").status() >= 500);
}

TEST_CASE("html5 tenants: a token that is refused is fetched anew, nobody is sent to log in by it [issue 15]") {
  Tenants tenants;
  tenants.repository.add("/app1", leads_to("any").dump());
  tenants.repository.file("/app1/f/x", "x");
  CHECK(tenants.get("t1-app.example", "/app1/f/x").status() == 200);
  tenants.uaa.withdraw_all();
  CHECK(tenants.get("t1-app.example", "/app1/f/x").status() == 200);
  tenants.repository.answer("/app1/f/y", {.status = 401});
  CHECK(tenants.get("t1-app.example", "/app1/f/y").status() == 502);
  CHECK(tenants.repository.count("/app1/f/y") == 2);
  // a body is gone with the first one
  tenants.repository.answer("/app1/f/z", {.status = 401});
  RawClient client(tenants.router.port());
  client.send(make_request("GET", "/app1/f/z", {{"Host", "t1-app.example"}}, "body"));
  CHECK(client.read().status() == 502);
  CHECK(tenants.repository.count("/app1/f/z") == 1);
}

}  // namespace router::test::html5_tenants_test
