#include <doctest/doctest.h>

#include "config/config_fixture.h"
#include "config/json_access.h"
#include "config/token_rule.h"
#include "support/certificates.h"

namespace router::config::test::bindings_test {
namespace {

constexpr const char* kUaa =
    R"({"name":"my-uaa","tags":["xsuaa"],"credentials":{"url":"https://uaa.example.com",
    "clientid":"c","clientsecret":"s","xsappname":"app"}})";
std::string ias_binding(const std::string& certificate, const std::string& key) {
  const json binding = {
      {"name", "my-ias"},
      {"credentials",
       {{"url", "https://ias.example.com"}, {"clientid", "c"}, {"certificate", certificate}, {"key", key}}}};
  return binding.dump();
}

// What is bound is needed: a route asks for a login.
constexpr const char* kProtected = R"({"routes":[{"source":"^/","localDir":"."}]})";

std::string services(const std::string& inner) { return "{" + inner + "}"; }

TEST_CASE("bindings: ias comes before xsuaa before oidc, and the first is the default of routes") {
  const auto own = router::test::make_self_signed("client.example");
  const LoadResult result = load_variables(
      {{"VCAP_SERVICES",
        services(std::string(R"("xsuaa":[)") + kUaa + R"(],"identity":[)" + ias_binding(own.certificate, own.key) +
                 R"(],"oidc":[{"name":"staff","credentials":{"issuer":"https://a.example.com","clientid":"x"}},
                                     {"name":"guests","credentials":{"issuer":"https://b.example.com","clientid":"y","clientsecret":"z"}}])")}},
      kProtected);
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  const auto& providers = result.configuration->providers;
  REQUIRE(providers.size() == 4);
  CHECK(providers[0].kind == ProviderKind::ias);
  CHECK(providers[0].issuer == "https://ias.example.com");
  CHECK(providers[0].client_certificate == own.certificate);
  CHECK(providers[1].name == "my-uaa");
  CHECK(providers[1].xsappname == "app");
  CHECK(providers[2].name == "staff");
  CHECK(providers[3].client_secret.reveal() == "z");
  CHECK(result.configuration->routes[0].authentication == AuthenticationType::ias);
}

TEST_CASE("bindings: a certificate and key that no handshake could use stop the start") {
  const auto own = router::test::make_self_signed("client.example");
  const auto other = router::test::make_self_signed("other.example");
  struct Row {
    std::string certificate;
    std::string key;
    const char* error;
  };
  for (const Row& row : {Row{"CERT", own.key, "/certificate: found no usable certificate"},
                         Row{own.certificate, "KEY", "/key: found no usable private key"},
                         Row{own.certificate, other.key, "/key: found the key of another certificate"},
                         Row{own.certificate, "", "found certificate without key"}}) {
    const auto result = load_variables(
        {{"VCAP_SERVICES", services(R"("identity":[)" + ias_binding(row.certificate, row.key) + "]")}}, kProtected);
    CHECK(errors_of(result).find(row.error) != std::string::npos);
    CHECK(errors_of(result).find("PRIVATE") == std::string::npos);
  }
}

TEST_CASE("bindings: identityzone is the subdomain of other tenants' URLs, where the url begins with it") {
  const struct {
    const char* url;
    const char* zone;
    const char* found;
  } rows[] = {{"https://acme.uaa.example.com", "acme", "acme"},
              {"https://uaa.example.com", "acme", ""},
              {"https://acmes.uaa.example.com", "acme", ""}};
  for (const auto& row : rows) {
    const json one = {{"url", row.url}, {"clientid", "c"}, {"clientsecret", "s"}, {"identityzone", row.zone}};
    const json all = {{"xsuaa", {{{"name", "uaa"}, {"credentials", one}}}}};
    const LoadResult result =
        load_variables({{"VCAP_SERVICES", all.dump()}, {"TENANT_HOST_PATTERN", "^(.*).app.example"}});
    REQUIRE(result.configuration);
    CHECK(result.configuration->providers[0].identity_zone == row.found);
    CHECK(result.issues.sorted().size() == (*row.found == '\0' ? 1 : 0));
  }
}

TEST_CASE("bindings: id_token_signed_response_alg is one that can be checked") {
  const auto load = [](const char* name, const char* secret) {
    json one = {{"issuer", "https://idp.example.com"}, {"clientid", "c"}, {"id_token_signed_response_alg", name}};
    if (*secret != '\0') one["clientsecret"] = secret;
    const json all = {{"oidc", {{{"name", "idp"}, {"credentials", one}}}}};
    return load_variables({{"VCAP_SERVICES", all.dump()}}, kProtected);
  };
  for (const char* name : {"RS256", "ES256", "PS512", "HS256"}) {
    const LoadResult result = load(name, "a-secret");
    REQUIRE(result.configuration);
    CHECK(result.configuration->providers[0].id_token_signed_response_alg == name);
  }
  for (const char* name : {"none", "RS257", "", "HS384"}) CHECK_FALSE(load(name, "a-secret").configuration);
  CHECK_FALSE(load("HS256", "").configuration);
  CHECK(errors_of(load("RS257", "a-secret")).find("/oidc/0/credentials/id_token_signed_response_alg") !=
        std::string::npos);
}

TEST_CASE("bindings: a route's provider goes by its authentication, a name is needed only among OpenID ones") {
  const json client = {
      {"url", "https://a.example.com"}, {"issuer", "https://b.example.com"}, {"clientid", "c"}, {"clientsecret", "s"}};
  const auto named = [&](const char* name) { return json{{"name", name}, {"credentials", client}}; };
  const json all = {{"xsuaa", {named("uaa")}}, {"identity", {named("ias")}}, {"oidc", {named("one"), named("two")}}};
  const char* descriptor = R"({"routes": [
    {"source": "^/a", "destination": "d", "authenticationType": "xsuaa", "identityProvider": "patients"},
    {"source": "^/b", "destination": "d", "authenticationType": "ias"},
    {"source": "^/c", "destination": "d", "authenticationType": "oidc"},
    {"source": "^/d", "destination": "d", "authenticationType": "oidc", "identityProvider": "two"},
    {"source": "^/e", "destination": "d", "authenticationType": "basic"},
    {"source": "^/f", "destination": "d", "authenticationType": "none"},
    {"source": "^/g", "destination": "d"}]})";
  const std::string destinations = R"([{"name":"d","url":"http://d.example.com"}])";
  const LoadResult result = load_variables({{"VCAP_SERVICES", all.dump()}, {"destinations", destinations}}, descriptor);
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  std::vector<std::string> providers;
  for (const Route& route : result.configuration->routes) providers.push_back(route.provider);
  CHECK(providers == std::vector<std::string>{"uaa", "ias", "one", "two", "uaa", "", "ias"});
  const LoadResult alone = load_variables(
      {{"destinations", destinations}, {"OIDC_ISSUER", "https://b.example.com"}, {"OIDC_CLIENT_ID", "c"}}, descriptor);
  CHECK_FALSE(alone.configuration);  // nobody is called "two"
}

