// Destinations that subscribers have of their own (identity/destination_service.h).
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "identity/destination_service.h"
#include "support/fake_http_client.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::identity::tenant_destinations_test {
namespace {

using base::ErrorCode;
using nlohmann::json;

// An authorization server whose tokens are the names of its subdomains, and the destinations of whoever's they are.
struct World {
  test::FakeClock clock;
  test::FakeLoop loop{clock};
  test::FakeHttpClient http{[this](const net::ClientRequest& request) { return answer(request); }};
  Parts parts{http, loop, clock};
  std::shared_ptr<ClientTokens> tokens = std::make_shared<ClientTokens>(parts);
  std::map<std::string, int> token_statuses;
  std::map<std::string, std::map<std::string, std::string>> hosts;  // of destinations, by token and name
  int status = 200;
  json more = json::object();  // properties of all destinations
  std::shared_ptr<DestinationService> service =
      std::make_shared<DestinationService>(binding("uaa.example"), tokens, parts);

  base::Result<net::ClientResponse> answer(const net::ClientRequest& request) {
    if (request.url.path == "/oauth/token") {
      const auto tenant = request.url.host.substr(0, request.url.host.find('.'));
      const auto told = token_statuses.contains(tenant) ? token_statuses[tenant] : 200;
      if (told != 200) return test::answer_json(told, R"({"error":"refused"})");
      return test::answer_json(200,
                               json{{"token_type", "bearer"}, {"access_token", tenant}, {"expires_in", 43'200}}.dump());
    }
    if (status != 200) return test::answer_json(status, "{}");
    const auto token = std::find_if(request.headers.begin(), request.headers.end(),
                                    [](const auto& field) { return field.first == "Authorization"; });
    const auto& known = hosts[token->second.substr(std::string("Bearer ").size())];
    const auto found = known.find(request.url.path.substr(request.url.path.rfind('/') + 1));
    if (found == known.end()) return test::answer_json(404, "{}");
    json properties{{"Type", "HTTP"}, {"URL", "https://" + found->second}, {"Authentication", "NoAuthentication"}};
    properties.update(more);
    return test::answer_json(200, json{{"destinationConfiguration", properties}}.dump());
  }
  static config::DestinationService binding(const std::string& domain) {
    config::DestinationService bound;
    bound.uri = "https://destination.example.com";
    bound.client.kind = config::ProviderKind::xsuaa;
    bound.client.url = "https://own.uaa.example";
    bound.client.identity_zone = "own";
    bound.client.uaa_domain = domain;
    bound.client.client_id = "c";
    bound.client.client_secret = base::Secret("s");
    return bound;
  }
  // The host that it leads to, or what went wrong.
  std::string find(const std::string& tenant, const std::string& name = "erp") {
    const auto found = test::run_task(service->find(name, tenant, loop), &loop);
    return found ? (*found)->url.host : std::string(to_string(found.error().code));
  }
  std::size_t questions() const {
    return static_cast<std::size_t>(std::count_if(http.requests.begin(), http.requests.end(), [](const auto& request) {
      return request.url.host == "destination.example.com";
    }));
  }
};

}  // namespace

TEST_CASE_FIXTURE(
    World, "destination service: a subscriber's own comes before the provider's, and is nobody else's [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t1", {{"erp", "one.example"}}}, {"t2", {{"erp", "two.example"}}}};
  for (int i = 0; i < 3; ++i) {
    CHECK(find("t1") == "one.example");
    CHECK(find("t2") == "two.example");
    CHECK(find("t3") == "provider.example");
    CHECK(find("") == "provider.example");
    CHECK(find("own") == "provider.example");
  }
  // t1, t2, t3, and the provider's once for itself and t3
  CHECK(questions() == 4);
  CHECK(service->known("erp", "t1")->url.host == "one.example");
  CHECK_FALSE(service->known("erp", "t4"));
}

TEST_CASE_FIXTURE(World, "destination service: a subscriber's own has a jar of its own [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t1", {{"erp", "one.example"}}}};
  CHECK(find("t1") == "one.example");
  CHECK(service->known("erp", "t1")->jar_name() == "erp/t1");
  CHECK_FALSE(service->known("erp", "t1")->is_providers);
  for (const char* tenant : {"", "own", "t2"}) {
    CAPTURE(tenant);
    CHECK(find(tenant) == "provider.example");
    CHECK(service->known("erp", tenant)->jar_name() == "erp");
    CHECK(service->known("erp", tenant)->is_providers);
  }
}

TEST_CASE_FIXTURE(World,
                  "destination service: no subscriber's own is shown the provider's client certificate [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t1", {{"erp", "one.example"}}}};
  more = {{"HTML5.ForwardAuthCertificates", "true"}, {"HTML5.ForwardAuthToken", "true"}};
  CHECK(find("t1") == "one.example");
  CHECK(find("t2") == "provider.example");
  const auto own = service->known("erp", "t1");
  REQUIRE(own);
  CHECK_FALSE(own->forward_auth_certificates);
  CHECK(own->forward_auth_token);
  for (const char* tenant : {"", "own", "t2"}) {
    CAPTURE(tenant);
    const auto providers = service->known("erp", tenant);
    REQUIRE(providers);
    CHECK(providers->forward_auth_certificates);
  }
}

