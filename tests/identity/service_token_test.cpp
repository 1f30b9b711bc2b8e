#include "identity/service_token.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::service_token_test {

using test::run_task;

namespace {

struct Fixture : test::ProviderWorld {
  config::ServiceClient client;

  Fixture() {
    client.service = "country";
    client.client = test::xsuaa_binding();
    client.client.identity_zone = "tenant";
    stub.token_answer = R"({"access_token":"for-the-service","token_type":"bearer","expires_in":600})";
  }
  base::Result<identity::TokenAnswer> ask(std::string tenant = "") {
    auto service = std::make_shared<const config::ServiceClient>(client);
    return run_task(identity::ask_service_token(service, base::Secret("user-token"), std::move(tenant), parts));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "service token: a user's token is exchanged at the service's own client") {
  const auto answer = ask();
  REQUIRE(answer);
  CHECK(answer->access_token.reveal() == "for-the-service");
  CHECK(stub.requests.back().url.to_string() == "https://tenant.uaa.example/oauth/token");
  CHECK(stub.posted("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer");
  CHECK(stub.posted("assertion") == "user-token");
  CHECK(stub.header("Authorization").starts_with("Basic "));
}

TEST_CASE_FIXTURE(Fixture,
                  "service token: a tenant's is asked for at the tenant's subdomain, with the certificate too") {
  client.client.certificate_url = "https://tenant.cert.uaa.example";
  client.client.client_certificate = "CERT";
  client.client.client_key = base::Secret("KEY");
  REQUIRE(ask("acme"));
  CHECK(stub.requests.back().url.to_string() == "https://acme.cert.uaa.example/oauth/token");
  CHECK(stub.requests.back().tls.client_certificate == "CERT");
  CHECK(stub.header("Authorization").empty());
}

TEST_CASE_FIXTURE(Fixture, "service token: a refusal is told from a server that is away") {
  stub.token_status = 400;
  stub.token_answer = R"({"error":"invalid_grant"})";
  CHECK(ask().error().code == base::ErrorCode::unauthenticated);
  stub.fail_with = base::ErrorCode::timeout;
  CHECK(ask().error().code == base::ErrorCode::timeout);
}

}  // namespace router::service_token_test
