#include "identity/token_client.h"

#include <doctest/doctest.h>

#include "crypto/digest.h"
#include "identity/metadata.h"
#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::token_client_test {

using namespace router::identity;
using std::chrono::seconds;
using test::run_task;

namespace {

constexpr const char* kGood = R"({"access_token":"at","token_type":"Bearer","expires_in":300,"scope":"openid"})";

struct Fixture : test::ProviderWorld {
  config::IdentityProvider binding = test::oidc_binding();
  std::shared_ptr<Metadata> endpoints =
      std::make_shared<Metadata>(*read_metadata(stub.document.dump(), test::kIssuer, false));
  TokenClient client{binding, parts};

  Fixture() { stub.token_answer = kGood; }
  base::Result<TokenAnswer> refresh() { return run_task(client.refresh(endpoints, base::Secret("rt"))); }
  base::Result<TokenAnswer> password() { return run_task(client.password(endpoints, "u", base::Secret("pw"))); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "token client: the code exchange sends code, verifier and the exact redirect_uri") {
  const auto answer =
      run_task(client.exchange_code(endpoints, "c&de", "verifier", "https://app.example/login/callback?authType=ias"));
  REQUIRE(answer);
  const auto& request = stub.requests.back();
  CHECK(request.method == "POST");
  CHECK(request.url.to_string() == "https://idp.example/token");
  CHECK(request.timeout < seconds(10));  // the page that says so is due by then
  CHECK(request.max_body <= 1024 * 1024);
  CHECK(stub.header("Content-Type") == "application/x-www-form-urlencoded");
  CHECK(stub.posted("grant_type") == "authorization_code");
  CHECK(stub.posted("code") == "c&de");
  CHECK(stub.posted("code_verifier") == "verifier");
  CHECK(stub.posted("redirect_uri") == "https://app.example/login/callback?authType=ias");
  CHECK(answer->access_token.reveal() == "at");
  CHECK(answer->expires_in == seconds(300));
  CHECK(answer->scopes == std::vector<std::string>{"openid"});
}

TEST_CASE_FIXTURE(Fixture, "token client: the secret goes by Basic, form-url-encoded before base64, and nowhere else") {
  REQUIRE(refresh());
  CHECK(stub.header("Authorization") == "Basic " + crypto::base64_encode("router:p%3Aa%25s%2Bs%26%20word"));
  CHECK(stub.posted("client_secret").empty());
  CHECK(stub.requests.back().url.to_string().find("p%3Aa") == std::string::npos);
  CHECK(stub.header("X-CF-ENCODED-CREDENTIALS").empty());
}

TEST_CASE_FIXTURE(Fixture, "token client: the secret goes into the body where the provider offers only that") {
  endpoints->secret_in_body = true;
  REQUIRE(refresh());
  CHECK(stub.header("Authorization").empty());
  CHECK(stub.posted("client_id") == "router");
  CHECK(stub.posted("client_secret") == "p:a%s+s& word");
}

TEST_CASE_FIXTURE(Fixture, "token client: with a certificate the client shows that and sends no secret") {
  binding.client_certificate = "CERT";
  binding.client_key = base::Secret("KEY");
  REQUIRE(refresh());
  CHECK(stub.requests.back().tls.client_certificate == "CERT");
  CHECK(stub.requests.back().tls.client_key.reveal() == "KEY");
  CHECK(stub.header("Authorization").empty());
  CHECK(stub.posted("client_id") == "router");
  CHECK(stub.posted("client_secret").empty());
}

TEST_CASE_FIXTURE(Fixture, "token client: a public client names itself") {
  binding.client_secret = base::Secret();
  REQUIRE(refresh());
  CHECK(stub.header("Authorization").empty());
  CHECK(stub.posted("client_id") == "router");
}

TEST_CASE_FIXTURE(Fixture, "token client: xsuaa is told that the credentials are encoded") {
  binding = test::xsuaa_binding();
  REQUIRE(refresh());
  CHECK(stub.header("Authorization") == "Basic " + crypto::base64_encode("sb-app%21t1:secret"));
  CHECK(stub.header("X-CF-ENCODED-CREDENTIALS") == "true");
}

TEST_CASE_FIXTURE(Fixture, "token client: refresh, password and client credentials grants") {
  REQUIRE(refresh());
  CHECK(stub.posted("grant_type") == "refresh_token");
  CHECK(stub.posted("refresh_token") == "rt");
  REQUIRE(password());
  CHECK(stub.posted("grant_type") == "password");
  CHECK(stub.posted("username") == "u");
  CHECK(stub.posted("password") == "pw");
  CHECK(stub.posted("scope") == "openid");
  REQUIRE(run_task(client.client_credentials(endpoints)));
  CHECK(stub.posted("grant_type") == "client_credentials");
}

TEST_CASE("token client: an answer is a JSON object with a bearer token of visible characters") {
  struct Row {
    const char* body;
    bool good;
  };
  const Row rows[] = {{kGood, true},
                      {R"({"access_token":"a","token_type":"bearer","refresh_token":"r","id_token":"i"})", true},
                      {R"({"access_token":"a","token_type":"bearer","refresh_token":null})", true},
                      {"<html><body>Sign in</body></html>", false},
                      {"", false},
                      {"[]", false},
                      {R"({"access_token":"a"})", false},
                      {R"({"access_token":"a","token_type":"DPoP"})", false},
                      {R"({"access_token":"a","token_type":["Bearer"]})", false},
                      {R"({"token_type":"Bearer"})", false},
                      {R"({"access_token":"","token_type":"Bearer"})", false},
                      {R"({"access_token":7,"token_type":"Bearer"})", false},
                      {R"({"access_token":"a b","token_type":"Bearer"})", false},
                      {R"({"access_token":"a\r\nX: y","token_type":"Bearer"})", false},
                      {R"({"access_token":"\u00e4","token_type":"Bearer"})", false},
                      {R"({"access_token":"a","token_type":"Bearer","id_token":{}})", false},
                      {R"({"access_token":"a","access_token":"b","token_type":"Bearer"})", false}};
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const auto answer = read_token_answer(row.body);
    REQUIRE(answer.has_value() == row.good);
    if (!row.good) CHECK(answer.error().code == base::ErrorCode::protocol);
  }
}

TEST_CASE("token client: a lifetime that makes no sense is left out, an endless one is cut") {
  struct Row {
    const char* value;
    std::optional<base::seconds> expected;
  };
  const Row rows[] = {{"300", seconds(300)},
                      {"300.7", seconds(300)},
                      {"\"300\"", seconds(300)},
                      {"0", std::nullopt},
                      {"-5", std::nullopt},
                      {"\"soon\"", std::nullopt},
                      {"null", std::nullopt},
                      {"true", std::nullopt},
                      {"1e300", seconds(365 * 24 * 3600)},
                      {"-1e300", std::nullopt},
                      {"18446744073709551615", seconds(365 * 24 * 3600)}};
  for (const Row& row : rows) {
    CAPTURE(row.value);
    const auto answer =
        read_token_answer(std::string(R"({"access_token":"a","token_type":"Bearer","expires_in":)") + row.value + "}");
    REQUIRE(answer);
    CHECK(answer->expires_in == row.expected);
  }
}

TEST_CASE_FIXTURE(Fixture, "token client: what a refusal means for the session") {
  struct Row {
    int status;
    const char* body;
    base::ErrorCode code;
    bool retryable;
  };
  const Row rows[] = {{400, R"({"error":"invalid_grant"})", base::ErrorCode::unauthenticated, false},
                      {401, R"({"error":"invalid_token"})", base::ErrorCode::unauthenticated, false},
                      {401, R"({"error":"invalid_client"})", base::ErrorCode::protocol, false},
                      {401, R"({"error":"unauthorized"})", base::ErrorCode::protocol, false},
                      {400, R"({"error":"invalid_request"})", base::ErrorCode::protocol, false},
                      {400, "<html>", base::ErrorCode::protocol, false},
                      {302, "", base::ErrorCode::protocol, false},
                      {500, R"({"error":"invalid_grant"})", base::ErrorCode::protocol, true},
                      {503, "", base::ErrorCode::protocol, true}};
  for (const Row& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    stub.token_status = row.status;
    stub.token_answer = row.body;
    const auto answer = refresh();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == row.code);
    CHECK(answer.error().retryable == row.retryable);
    CHECK(answer.error().side == base::Side::identity_provider);
  }
}

