// Back-ends behind a Cloud Connector: through the proxy of the connectivity service (docs/contract/html5.md section 3).
#include <doctest/doctest.h>

#include "e2e/browser.h"
#include "e2e/xsuaa_fixture.h"
#include "support/stub_destination_service.h"
#include "support/stub_name_server.h"
#include "support/stub_uaa.h"

namespace router::test::on_premise_test {

using nlohmann::json;
using Variables = std::map<std::string, std::string>;

namespace {

// The proxy: takes whole requests alone, of who has the newest token of his tenant; knows the host erp.virtual.
struct OnPremiseFixture {
  StubUaa uaa;
  StubNameServer names;
  StubProvider provider;
  RecordingBackend proxy;
  StubDestinationService destinations;
  RouterProcess router;

  // `has_subscribers`: they have destinations of their own.
  explicit OnPremiseFixture(const Variables& variables = {}, bool has_subscribers = false)
      : destinations(has_subscribers ? &uaa : nullptr), router(setup(variables)) {}

  RawAnswer get(const std::string& path, FieldList fields = {}) { return Browser(router.port()).get(path, fields); }

 private:
  RouterSetup setup(const Variables& variables) {
    uaa.tell(names, {StubUaa::kProvider, "t1", "t2"});
    proxy.otherwise([this](Conversation& conversation) { answer(conversation); });
    auto credentials = uaa.credentials("connectivity-client");
    credentials.update({{"onpremise_proxy_host", "127.0.0.1"},
                        {"onpremise_proxy_http_port", std::to_string(proxy.port())},
                        {"token_service_url", credentials["url"]}});
    json services{{"xsuaa", binding("uaa", provider.credentials())},
                  {"connectivity", binding("connectivity", credentials)}};
    services.update(json::parse(destinations.binding()));
    destinations.set(
        "looked", "http://erp.virtual:44300/base",
        {{"ProxyType", "OnPremise"}, {"CloudConnectorLocationId", "site"}, {"Authentication", "PrincipalPropagation"}});
    RouterSetup setup;
    setup.environment["PRESERVE_FRAGMENT"] = "false";
    setup.environment["NAME_SERVERS"] = names.address();
    setup.environment["VCAP_SERVICES"] = services.dump();
    for (const auto& [name, value] : variables) setup.environment[name] = value;
    setup.add_destination("erp", "http://erp.virtual:8080/base", {{"proxyType", "OnPremise"}});
    setup.add_destination("other", "http://other.virtual", {{"proxyType", "OnPremise"}});
    setup.add_destination("kept", "https://erp.virtual",
                          {{"proxyType", "OnPremise"}, {"preserveHostHeader", true}, {"rewriteLocation", true}});
    setup.add_public_route("kept");
    setup.add_public_route("erp");
    setup.add_public_route("other");
    setup.add_route({{"source", "^/looked/(.*)$"}, {"destination", "looked"}, {"target", "/$1"}});
    setup.add_route(
        {{"source", "^/open/(.*)$"}, {"destination", "looked"}, {"target", "/$1"}, {"authenticationType", "none"}});
    setup.add_route({{"source", "^/local/(.*)$"},
                     {"destination", "looked"},
                     {"target", "/$1"},
                     {"authenticationType", "none"},
                     {"preferLocal", true}});
    setup.descriptor["websockets"] = {{"enabled", true}};
    setup.descriptor["logout"] = {{"logoutEndpoint", "/my/logout"}};
    setup.descriptor["destinations"] = {{"looked", {{"logoutPath", "/bye"}}}};
    return setup;
  }

