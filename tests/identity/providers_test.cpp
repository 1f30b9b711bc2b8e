#include "identity/providers.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"
#include "support/run_task.h"

namespace router::providers_test {

using namespace router::identity;

TEST_CASE("providers: found by name, the first is the default one") {
  test::ProviderWorld world;
  const Providers providers({test::xsuaa_binding(), test::oidc_binding()}, world.parts);
  CHECK(providers.find("corporate")->config().kind == config::ProviderKind::oidc);
  CHECK(providers.find("uaa")->config().kind == config::ProviderKind::xsuaa);
  CHECK(providers.find("") == providers.first());
  CHECK(providers.first()->config().name == "uaa");
  CHECK(providers.find("unknown") == nullptr);
  CHECK(providers.find_issuer(test::kIssuer) == providers.find("corporate"));
  CHECK(providers.find_issuer("https://evil.example") == nullptr);
  CHECK(providers.all().size() == 2);
}

TEST_CASE("providers: with nothing bound there is no default") {
  test::ProviderWorld world;
  const Providers none(std::vector<config::IdentityProvider>{}, world.parts);
  CHECK(none.first() == nullptr);
  CHECK(none.find("") == nullptr);
  CHECK(none.find_issuer("") == nullptr);
}

TEST_CASE("providers: metadata are loaded at start, a provider that is away is tried again until it is there") {
  test::ProviderWorld world;
  Providers providers({test::oidc_binding()}, world.parts);
  world.stub.fail_with = base::ErrorCode::refused;
  providers.start();
  CHECK(providers.first()->known_metadata() == nullptr);
  world.loop.advance(std::chrono::seconds(3));
  world.stub.fail_with.reset();
  world.loop.advance(std::chrono::seconds(60));
  CHECK(providers.first()->known_metadata() != nullptr);
}

TEST_CASE("providers: NODE_TLS_REJECT_UNAUTHORIZED=0 reaches every call") {
  test::ProviderWorld world;
  world.parts.verify_tls = false;
  Providers providers({test::oidc_binding()}, world.parts);
  providers.start();
  CHECK_FALSE(world.stub.requests.at(0).tls.verify);
}

namespace {

config::IdentityProvider named(config::IdentityProvider binding, std::string name, std::string client) {
  binding.name = std::move(name);
  binding.client_id = std::move(client);
  return binding;
}

// Two clients at one OpenID provider, one at another, and an xsuaa.
struct FourBindings : test::ProviderWorld {
  Providers providers{{named(test::oidc_binding(), "one", "client-1"), named(test::oidc_binding(), "two", "client-2"),
                       elsewhere(), test::xsuaa_binding()},
                      parts};

  static config::IdentityProvider elsewhere() {
    auto binding = named(test::oidc_binding(), "three", "client-3");
    binding.issuer = "https://elsewhere.example";
    return binding;
  }
  static std::string sign(const nlohmann::json& claims) { return test::TokenSigner::shared_rsa().sign(claims); }
  std::string names(const nlohmann::json& claims) const {
    std::string text;
    for (const auto* provider : providers.candidates(sign(claims))) text += provider->config().name + " ";
    return text;
  }
};

}  // namespace

TEST_CASE_FIXTURE(FourBindings, "providers: a token goes to the binding of its issuer that it names [S5]") {
  struct Row {
    const char* claims;
    std::string names;
  };
  const Row rows[] = {
      {R"({"iss":"https://idp.example","aud":"client-1"})", "one "},
      {R"({"iss":"https://idp.example","aud":"client-2"})", "two "},
      {R"({"iss":"https://idp.example","aud":["x","client-2"],"azp":"client-2"})", "two "},
      {R"({"iss":"https://idp.example","aud":"account","azp":"client-2"})", "two "},
      {R"({"iss":"https://idp.example","aud":"account","client_id":"client-1"})", "one "},
      {R"({"iss":"https://idp.example","aud":["client-1","client-2"]})", "one two "},
      // it does not say for whom: either may have issued it
      {R"({"iss":"https://idp.example"})", "one two "},
      {R"({"iss":"https://idp.example","aud":"client-3"})", "one two "},
      {R"({"iss":"https://elsewhere.example","aud":"client-3"})", "three "},
      {R"({"iss":"https://elsewhere.example","aud":"client-1"})", "three "},
      // xsuaa's issuer is not compared
      {R"({"iss":"https://tenant.uaa.example/oauth/token","aud":["sb-app!t1"]})", "uaa "},
      {R"({"iss":"https://acme.uaa.example/oauth/token","aud":["sb-app!t1"]})", "uaa "},
      {R"({"iss":"http://x.localhost:8080/uaa/oauth/token","cid":"sb-app!t1"})", "uaa "},
      {R"({"iss":"https://evil.example","aud":"client-1"})", ""},
      {R"({"iss":"https://evil.example"})", ""},
      {R"({"aud":"client-1"})", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.claims);
    CHECK(names(nlohmann::json::parse(row.claims)) == row.names);
  }
  CHECK(providers.candidates("opaque").empty());
}

TEST_CASE_FIXTURE(FourBindings,
                  "providers: hint and logout token of each binding are accepted, whichever comes first [S5]") {
  for (const char* client : {"client-1", "client-2"}) {
    CAPTURE(client);
    const nlohmann::json claims{
        {"iss", test::kIssuer}, {"aud", client}, {"sub", "u"}, {"iat", now()}, {"exp", now() + 60}};
    CHECK(test::run_task(providers.verify_id_token_hint(sign(claims))));
    auto logout = claims;
    logout["jti"] = "j";
    logout["events"] = {{"http://schemas.openid.net/event/backchannel-logout", nlohmann::json::object()}};
    CHECK(test::run_task(providers.verify_logout_token(sign(logout))));
  }
  const nlohmann::json of_xsuaa{{"iss", "https://acme.uaa.example/oauth/token"},
                                {"aud", {"sb-app!t1"}},
                                {"sub", "u"},
                                {"iat", now()},
                                {"exp", now() - 60}};
  CHECK(test::run_task(providers.verify_id_token_hint(sign(of_xsuaa))));
  const nlohmann::json strange{
      {"iss", "https://evil.example"}, {"aud", "client-1"}, {"sub", "u"}, {"iat", now()}, {"exp", now() + 60}};
  const auto refused = test::run_task(providers.verify_id_token_hint(sign(strange)));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::unauthenticated);
}

TEST_CASE("providers: the only one that is bound is asked about every token [S5]") {
  test::ProviderWorld world;
  const Providers providers({test::oidc_binding()}, world.parts);
  CHECK(providers.candidates("opaque").size() == 1);
  const Providers none(std::vector<config::IdentityProvider>{}, world.parts);
  CHECK(none.candidates("opaque").empty());
  CHECK_FALSE(test::run_task(none.verify_logout_token("opaque")));
}

}  // namespace router::providers_test
