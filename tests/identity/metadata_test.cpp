#include "identity/metadata.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"

namespace router::metadata_test {

using namespace router::identity;
using nlohmann::json;

namespace {

base::Result<Metadata> read(const json& patch, const std::string& issuer = test::kIssuer,
                            bool with_certificate = false) {
  json document = test::StubProvider().document;
  document.merge_patch(patch);
  return read_metadata(document.dump(), issuer, with_certificate);
}

}  // namespace

TEST_CASE("metadata: the endpoints of a right document") {
  const auto metadata = read({{"authorization_response_iss_parameter_supported", true},
                              {"id_token_signing_alg_values_supported", {"RS256", "ES256"}}});
  REQUIRE(metadata);
  CHECK(metadata->authorization_endpoint == "https://idp.example/authorize");
  CHECK(metadata->end_session_endpoint == "https://idp.example/logout");
  CHECK(metadata->announces_iss);
  CHECK(metadata->signing_algs == std::vector<std::string>{"RS256", "ES256"});
  CHECK_FALSE(metadata->secret_in_body);
}

TEST_CASE("metadata: an issuer that differs is refused, and both values are named") {
  for (const char* issuer :
       {"https://idp.example/", "https://IDP.example", "http://idp.example", "https://evil.example", ""}) {
    CAPTURE(issuer);
    const auto metadata = read({{"issuer", issuer}});
    REQUIRE_FALSE(metadata);
    CHECK(metadata.error().detail.find(std::string("\"") + issuer + "\"") != std::string::npos);
    CHECK(metadata.error().detail.find("\"https://idp.example\"") != std::string::npos);
  }
  CHECK_FALSE(read({{"issuer", nullptr}}));
  CHECK_FALSE(read({{"issuer", json::array({test::kIssuer})}}));
}

TEST_CASE("metadata: every endpoint is a URL, and https below an https issuer") {
  for (const char* name :
       {"authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint", "revocation_endpoint"}) {
    CAPTURE(name);
    for (const char* url :
         {"http://idp.example/x", "ftp://idp.example/x", "javascript:alert(1)", "//idp.example/x", "/x",
          "https://user@idp.example/x", "https://idp.example/x#f", "wss://idp.example/x", "text"}) {
      CAPTURE(url);
      CHECK_FALSE(read({{name, url}}));
    }
  }
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"})
    CHECK_FALSE(read({{name, nullptr}}));
  for (const char* name : {"end_session_endpoint", "revocation_endpoint"}) CHECK(read({{name, nullptr}}));
}

TEST_CASE("metadata: an http issuer, as on loopback, may have http endpoints") {
  CHECK(read({{"issuer", "http://127.0.0.1:9000"}, {"token_endpoint", "http://127.0.0.1:9000/token"}},
             "http://127.0.0.1:9000"));
}

TEST_CASE("metadata: the secret goes into the body only where nothing else is offered") {
  const auto in_body = [](const json& methods) {
    return read({{"token_endpoint_auth_methods_supported", methods}})->secret_in_body;
  };
  CHECK(in_body({"client_secret_post"}));
  CHECK(in_body({"client_secret_post", "private_key_jwt"}));
  CHECK_FALSE(in_body({"client_secret_post", "client_secret_basic"}));
  CHECK_FALSE(in_body({"private_key_jwt"}));
  CHECK_FALSE(in_body("client_secret_post"));
}

TEST_CASE("metadata: with a client certificate the endpoints for it are taken (RFC 8705)") {
  const json patch{{"mtls_endpoint_aliases", {{"token_endpoint", "https://mtls.idp.example/token"}}}};
  CHECK(read(patch, test::kIssuer, true)->token_endpoint == "https://mtls.idp.example/token");
  CHECK(read(patch, test::kIssuer, false)->token_endpoint == "https://idp.example/token");
  CHECK_FALSE(read({{"mtls_endpoint_aliases", {{"token_endpoint", "http://mtls.idp.example"}}}}, test::kIssuer, true));
}

TEST_CASE("metadata: what is no JSON object is refused") {
  for (const char* text : {"", "<html>", "[]", "null", "{"}) CHECK_FALSE(read_metadata(text, test::kIssuer, false));
}

TEST_CASE("metadata: the document is found below the issuer, with one slash") {
  CHECK(discovery_url("https://idp.example") == "https://idp.example/.well-known/openid-configuration");
  CHECK(discovery_url("https://idp.example/") == "https://idp.example/.well-known/openid-configuration");
  CHECK(discovery_url("https://idp.example/realms/a") ==
        "https://idp.example/realms/a/.well-known/openid-configuration");
}

TEST_CASE("metadata: xsuaa has fixed endpoints, the token endpoint below certurl with a certificate") {
  auto binding = test::xsuaa_binding();
  binding.url += "/";
  auto metadata = xsuaa_metadata(binding);
  CHECK(metadata.authorization_endpoint == "https://tenant.uaa.example/oauth/authorize");
  CHECK(metadata.token_endpoint == "https://tenant.uaa.example/oauth/token");
  CHECK(metadata.jwks_uri == "https://tenant.uaa.example/token_keys");
  CHECK(metadata.end_session_endpoint == "https://tenant.uaa.example/logout.do");
  CHECK(metadata.revocation_endpoint.empty());
  binding.certificate_url = "https://tenant.cert.uaa.example";
  CHECK(xsuaa_metadata(binding).token_endpoint == "https://tenant.uaa.example/oauth/token");
  binding.client_certificate = "PEM";
  CHECK(xsuaa_metadata(binding).token_endpoint == "https://tenant.cert.uaa.example/oauth/token");
}

TEST_CASE("metadata: a service's client is at the tenant's subdomain of its domain, whatever its own url [issue 15]") {
  auto client = test::xsuaa_binding();
  client.url = "https://uaa.example:8443/base";
  CHECK(url_at_tenant(client, client.url, "acme") == client.url);
  client.uaa_domain = "tenants.example";
  CHECK(url_at_tenant(client, client.url, "acme") == "https://acme.tenants.example:8443/base");
  CHECK(url_at_tenant(client, client.url, "") == client.url);
  const auto metadata = std::make_shared<const Metadata>(xsuaa_metadata(client));
  CHECK(at_tenant(client, metadata, "acme")->token_endpoint == "https://acme.tenants.example:8443/base/oauth/token");
  client.kind = config::ProviderKind::oidc;
  CHECK(url_at_tenant(client, client.url, "acme") == client.url);
}

}  // namespace router::metadata_test