TEST_CASE_FIXTURE(Fixture, "token client: wrong passwords are told apart from faults of the client") {
  stub.token_status = 401;
  stub.token_answer = R"({"error":"unauthorized","error_description":"Bad credentials"})";
  CHECK(password().error().code == base::ErrorCode::unauthenticated);
  stub.token_answer = R"({"error":"invalid_client"})";
  CHECK(password().error().code == base::ErrorCode::protocol);
}

TEST_CASE_FIXTURE(Fixture, "token client: failures of the connection pass as they are, without secrets in them") {
  for (const auto code : {base::ErrorCode::timeout, base::ErrorCode::refused, base::ErrorCode::protocol}) {
    stub.fail_with = code;
    const auto answer = refresh();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == code);
    CHECK(answer.error().detail.find("p:a%s+s& word") == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "token client: revocation says which token and of which kind") {
  CHECK(run_task(client.revoke(endpoints, base::Secret("rt"), "refresh_token")));
  CHECK(stub.requests.back().url.path == "/revoke");
  CHECK(stub.posted("token") == "rt");
  CHECK(stub.posted("token_type_hint") == "refresh_token");
  CHECK_FALSE(stub.header("Authorization").empty());
  stub.revoke_status = 503;
  const auto away = run_task(client.revoke(endpoints, base::Secret("rt"), "refresh_token"));
  REQUIRE_FALSE(away);
  CHECK(away.error().retryable);
  endpoints->revocation_endpoint.clear();
  CHECK(run_task(client.revoke(endpoints, base::Secret("rt"), "x")).error().code == base::ErrorCode::not_found);
}

TEST_CASE("token client: a scope that is there but empty grants none, one that is not there says nothing [S6]") {
  using Scopes = std::optional<std::vector<std::string>>;
  struct Row {
    const char* member;
    Scopes scopes;
  };
  const Row rows[] = {
      {"", std::nullopt},
      {R"(,"scope":null)", std::nullopt},
      {R"(,"scope":"")", Scopes::value_type{}},
      {R"(,"scope":"   ")", Scopes::value_type{}},
      {R"(,"scope":[])", Scopes::value_type{}},
      {R"(,"scope":7)", Scopes::value_type{}},
      {R"(,"scope":"a b")", Scopes::value_type{"a", "b"}},
      {R"(,"scope":["a","b"])", Scopes::value_type{"a", "b"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.member);
    const auto answer =
        read_token_answer(R"({"access_token":"at","token_type":"Bearer")" + std::string(row.member) + "}");
    REQUIRE(answer);
    CHECK(answer->scopes == row.scopes);
  }
}

}  // namespace router::token_client_test