TEST_CASE("bindings: a bound service has its own client, grant, URLs, headers and a short name") {
  const auto load = [](const json& more) {
    json credentials = {{"sap.cloud.service", "com.sap.country"},
                        {"sap.cloud.service.alias", "country"},
                        {"uri", "https://country.example.com/all"},
                        {"endpoints",
                         {{"data", {{"url", "https://country.example.com/odata"}, {"timeout", 120000}}},
                          {"config", "https://country.example.com/config"}}},
                        {"URL.headers.x-flavour", "sweet"},
                        {"uaa",
                         {{"url", "https://acme.uaa.example.com"},
                          {"identityzone", "acme"},
                          {"clientid", "sb-country"},
                          {"clientsecret", "s"}}}};
    credentials.update(more);
    const json all = {{"country", {{{"name", "country-instance"}, {"credentials", credentials}}}}};
    return load_variables({{"VCAP_SERVICES", all.dump()}}, R"({"routes": [
        {"source": "^/a", "service": "com.sap.country", "endpoint": "data", "authenticationType": "none"},
        {"source": "^/b", "service": "country", "endpoint": "config", "authenticationType": "none"},
        {"source": "^/c", "service": "country", "authenticationType": "none"}]})");
  };
  const LoadResult result = load(json::object());
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  const auto& services = result.configuration->services;
  REQUIRE(services.size() == 6);
  CHECK(services.at("com.sap.country").url.path == "/all");
  CHECK(services.at("country/config").url.path == "/config");
  const Destination& data = services.at("com.sap.country/data");
  CHECK(data.name == "com.sap.country");
  CHECK(data.service_key == "com.sap.country/data");
  CHECK(data.timeout == milliseconds(120'000));
  REQUIRE(data.headers.size() == 1);
  CHECK(data.headers[0].value == "sweet");
  REQUIRE(data.service_client);
  CHECK(data.service_client->service == "com.sap.country");
  CHECK(data.service_client->client.client_id == "sb-country");
  CHECK(data.service_client->client.identity_zone == "acme");
  CHECK(data.service_client->grant == ServiceGrant::user_token);

  const LoadResult technical = load({{"grant_type", "client_credentials"}});
  REQUIRE(technical.configuration);
  CHECK(technical.configuration->services.at("country").service_client->grant == ServiceGrant::client_credentials);
  CHECK(errors_of(load({{"grant_type", "password"}})).find("/credentials/grant_type") != std::string::npos);
  const LoadResult without = load({{"uaa", nullptr}});
  REQUIRE(without.configuration);
  CHECK_FALSE(without.configuration->services.at("country").service_client);
  // of a grant type that only a client would have, too
  const LoadResult other = load({{"uaa", nullptr}, {"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}});
  CHECK(errors_of(other) == "");
  REQUIRE(other.configuration);
  CHECK_FALSE(other.configuration->services.at("country").service_client);
  const LoadResult warned = load({{"forwardiastoken", true}});
  CHECK(to_text(warned.issues).find("forwardiastoken, which is not built yet") != std::string::npos);
}

TEST_CASE("bindings: a service's client may stand flat, then url is the authorization server's [issue 15]") {
  const auto load = [](const json& more) {
    json credentials = {{"sap.cloud.service", "country"},
                        {"url", "https://acme.uaa.example.com"},
                        {"identityzone", "acme"},
                        {"clientid", "sb-country"},
                        {"clientsecret", "s"},
                        {"grant_type", "client_credentials"}};
    credentials.update(more);
    const json all = {{"country", {{{"name", "country-instance"}, {"credentials", credentials}}}}};
    return load_variables({{"VCAP_SERVICES", all.dump()}}, R"({"routes": [
        {"source": "^/a", "service": "country", "endpoint": "data", "authenticationType": "none"},
        {"source": "^/b", "service": "country", "authenticationType": "none"}]})");
  };
  const LoadResult result = load(
      {{"uri", "https://country.example.com/all"}, {"endpoints", {{"data", "https://country.example.com/odata"}}}});
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  const auto& services = result.configuration->services;
  CHECK(services.at("country").url.path == "/all");
  CHECK(services.at("country/data").url.path == "/odata");
  const auto& client = *services.at("country").service_client;
  CHECK(client.client.url == "https://acme.uaa.example.com");
  CHECK(client.client.client_id == "sb-country");
  CHECK(client.client.uaa_domain == "uaa.example.com");
  CHECK(client.zone == "acme");
  CHECK(client.grant == ServiceGrant::client_credentials);
}

TEST_CASE("bindings: grant_type mtls wants a certificate and its key, and no client [issue 15]") {
  const auto pair = router::test::make_self_signed("router");
  const auto other = router::test::make_self_signed("other");
  const auto load = [](const json& more) {
    json credentials = {
        {"sap.cloud.service", "country"}, {"url", "https://country.example.com"}, {"grant_type", "mtls"}};
    credentials.update(more);
    const json all = {{"country", {{{"name", "country-instance"}, {"credentials", credentials}}}}};
    return load_variables({{"VCAP_SERVICES", all.dump()}},
                          R"({"routes": [{"source": "^/a", "service": "country", "authenticationType": "none"}]})");
  };
  const LoadResult result = load({{"cert", pair.certificate}, {"key", pair.key}, {"identityzoneid", "z-1"}});
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  const auto& service = result.configuration->services.at("country");
  CHECK(uses_own_certificate(service));
  CHECK_FALSE(takes_token(service));
  CHECK(service.service_client->client.client_certificate == pair.certificate);
  CHECK(service.service_client->zone_id == "z-1");
  const json uaa = {
      {"clientid", "c"}, {"clientsecret", "s"}, {"url", "https://a.uaa.example.com"}, {"identityzoneid", "z-2"}};
  json both = {{"cert", pair.certificate}, {"key", pair.key}, {"uaa", uaa}};
  CHECK(load(both).configuration->services.at("country").service_client->zone_id == "z-2");
  both["identityzoneid"] = "z-1";
  CHECK(load(both).configuration->services.at("country").service_client->zone_id == "z-1");
  for (const json& wrong : {json::object(), json{{"cert", pair.certificate}}, json{{"key", pair.key}}}) {
    CHECK(errors_of(load(wrong)).find("grant_type mtls without cert and key") != std::string::npos);
  }
  const json good{{"cert", pair.certificate}, {"key", pair.key}};
  for (const char* url : {"http://country.example.com", "ws://country.example.com"}) {
    json plain = good;
    plain["url"] = url;
    CHECK(errors_of(load(plain)).find("grant_type mtls without TLS") != std::string::npos);
    plain = good;
    plain["endpoints"] = {{"data", {{"url", url}}}};
    CHECK(errors_of(load(plain)).find("/endpoints/data/url") != std::string::npos);
  }
  CHECK(errors_of(load({{"cert", "x"}, {"key", pair.key}})).find("/credentials/cert") != std::string::npos);
  CHECK(errors_of(load({{"cert", pair.certificate}, {"key", other.key}})).find("/credentials/key") !=
        std::string::npos);
}

TEST_CASE("bindings: UAA_SERVICE_NAME chooses the service") {
  const std::string two = std::string(R"("xsuaa":[)") + kUaa + R"(],"user-provided":[{"name":"other","credentials":
      {"url":"https://other.example.com","clientid":"o","clientsecret":"s"}}])";
  const LoadResult result = load_variables({{"VCAP_SERVICES", services(two)}, {"UAA_SERVICE_NAME", "other"}});
  REQUIRE(result.configuration);
  REQUIRE(result.configuration->providers.size() == 1);
  CHECK(result.configuration->providers[0].client_id == "o");
}