  void answer(Conversation& conversation) {
    conversation.read_body();
    const auto& request = conversation.request();
    const auto field = request.field("Proxy-Authorization");
    bool is_good = false;
    for (const char* tenant : {StubUaa::kProvider, "t1", "t2"})
      is_good = is_good || uaa.is_good(std::string(field), "connectivity-client", tenant);
    if (!is_good) {
      conversation.send_response(407, "who are you");
    } else if (request.target().find("http://erp.virtual:") != 0) {
      conversation.send_response(503, "no cloud connector");
    } else {
      conversation.send_response(200, request.target(), "Proxy-Authenticate: x\r\nSAP-Connectivity-Trace: y\r\n");
    }
  }
};

}  // namespace

TEST_CASE("on premise: the proxy gets the request whole, with a token of the router's own [issue 15]") {
  OnPremiseFixture fixture;
  const auto answer = fixture.get("/erp/x?a=1", {{"Proxy-Authorization", "Bearer mine"},
                                                 {"SAP-Connectivity-Authentication", "Bearer mine"},
                                                 {"sap_connectivity_scc-location_id", "mine"}});
  CHECK(answer.status() == 200);
  CHECK(answer.body == "http://erp.virtual:8080/base/erp/x?a=1");
  CHECK(answer.field("Proxy-Authenticate").empty());
  CHECK(answer.field("SAP-Connectivity-Trace").empty());
  const auto asked = fixture.proxy.requests().at(0);
  CHECK(asked.field("Host") == "erp.virtual:8080");
  CHECK(
      fixture.uaa.is_good(std::string(asked.field("Proxy-Authorization")), "connectivity-client", StubUaa::kProvider));
  CHECK(asked.field("SAP-Connectivity-Authentication").empty());
  CHECK(asked.field("SAP-Connectivity-SCC-Location_ID").empty());
  CHECK(fixture.get("/erp/y").status() == 200);
  CHECK(fixture.uaa.asked("connectivity-client").size() == 1);
  // no Cloud Connector has it
  CHECK(fixture.get("/other/x").status() == 503);
}

TEST_CASE(
    "on premise: https is the Cloud Connector's, a host that is kept is the client's, Location is here [issue 15]") {
  OnPremiseFixture fixture;
  fixture.proxy.on(
      "http://erp.virtual:443/kept/away",
      answers("HTTP/1.1 302 Found\r\nLocation: https://erp.virtual/kept/there\r\nContent-Length: 0\r\n\r\n"));
  const auto answer = fixture.get("/kept/x", {{"Host", "front.example"}});
  CHECK(answer.body == "http://erp.virtual:443/kept/x");
  const auto asked = fixture.proxy.requests().at(0);
  CHECK(asked.field("Host") == "front.example");
  CHECK(asked.field("x-forwarded-host") == "front.example");
  CHECK(fixture.get("/kept/away", {{"Host", "front.example"}}).field("Location") == "/kept/there");
}

TEST_CASE("on premise: a WebSocket is a GET through the proxy, with its token, location and user [issue 15]") {
  OnPremiseFixture fixture;
  fixture.proxy.on("http://erp.virtual:44300/base/socket", [](Conversation& conversation) {
    conversation.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    conversation.wait_until_gone();
  });
  Browser browser(fixture.router.port());
  REQUIRE(browser.open("/looked/x").status() == 200);
  RawClient client(fixture.router.port());
  client.send(browser.handshake("/looked/socket"));
  CHECK(client.read_head().status() == 101);
  const auto asked = fixture.proxy.requests_to("http://erp.virtual:44300/base/socket").at(0);
  CHECK(asked.method() == "GET");
  CHECK(asked.field("Upgrade") == "websocket");
  CHECK(
      fixture.uaa.is_good(std::string(asked.field("Proxy-Authorization")), "connectivity-client", StubUaa::kProvider));
  CHECK(asked.field("SAP-Connectivity-SCC-Location_ID") == "site");
  CHECK(asked.field("SAP-Connectivity-Authentication").starts_with("Bearer "));
}

TEST_CASE("on premise: a token that the proxy refuses is fetched anew, for requests without a body [issue 15]") {
  OnPremiseFixture fixture;
  CHECK(fixture.get("/erp/x").status() == 200);
  fixture.uaa.withdraw_all();
  CHECK(fixture.get("/erp/x").status() == 200);
  CHECK(fixture.uaa.asked("connectivity-client").size() == 2);
  fixture.uaa.withdraw_all();
  Browser browser(fixture.router.port());
  CHECK(browser.send("POST", "/erp/x", {}, "body").status() == 502);
  CHECK(browser.send("POST", "/erp/x", {}, "body").status() == 200);
  // whatever token it is shown
  fixture.proxy.otherwise([](Conversation& conversation) {
    conversation.read_body();
    conversation.send_response(407, "no");
  });
  CHECK(fixture.get("/erp/x").status() == 502);
}

TEST_CASE("on premise: a looked-up destination tells of its user and its location, also at logout [issue 15]") {
  OnPremiseFixture fixture;
  Browser browser(fixture.router.port());
  const auto answer = browser.open("/looked/x");
  CHECK(answer.status() == 200);
  CHECK(answer.body == "http://erp.virtual:44300/base/x");
  const auto asked = fixture.proxy.requests().back();
  CHECK(asked.field("SAP-Connectivity-SCC-Location_ID") == "site");
  CHECK(asked.field("Authorization").empty());
  const std::string user(asked.field("SAP-Connectivity-Authentication"));
  REQUIRE(user.starts_with("Bearer "));
  CHECK(json::parse(decoded_claims(user)).value("sub", "") == "alice-sub");
  // nobody is signed in
  CHECK(fixture.get("/open/x").status() == 200);
  CHECK(fixture.proxy.requests().back().field("SAP-Connectivity-Authentication").empty());

  fixture.uaa.withdraw_all();
  CHECK(browser.navigate("/my/logout").status() == 302);
  const std::string bye = "http://erp.virtual:44300/base/bye";
  // the first attempt has an old token, the next one its own
  CHECK(fixture.proxy.waits_for(bye, 2));
  const auto told = fixture.proxy.requests_to(bye).back();
  CHECK(told.method() == "POST");
  CHECK(told.field("SAP-Connectivity-SCC-Location_ID") == "site");
  CHECK(told.field("SAP-Connectivity-Authentication") == user);
  CHECK(told.field("Authorization").empty());
  CHECK(fixture.uaa.is_good(std::string(told.field("Proxy-Authorization")), "connectivity-client", StubUaa::kProvider));
}

TEST_CASE("on premise: each tenant has tokens and connections of its own [issue 15]") {
  OnPremiseFixture fixture(Variables{{"TENANT_HOST_PATTERN", "^(.*)-app\\.example$"}});
  for (int i = 0; i < 2; ++i) {
    for (const char* tenant : {"t1", "t2"}) {
      const std::string host = std::string(tenant) + "-app.example";
      RawClient client(fixture.router.port());
      client.send(make_request("GET", "/erp/x", {{"Host", host}}));
      CHECK(client.read().status() == 200);
      CHECK(fixture.uaa.is_good(std::string(fixture.proxy.requests().back().field("Proxy-Authorization")),
                                "connectivity-client", tenant));
    }
  }
  CHECK(fixture.uaa.asked("connectivity-client") == std::vector<std::string>{"t1", "t2"});
  for (const auto& connection : fixture.proxy.connections()) {
    for (const auto& request : connection.requests) {
      CHECK(request.field("Proxy-Authorization") == connection.requests.front().field("Proxy-Authorization"));
    }
  }
}

TEST_CASE("on premise: the provider's destinations go through his Cloud Connector, a subscriber's not [issue 15]") {
  OnPremiseFixture fixture(Variables{{"TENANT_HOST_PATTERN", "^(.*)-app\\.example$"}}, true);
  fixture.destinations.set("looked", "http://erp.virtual:1", {{"ProxyType", "OnPremise"}}, "t1");
  const auto connector = [&](const std::string& tenant, const std::string& path) -> std::string {
    const std::string host = tenant + "-app.example";
    RawClient client(fixture.router.port());
    client.send(make_request("GET", path, {{"Host", host}}));
    if (client.read().status() != 200) return "none";
    const std::string shown(fixture.proxy.requests().back().field("Proxy-Authorization"));
    for (const char* owner : {StubUaa::kProvider, "t1", "t2"}) {
      if (fixture.uaa.is_good(shown, "connectivity-client", owner)) return owner;
    }
    return "unknown";
  };
  CHECK(connector("t1", "/open/x") == "t1");
  CHECK(connector("t1", "/local/x") == StubUaa::kProvider);
  CHECK(connector("t2", "/open/x") == StubUaa::kProvider);
  // of the variable, which is everybody's
  CHECK(connector("t2", "/erp/x") == "t2");
}

TEST_CASE("on premise: who has not subscribed reaches nobody's Cloud Connector [issue 15]") {
  OnPremiseFixture fixture(Variables{{"TENANT_HOST_PATTERN", "^(.*)-app\\.example$"}});
  fixture.uaa.answer("t1", 401);
  RawClient client(fixture.router.port());
  client.send(make_request("GET", "/erp/x", {{"Host", "t1-app.example"}}));
  CHECK(client.read().status() == 502);
  CHECK(fixture.proxy.requests().empty());
}

}  // namespace router::test::on_premise_test
