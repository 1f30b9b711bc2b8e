#include "identity/providers.h"

#include <doctest/doctest.h>

#include "identity/stub_provider.h"

using namespace router;
using namespace router::identity;

TEST_CASE("providers: found by name, the first is the default one") {
  test::ProviderWorld world;
  const Providers providers({test::xsuaa_binding(), test::oidc_binding()}, world.runtime);
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
  const Providers none(std::vector<config::IdentityProvider>{}, world.runtime);
  CHECK(none.first() == nullptr);
  CHECK(none.find("") == nullptr);
  CHECK(none.find_issuer("") == nullptr);
}

TEST_CASE(
    "providers: metadata are loaded at start, a provider that is away is tried again until it is there") {
  test::ProviderWorld world;
  Providers providers({test::oidc_binding()}, world.runtime);
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
  world.runtime.verify_tls = false;
  Providers providers({test::oidc_binding()}, world.runtime);
  providers.start();
  CHECK_FALSE(world.stub.requests.at(0).tls.verify);
}