TEST_CASE("bindings: default-services.json serves a developer's machine") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", "{}");
  directory.write("default-services.json",
                  R"({"uaa":{"url":"https://uaa.example.com","clientid":"c","clientsecret":"s"},
      "oidc":[{"name":"a","issuer":"https://a.example.com","clientid":"x"},{"issuer":"https://b.example.com","clientid":"y"}]})");
  const LoadResult result = directory.load();
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  REQUIRE(result.configuration->providers.size() == 3);
  CHECK(result.configuration->providers[0].kind == ProviderKind::xsuaa);
  CHECK(result.configuration->providers[1].name == "a");
  CHECK(result.configuration->providers[2].name == "oidc-2");
  CHECK(directory.load({{"VCAP_APPLICATION", "{}"}}).configuration->providers.empty());
}

TEST_CASE("bindings: faults name the place and never the secret") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", kProtected);
  directory.write("default-services.json", "{\n  \"uaa\": {\"url\": \"uaa\", \"clientsecret\": \"s3cret\"}\n}");
  const std::string errors = errors_of(directory.load());
  CHECK(errors ==
        "default-services.json:2:10: error: /uaa: found no \"clientid\", expected the client id of this "
        "application\n"
        "default-services.json:2:18: error: /uaa/url: found \"uaa\", expected an absolute http or https URL "
        "without query and fragment\n");
}