TEST_CASE_FIXTURE(
    World, "destination service: what a subscriber has none of is asked for again with the provider's [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}};
  CHECK(find("t1") == "provider.example");
  CHECK(find("t1", "absent") == "not_found");
  hosts["t1"]["erp"] = "one.example";
  clock.advance(base::minutes(4));
  CHECK(find("t1") == "provider.example");
  clock.advance(base::minutes(1));
  CHECK(find("t1") == "one.example");
  CHECK(find("") == "provider.example");
}

TEST_CASE_FIXTURE(
    World, "destination service: who has not subscribed has the provider's, who does not exist nothing [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}};
  token_statuses = {{"t3", 401}, {"t4", 404}};
  CHECK(find("t3") == "provider.example");
  // it is the same, and nobody's own
  CHECK(service->known("erp", "t3") == service->known("erp", ""));
  CHECK(questions() == 1);
  CHECK(find("t4") == "not_found");
  const auto asked = http.requests.size();
  CHECK(find("t4") == "not_found");
  CHECK(http.requests.size() == asked);
}

TEST_CASE_FIXTURE(
    World, "destination service: with the service away a subscriber's last answer goes on, no other's [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t1", {{"erp", "one.example"}}}};
  CHECK(find("t1") == "one.example");
  CHECK(find("") == "provider.example");
  status = 500;
  clock.advance(base::minutes(6));
  CHECK(find("t1") == "one.example");
  CHECK(find("t2") == "protocol");
  CHECK(find("") == "provider.example");
}

TEST_CASE_FIXTURE(World, "destination service: who subscribes or leaves is asked for anew, nobody else is [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t2", {{"erp", "two.example"}}}};
  token_statuses["t1"] = 401;
  CHECK(find("") == "provider.example");
  CHECK(find("t1") == "provider.example");
  CHECK(find("t2") == "two.example");
  hosts["t1"]["erp"] = "one.example";
  token_statuses.clear();
  tokens->drop_tenant("t1");
  for (const char* tenant : {"t1", "", "own"}) service->drop_tenant(tenant);
  const auto asked = questions();
  CHECK(find("t1") == "one.example");
  CHECK(find("t2") == "two.example");
  CHECK(find("") == "provider.example");
  CHECK(questions() == asked + 1);
}

TEST_CASE_FIXTURE(World,
                  "destination service: tenants that a stranger makes up are his doing, a user's are not [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}};
  service->reserve({"erp"});
  CHECK_FALSE(service->must_ask_for("erp", "", true));
  CHECK_FALSE(service->must_ask_for("erp", "own", true));
  CHECK(service->must_ask_for("erp", "t1", true));
  CHECK_FALSE(service->must_ask_for("erp", "t1", false));
  CHECK(service->must_ask_for("chosen", "t1", false));
  CHECK(find("t1") == "provider.example");
  CHECK_FALSE(service->must_ask_for("erp", "t1", true));
  clock.advance(base::minutes(6));
  // its token is there
  CHECK_FALSE(service->must_ask_for("erp", "t1", true));
}

TEST_CASE_FIXTURE(
    World,
    "destination service: names that subscribers' users make up push out no named one, nor the provider's [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t1", {{"erp", "one.example"}}}};
  service->reserve({"erp"});
  CHECK(find("t1") == "one.example");
  CHECK(find("") == "provider.example");
  for (int i = 0; i < 4'200; ++i) CHECK(find("t1", "made-up" + std::to_string(i)) == "not_found");
  CHECK(service->known("erp", "t1"));
  CHECK(service->known("erp", ""));
  CHECK(find("t2") == "provider.example");
}

TEST_CASE_FIXTURE(World, "destination service: a client that knows no tenants has the provider's for all [issue 15]") {
  service = std::make_shared<DestinationService>(binding(""), tokens, parts);
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t1", {{"erp", "one.example"}}}};
  CHECK(find("t1") == "provider.example");
  CHECK(find("t2") == "provider.example");
  CHECK(questions() == 1);
}

TEST_CASE_FIXTURE(World,
                  "destination service: who cannot wait is told of the subscriber's own, or of nothing [issue 15]") {
  hosts = {{"own", {{"erp", "provider.example"}}}, {"t1", {{"erp", "one.example"}}}};
  CHECK(find("") == "provider.example");
  CHECK_FALSE(service->known_or_ask("erp", "t1"));
  loop.run_ready();
  REQUIRE(service->known_or_ask("erp", "t1"));
  CHECK(service->known_or_ask("erp", "t1")->url.host == "one.example");
}

}  // namespace router::identity::tenant_destinations_test
