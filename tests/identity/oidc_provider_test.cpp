#include <doctest/doctest.h>

#include "identity/oidc_world.h"

namespace router::oidc_provider_test {

using namespace router::identity;
using nlohmann::json;
using std::chrono::seconds;
using test::OidcWorld;
using test::run_task;
using test::TokenSigner;

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: a code becomes a verified login") {
  const auto id_token = sign();
  answer_with(id_token);
  const auto login = exchange();
  REQUIRE(login);
  CHECK(login->claims.issuer == test::kIssuer);
  CHECK(login->claims.subject == "alice");
  CHECK(login->claims.idp_session_id == "sid-1");
  CHECK(login->claims.user_name == "alice");
  CHECK(login->claims.scopes == std::vector<std::string>{"openid", "app.read"});
  CHECK(login->tokens.access_token.reveal() == "opaque");
  CHECK(login->tokens.refresh_token.reveal() == "rt-2");
  CHECK(login->tokens.id_token.reveal() == id_token);
  CHECK(login->tokens.obtained == clock.wall());
  CHECK(login->tokens.access_expires == clock.wall() + seconds(600));
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: scopes are the access token's where that is a token for us") {
  const json access{{"iss", test::kIssuer}, {"azp", "router"}, {"exp", now() + 100}, {"scope", "app.write"}};
  answer_with(sign(), {{"access_token", TokenSigner::shared_rsa().sign(access, {{"typ", "at+jwt"}})}});
  auto login = exchange();
  REQUIRE(login);
  CHECK(login->claims.scopes == std::vector<std::string>{"app.write"});
  CHECK(login->tokens.access_expires == clock.wall() + seconds(100));

  json foreign = access;
  foreign["azp"] = "other";
  for (const auto& token : {TokenSigner::shared_rsa().sign(foreign), TokenSigner::other_rsa().sign(access),
                            test::with_broken_signature(TokenSigner::shared_rsa().sign(access))}) {
    answer_with(sign(), {{"access_token", token}});
    login = exchange();
    REQUIRE(login);
    CHECK(login->claims.scopes == std::vector<std::string>{"openid", "app.read"});
  }
  CHECK(stub.count("/keys") == 1);
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: an id token that is wrong in any way is no login") {
  const json patches[] = {{{"iss", "https://evil.example"}},
                          {{"aud", "other"}},
                          {{"aud", nullptr}},
                          {{"sub", nullptr}},
                          {{"iat", nullptr}},
                          {{"exp", now() - 61}},
                          {{"exp", 1e300}},
                          {{"nonce", "other"}},
                          {{"nonce", nullptr}}};
  for (const auto& patch : patches) {
    CAPTURE(patch.dump());
    answer_with(sign(patch));
    CHECK(exchange_error() == base::ErrorCode::unauthenticated);
  }
  const std::string tokens[] = {test::unsigned_token(id_claims()),
                                test::with_broken_signature(sign()),
                                TokenSigner::hmac(TokenSigner::shared_rsa().public_pem()).sign(id_claims()),
                                TokenSigner::hmac("p:a%s+s& word").sign(id_claims()),
                                sign({}, {{"crit", json::array({"exp"})}}),
                                sign({}, {{"typ", "logout+jwt"}}),
                                "junk"};
  for (const auto& token : tokens) {
    CAPTURE(token);
    answer_with(token);
    CHECK(exchange_error() == base::ErrorCode::unauthenticated);
  }
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: an answer without id token is no login") {
  answer_with("");
  CHECK(exchange_error() == base::ErrorCode::protocol);
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: only announced algorithms are taken, a registered one stands alone") {
  const auto ec = TokenSigner::ec("e");
  stub.keys = test::jwks({TokenSigner::shared_rsa(), ec});
  stub.document["id_token_signing_alg_values_supported"] = {"RS256", "HS256", "none"};
  answer_with(ec.sign(id_claims()));
  CHECK(exchange_error() == base::ErrorCode::unauthenticated);
  answer_with(TokenSigner::hmac("p:a%s+s& word").sign(id_claims()));
  CHECK(exchange_error() == base::ErrorCode::unauthenticated);
  answer_with(sign());
  CHECK(exchange());

  auto binding = test::oidc_binding();
  binding.id_token_signed_response_alg = "ES256";
  OidcProvider registered(binding, parts);
  CHECK_FALSE(run_task(registered.exchange_code({"c", "v", "https://app/cb", "nonce-1", {}})));
  answer_with(ec.sign(id_claims()));
  CHECK(run_task(registered.exchange_code({"c", "v", "https://app/cb", "nonce-1", {}})));
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: HS256 with the client secret holds where it is registered") {
  auto binding = test::oidc_binding();
  binding.id_token_signed_response_alg = "HS256";
  OidcProvider registered(binding, parts);
  const auto login = [&](const std::string& token) {
    answer_with(token);
    return run_task(registered.exchange_code({"c", "v", "https://app/cb", "nonce-1", {}})).has_value();
  };
  CHECK(login(TokenSigner::hmac("p:a%s+s& word").sign(id_claims())));
  CHECK_FALSE(login(TokenSigner::hmac("other").sign(id_claims())));
  CHECK_FALSE(login(test::with_broken_signature(TokenSigner::hmac("p:a%s+s& word").sign(id_claims()))));
  CHECK_FALSE(login(sign()));
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: a key rotated just before signing does not fail the login") {
  answer_with(sign());
  REQUIRE(exchange());
  stub.keys = test::jwks({TokenSigner::other_rsa()});
  answer_with(TokenSigner::other_rsa().sign(id_claims()));
  CHECK(exchange());
  CHECK(stub.count("/keys") == 2);
}

