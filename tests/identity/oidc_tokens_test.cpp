// Tokens beside those of a login by code: refreshed ones, of passwords, of callers, of logouts.
#include <doctest/doctest.h>

#include "identity/oidc_world.h"

namespace router::oidc_tokens_test {

using namespace router::identity;
using nlohmann::json;
using test::OidcWorld;
using test::run_task;
using test::TokenSigner;

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: refresh keeps the old refresh token where no new one came") {
  answer_with(sign({{"nonce", nullptr}}), {{"refresh_token", nullptr}});
  const auto login = refresh();
  REQUIRE(login);
  CHECK(stub.posted("refresh_token") == "rt-1");
  CHECK(login->tokens.refresh_token.reveal() == "rt-1");
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: refresh without a new id token brings tokens but no new claims") {
  answer_with("");
  const auto login = refresh();
  REQUIRE(login);
  CHECK(login->claims.subject == "alice");
  CHECK(login->claims.issuer == test::kIssuer);
  CHECK(login->claims.json.empty());
  CHECK(login->tokens.id_token.empty());
  CHECK(login->claims.scopes == std::vector<std::string>{"openid", "app.read"});
}

TEST_CASE_FIXTURE(OidcWorld,
                  "oidc provider: of the scopes, what the new token says holds, and an opaque one may be silent [S6]") {
  using Scopes = std::optional<std::vector<std::string>>;
  const json access{{"iss", test::kIssuer}, {"azp", "router"}, {"exp", now() + 100}};
  const auto jwt = [&](const json& patch) {
    json claims = access;
    claims.merge_patch(patch);
    return TokenSigner::shared_rsa().sign(claims, {{"typ", "at+jwt"}});
  };
  struct Row {
    json answer;
    Scopes scopes;
  };
  const Row rows[] = {
      {{{"scope", ""}}, Scopes::value_type{}},
      {{{"scope", nullptr}}, std::nullopt},
      {{{"scope", "openid"}}, Scopes::value_type{"openid"}},
      {{{"scope", nullptr}, {"access_token", jwt({{"scope", ""}})}}, Scopes::value_type{}},
      {{{"scope", nullptr}, {"access_token", jwt({{"scope", json::array()}})}}, Scopes::value_type{}},
      {{{"scope", "more"}, {"access_token", jwt(json::object())}}, Scopes::value_type{}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.answer.dump());
    answer_with("", row.answer);
    const auto login = refresh();
    REQUIRE(login);
    CHECK(login->claims.scopes == row.scopes);
  }
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: a refreshed id token of another issuer, user or signature is refused") {
  for (const auto& token :
       {sign({{"iss", "https://evil.example"}}), sign({{"sub", "bob"}}), test::with_broken_signature(sign())}) {
    answer_with(token);
    const auto login = refresh();
    REQUIRE_FALSE(login);
    CHECK(login.error().code == base::ErrorCode::unauthenticated);
  }
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: a password login needs a token that says who the user is") {
  answer_with(sign({{"nonce", nullptr}}));
  CHECK(run_task(provider.password_grant({"alice", base::Secret("pw"), {}}))->claims.subject == "alice");
  const json access{{"iss", test::kIssuer}, {"aud", "router"}, {"sub", "alice"}, {"exp", now() + 100}};
  answer_with("", {{"access_token", TokenSigner::shared_rsa().sign(access)}});
  CHECK(run_task(provider.password_grant({"alice", base::Secret("pw"), {}}))->claims.subject == "alice");
  answer_with("");
  CHECK_FALSE(run_task(provider.password_grant({"alice", base::Secret("pw"), {}})));
  stub.token_status = 400;
  stub.token_answer = R"({"error":"invalid_grant"})";
  const auto wrong = run_task(provider.password_grant({"alice", base::Secret("no"), {}}));
  CHECK(wrong.error().code == base::ErrorCode::unauthenticated);
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: a logout token is verified with the provider's keys") {
  const json claims{{"iss", test::kIssuer},
                    {"aud", "router"},
                    {"iat", now()},
                    {"exp", now() + 60},
                    {"jti", "j"},
                    {"sid", "sid-1"},
                    {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
  const auto verify = [&](std::string token) { return run_task(provider.verify_logout_token(std::move(token))); };
  const TokenSigner& signer = TokenSigner::shared_rsa();
  const auto good = verify(signer.sign(claims, {{"typ", "logout+jwt"}}));
  REQUIRE(good);
  CHECK(good->idp_session_id == "sid-1");
  CHECK_FALSE(verify(test::unsigned_token(claims)));
  CHECK_FALSE(verify(TokenSigner::hmac(signer.public_pem()).sign(claims)));
  CHECK_FALSE(verify(test::with_broken_signature(signer.sign(claims))));
  CHECK_FALSE(verify(signer.sign(id_claims())));
  CHECK_FALSE(run_task(provider.verify_access_token(signer.sign(claims, {{"typ", "logout+jwt"}}))));
  CHECK_FALSE(run_task(provider.verify_id_token_hint(signer.sign(claims, {{"typ", "logout+jwt"}}))));
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: bearer tokens of service callers are verified") {
  const json access{{"iss", test::kIssuer}, {"aud", "router"}, {"sub", "job"}, {"exp", now() + 100}, {"scope", "a b"}};
  const auto claims = run_task(provider.verify_access_token(TokenSigner::shared_rsa().sign(access)));
  REQUIRE(claims);
  CHECK(claims->scopes == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(run_task(provider.verify_access_token("opaque")));
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: the id token of its own login is no bearer token [S2]") {
  CHECK_FALSE(run_task(provider.verify_access_token(sign())));
  CHECK_FALSE(run_task(provider.verify_access_token(sign({{"nonce", nullptr}, {"scope", nullptr}}))));
  const auto refused =
      run_task(provider.verify_access_token(sign({{"nonce", nullptr}, {"scope", nullptr}}, {{"typ", "JWT"}})));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::unauthenticated);
}

}  // namespace router::oidc_tokens_test
