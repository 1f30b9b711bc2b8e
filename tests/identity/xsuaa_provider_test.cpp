#include "identity/xsuaa_provider.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::xsuaa_provider_test {

using namespace router::identity;
using nlohmann::json;
using test::run_task;
using test::TokenSigner;

namespace {

struct Fixture : test::ProviderWorld {
  XsuaaProvider provider{test::xsuaa_binding(), parts};

  json access_claims(const json& patch = json::object()) const {
    json claims{{"iss", "https://tenant.uaa.example/oauth/token"},
                {"cid", "sb-app!t1"},
                {"zid", "tenant-1"},
                {"sub", "u-1"},
                {"user_name", "alice"},
                {"exp", now() + 300},
                {"scope", {"openid", "app!t1.read"}}};
    claims.merge_patch(patch);
    return claims;
  }
  std::string sign(const json& patch = json::object()) const {
    return TokenSigner::shared_rsa().sign(access_claims(patch));
  }
  void answer_with(const std::string& access_token, const std::string& id_token = "") {
    json answer{{"access_token", access_token},
                {"token_type", "bearer"},
                {"expires_in", 43199},
                {"refresh_token", "r"},
                {"scope", "what the token endpoint says"}};
    if (!id_token.empty()) answer["id_token"] = id_token;
    stub.token_answer = answer.dump();
  }
  std::string id_token(const json& patch = json::object()) const {
    json claims{{"iss", "x"},   {"aud", {"sb-app!t1"}}, {"sub", "u-1"},
                {"iat", now()}, {"exp", now() + 300},   {"nonce", "n"}};
    claims.merge_patch(patch);
    return TokenSigner::shared_rsa().sign(claims);
  }
  base::Result<Login> exchange() {
    return run_task(provider.exchange_code({"code", "verifier", "https://app/cb", "n", {}}));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "xsuaa provider: a code becomes a login that the access token describes") {
  answer_with(sign());
  const auto login = exchange();
  REQUIRE(login);
  CHECK(stub.requests[0].url.to_string() == "https://tenant.uaa.example/oauth/token");
  CHECK(login->claims.subject == "u-1");
  CHECK(login->claims.user_name == "alice");
  CHECK(login->claims.tenant == "tenant-1");
  CHECK(login->claims.scopes == std::vector<std::string>{"openid", "app!t1.read"});
  CHECK(json::parse(login->claims.json) == access_claims());
  CHECK(login->tokens.access_expires == clock.wall() + std::chrono::seconds(300));
}

TEST_CASE_FIXTURE(Fixture, "xsuaa provider: an access token that is wrong in any way is no login") {
  for (const json& patch : {json{{"cid", "other"}}, json{{"zid", nullptr}}, json{{"exp", now() - 61}},
                            json{{"exp", nullptr}}, json{{"sub", nullptr}}}) {
    CAPTURE(patch.dump());
    answer_with(sign(patch));
    const auto login = exchange();
    REQUIRE_FALSE(login);
    CHECK(login.error().code == base::ErrorCode::unauthenticated);
  }
  for (const auto& token :
       {std::string("opaque"), test::with_broken_signature(sign()), test::unsigned_token(access_claims())}) {
    answer_with(token);
    CHECK_FALSE(exchange());
  }
}

TEST_CASE_FIXTURE(Fixture, "xsuaa provider: an id token that came along must be right, its nonce too") {
  answer_with(sign(), id_token());
  CHECK(exchange());
  for (const json& patch :
       {json{{"nonce", "other"}}, json{{"nonce", nullptr}}, json{{"sub", "u-2"}}, json{{"aud", "other"}}}) {
    CAPTURE(patch.dump());
    answer_with(sign(), id_token(patch));
    CHECK_FALSE(exchange());
  }
}

TEST_CASE_FIXTURE(Fixture, "xsuaa provider: refresh and password logins are verified alike") {
  answer_with(sign());
  CHECK(run_task(provider.refresh({base::Secret("rt"), "u-1", {}})));
  CHECK_FALSE(run_task(provider.refresh({base::Secret("rt"), "u-2", {}})));
  CHECK(run_task(provider.password_grant({"alice", base::Secret("pw"), {}})));
  CHECK(stub.posted("scope").empty());
}

TEST_CASE_FIXTURE(Fixture, "xsuaa provider: bearer tokens of service callers need no user") {
  CHECK(run_task(provider.verify_access_token(sign({{"sub", nullptr}, {"user_name", nullptr}}))));
  CHECK_FALSE(run_task(provider.verify_access_token(sign({{"cid", "other"}}))));
}

TEST_CASE_FIXTURE(Fixture, "xsuaa provider: a callback that names another issuer is refused") {
  const auto metadata = provider.known_metadata();
  REQUIRE(metadata);
  CHECK(provider.check_callback_issuer(*metadata, std::nullopt));
  CHECK(provider.check_callback_issuer(*metadata, "https://tenant.uaa.example/oauth/token"));
  CHECK_FALSE(provider.check_callback_issuer(*metadata, test::kIssuer));
}

TEST_CASE_FIXTURE(Fixture, "xsuaa provider: it needs no discovery, sends no logout tokens and revokes nothing") {
  CHECK(run_task(provider.metadata()));
  CHECK_FALSE(run_task(provider.verify_logout_token(sign())));
  CHECK(run_task(provider.revoke(base::Secret("t"), "access_token")).error().code == base::ErrorCode::not_found);
  CHECK(stub.requests.empty());
  CHECK(run_task(provider.is_reachable()));
  CHECK(stub.requests.back().url.origin() == "https://tenant.uaa.example");
}

namespace {

struct TenantFixture : Fixture {
  static config::IdentityProvider binding() {
    auto binding = test::xsuaa_binding();
    binding.identity_zone = "tenant";
    return binding;
  }
  XsuaaProvider provider{binding(), parts};
  std::string asked() const { return stub.requests.front().url.host; }
};

}  // namespace

TEST_CASE_FIXTURE(TenantFixture, "xsuaa provider: every grant goes to the tenant's own token endpoint") {
  answer_with(sign({{"ext_attr", {{"zdn", "acme"}}}}), id_token());
  const auto login = run_task(provider.exchange_code({"code", "verifier", "https://app/cb", "n", "acme"}));
  REQUIRE(login);
  CHECK(login->claims.subdomain == "acme");
  CHECK(asked() == "acme.uaa.example");
  stub.requests.clear();
  CHECK(run_task(provider.refresh({base::Secret("rt"), "u-1", "acme"})));
  CHECK(asked() == "acme.uaa.example");
  stub.requests.clear();
  CHECK(run_task(provider.password_grant({"alice", base::Secret("pw"), "acme"})));
  CHECK(asked() == "acme.uaa.example");
}

TEST_CASE_FIXTURE(TenantFixture, "xsuaa provider: a token that names another tenant is refused") {
  answer_with(sign({{"ext_attr", {{"zdn", "other"}}}}));
  CHECK_FALSE(run_task(provider.password_grant({"alice", base::Secret("pw"), "acme"})));
  CHECK(run_task(provider.password_grant({"alice", base::Secret("pw"), ""})));
}

TEST_CASE_FIXTURE(TenantFixture,
                  "xsuaa provider: a token that names no tenant fits none, whichever grant brought it [S19]") {
  const json silent[] = {{{"ext_attr", nullptr}},
                         {{"ext_attr", "acme"}},
                         {{"ext_attr", {{"zdn", ""}}}},
                         {{"ext_attr", {{"zdn", 7}}}},
                         {{"ext_attr", {{"zdn", "acme2"}}}},
                         {{"ext_attr", {{"zdn", "ACME"}}}}};
  for (const auto& patch : silent) {
    CAPTURE(patch.dump());
    answer_with(sign(patch));
    CHECK_FALSE(run_task(provider.password_grant({"alice", base::Secret("pw"), "acme"})));
    CHECK_FALSE(run_task(provider.refresh({base::Secret("rt"), "u-1", "acme"})));
    answer_with(sign(patch), id_token());
    CHECK_FALSE(run_task(provider.exchange_code({"code", "verifier", "https://app/cb", "n", "acme"})));
  }
}

}  // namespace router::xsuaa_provider_test