TEST_CASE("bindings: OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are a provider") {
  const LoadResult result = load_variables(
      {{"OIDC_ISSUER", "http://127.0.0.1:8081"}, {"OIDC_CLIENT_ID", "router"}, {"OIDC_CLIENT_SECRET", "s"}});
  REQUIRE(result.configuration);
  REQUIRE(result.configuration->providers.size() == 1);
  CHECK(result.configuration->providers[0].name == "oidc");
  CHECK(result.configuration->providers[0].scopes == std::vector<std::string>{"openid"});
}

TEST_CASE("bindings: business services have endpoints, one of which is the default") {
  const char* bound =
      R"({"country":[{"name":"my-country","credentials":{"sap.cloud.service":"com.example.country",
      "endpoints":{"one":"https://one.example.com","two":{"url":"https://two.example.com","timeout":1000}}}}]})";
  const LoadResult result =
      load_variables({{"VCAP_SERVICES", bound}},
                     R"({"services":{"com.example.country":{"endpoint":"two","logoutPath":"/bye"}},
          "routes":[{"source":"^/a","service":"com.example.country","endpoint":"one"},{"source":"^/b","service":"com.example.country"}]})");
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  const auto& known = result.configuration->services;
  CHECK(known.at("com.example.country/one").url.host == "one.example.com");
  const Destination& chosen = known.at("com.example.country");
  CHECK(chosen.url.host == "two.example.com");
  CHECK(chosen.timeout == std::chrono::milliseconds(1000));
  CHECK(chosen.logout_path == "/bye");
  CHECK(chosen.is_service);
  CHECK(chosen.forward_auth_token);
  const LoadResult without =
      load_variables({{"VCAP_SERVICES", bound}}, R"({"routes":[{"source":"^/b","service":"com.example.country"}]})");
  CHECK(errors_of(without).find("\"com.example.country\" without endpoint") != std::string::npos);
}

}  // namespace
}  // namespace router::config::test::bindings_test
