#include "identity/token_issuer.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "identity/metadata.h"
#include "support/fake_http_client.h"
#include "support/fake_loop.h"
#include "support/run_task.h"
#include "support/token_signer.h"

namespace router::token_issuer_test {

using namespace router::identity;
using nlohmann::json;
using test::TokenSigner;

namespace {

constexpr const char* kRisk = "https://risk.example/tenant";

struct Fixture {
  Fixture() {
    client.set_answer([this](const net::ClientRequest& request) -> base::Result<net::ClientResponse> {
      const bool is_keys = request.url.path == "/keys";
      return test::answer_json(200, is_keys ? keys : document.dump());
    });
  }
  base::Result<crypto::JwsPayload> verify(const std::string& token) {
    return test::run_task(issuers.find(kRisk)->verify(token), &loop);
  }

  test::FakeClock clock;
  test::FakeLoop loop{clock};
  test::FakeHttpClient client;
  json document{{"issuer", kRisk}, {"jwks_uri", "https://risk.example/keys"}};
  std::string keys = test::jwks({TokenSigner::shared_rsa()});
  TokenIssuers issuers{{kRisk}, transmitter_url, Parts{client, loop, clock}};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "token issuer: keys come from the metadata of the issuer, once [issue 16]") {
  const json claims{{"iss", kRisk}};
  REQUIRE(verify(TokenSigner::shared_rsa().sign(claims)));
  REQUIRE(verify(TokenSigner::shared_rsa().sign(claims)));
  REQUIRE(client.requests.size() == 2);
  CHECK(client.requests[0].url.to_string() == "https://risk.example/.well-known/ssf-configuration/tenant");
  CHECK(client.requests[1].url.to_string() == "https://risk.example/keys");
  CHECK(issuers.find("https://risk.example") == nullptr);
  CHECK(issuers.are({kRisk}));
  CHECK_FALSE(issuers.are({kRisk, "https://other.example"}));
  CHECK_FALSE(issuers.are({"https://other.example"}));
}

TEST_CASE_FIXTURE(Fixture, "token issuer: a bad token is told from metadata or keys that are away [issue 16]") {
  const json claims{{"iss", kRisk}};
  for (const auto& bad : {TokenSigner::other_rsa().sign(claims), test::unsigned_token(claims), std::string("junk"),
                          TokenSigner::hmac("secret").sign(claims)}) {
    const auto refused = verify(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::unauthenticated);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "token issuer: a key that may be new is waited for, while keys are not looked up again [issue 16]") {
  const json claims{{"iss", kRisk}};
  REQUIRE_FALSE(verify(TokenSigner::other_rsa().sign(claims)));
  const auto forged = verify(test::with_broken_signature(TokenSigner::shared_rsa().sign(claims)));
  REQUIRE_FALSE(forged);
  CHECK(forged.error().code == base::ErrorCode::unauthenticated);
  keys = test::jwks({TokenSigner::shared_rsa(), TokenSigner::other_rsa()});
  const auto early = verify(TokenSigner::other_rsa().sign(claims));
  REQUIRE_FALSE(early);
  CHECK(early.error().code == base::ErrorCode::unavailable);
  clock.advance(base::minutes(2));
  CHECK(verify(TokenSigner::other_rsa().sign(claims)));
}

TEST_CASE("token issuer: metadata of somebody else, without keys, or that weaken https are of no use [issue 16]") {
  const json documents[] = {
      {{"issuer", "https://risk.example"}, {"jwks_uri", "https://risk.example/keys"}},
      {{"issuer", kRisk}},
      {{"issuer", kRisk}, {"jwks_uri", "http://risk.example/keys"}},
      {{"issuer", kRisk}, {"jwks_uri", "ftp://risk.example/keys"}},
      {{"issuer", kRisk}, {"jwks_uri", 7}},
      json::array(),
  };
  for (const auto& document : documents) {
    CAPTURE(document.dump());
    Fixture fixture;
    fixture.document = document;
    const auto refused = fixture.verify(TokenSigner::shared_rsa().sign({{"iss", kRisk}}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::unavailable);
  }
}

TEST_CASE("transmitter: its metadata stands before the path of its issuer [issue 16]") {
  CHECK(transmitter_url("https://tr.example.com") == "https://tr.example.com/.well-known/ssf-configuration");
  CHECK(transmitter_url("https://tr.example.com/") == "https://tr.example.com/.well-known/ssf-configuration");
  CHECK(transmitter_url("https://tr.example.com/a/b") == "https://tr.example.com/.well-known/ssf-configuration/a/b");
  CHECK(transmitter_url("http://127.0.0.1:8080") == "http://127.0.0.1:8080/.well-known/ssf-configuration");
}

}  // namespace router::token_issuer_test