TEST_CASE_FIXTURE(OidcWorld,
                  "oidc provider: a login while the provider is away says unavailable, and works when it is back") {
  stub.fail_with = base::ErrorCode::refused;
  CHECK(exchange_error() == base::ErrorCode::unavailable);
  CHECK(provider.known_metadata() == nullptr);
  stub.fail_with.reset();
  loop.advance(seconds(60));
  answer_with(sign());
  CHECK(exchange());
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: invalid_grant ends the session, a fault of the provider does not") {
  stub.token_status = 400;
  stub.token_answer = R"({"error":"invalid_grant"})";
  CHECK(refresh().error().code == base::ErrorCode::unauthenticated);
  stub.token_status = 500;
  const auto away = refresh();
  CHECK(away.error().code == base::ErrorCode::protocol);
  CHECK(away.error().retryable);
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: a callback must come from the issuer that was asked (RFC 9207)") {
  struct Row {
    bool announced;
    std::optional<std::string> iss;
    bool good;
  };
  const Row rows[] = {{true, test::kIssuer, true},
                      {true, std::nullopt, false},
                      {false, std::nullopt, true},
                      {false, test::kIssuer, true},
                      {true, "https://idp.example/", false},
                      {true, "https://Idp.example", false},
                      {false, "https://evil.example", false},
                      {true, "", false}};
  for (const Row& row : rows) {
    Metadata metadata;
    metadata.issuer = test::kIssuer;
    metadata.announces_iss = row.announced;
    CAPTURE(row.iss.value_or("(absent)"));
    CHECK(provider.check_callback_issuer(metadata, row.iss).has_value() == row.good);
  }
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: an id token serves as hint when expired, not when it is someone else's") {
  CHECK(run_task(provider.verify_id_token_hint(sign({{"exp", now() - 100'000}, {"iat", now() - 200'000}})))->subject ==
        "alice");
  CHECK_FALSE(run_task(provider.verify_id_token_hint(sign({{"aud", "other"}}))));
  CHECK_FALSE(run_task(provider.verify_id_token_hint(test::with_broken_signature(sign()))));
}

TEST_CASE_FIXTURE(OidcWorld,
                  "oidc provider: reachability loads the metadata first, and waits 300 ms at most for that") {
  stub.hold();
  test::Crowd<bool> crowd;
  crowd.add(provider.is_reachable());
  loop.advance(base::milliseconds(299));
  CHECK(crowd.answers.empty());
  loop.advance(base::milliseconds(1));
  CHECK(crowd.answers == std::vector<bool>{false});
  stub.release();
  CHECK(run_task(provider.is_reachable()));
}

TEST_CASE_FIXTURE(OidcWorld, "oidc provider: without a logout endpoint nothing can be out of reach") {
  stub.document.erase("end_session_endpoint");
  REQUIRE(run_task(provider.metadata()));
  stub.fail_with = base::ErrorCode::refused;
  CHECK(run_task(provider.is_reachable()));
}

TEST_CASE("oidc provider: ias is found at its url") {
  test::ProviderWorld world;
  auto binding = test::oidc_binding();
  binding.kind = config::ProviderKind::ias;
  binding.issuer.clear();
  binding.url = test::kIssuer;
  OidcProvider provider(binding, world.parts);
  CHECK((*run_task(provider.metadata()))->issuer == test::kIssuer);
}

TEST_CASE_FIXTURE(
    OidcWorld,
    "oidc provider: a token that names another tenant than the host is no login, in id and access token alike [S19]") {
  const auto access = [&](const json& patch) {
    json claims{{"iss", test::kIssuer}, {"azp", "router"}, {"exp", now() + 100}};
    claims.merge_patch(patch);
    return TokenSigner::shared_rsa().sign(claims, {{"typ", "at+jwt"}});
  };
  const auto log_in = [&] {
    return run_task(provider.exchange_code({"code", "verifier", "https://app/cb", "nonce-1", "acme"}));
  };
  const json other{{"ext_attr", {{"zdn", "other"}}}};
  const json acme{{"ext_attr", {{"zdn", "acme"}}}};
  answer_with(sign());
  CHECK(log_in());
  answer_with(sign(acme), {{"access_token", access(acme)}});
  CHECK(log_in());
  answer_with(sign(other));
  CHECK_FALSE(log_in());
  answer_with(sign(), {{"access_token", access(other)}});
  CHECK_FALSE(log_in());
  answer_with("", {{"access_token", access(other)}});
  CHECK_FALSE(run_task(provider.refresh({base::Secret("rt-1"), "alice", "acme"})));
}

}  // namespace router::oidc_provider_test
