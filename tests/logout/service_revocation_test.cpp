// When the tokens of an ended session are revoked (docs/contract/logout.md).
#include <doctest/doctest.h>

#include "logout/service.h"
#include "logout/world.h"

namespace router::service_revocation_test {

using test::World;

using test::add_back_ends;

TEST_CASE("logout: tokens of timed-out sessions are revoked too, of some sessions at a time [S26]") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.revoke_tokens = true;
  world.service();
  base::Event answer;
  world.provider->revocation_waits_for = &answer;
  for (int i = 0; i < 100; ++i) world.log_in("ada");
  world.clock.advance(std::chrono::minutes(16));
  auto expired = test::run_task(world.store.take_expired(100));
  REQUIRE(expired);
  test::run_task(world.service().session_timed_out(std::move(*expired)), &world.loop);
  world.loop.run_ready();
  CHECK(world.provider->revocations_begun == 32);
  answer.set();
  world.loop.run_ready();
  CHECK(world.provider->revoked.size() == 200);
  CHECK(world.ongoing.revocations.open() == 0);
}

TEST_CASE("logout: tokens are kept until the browser is back from the provider [S26]") {
  struct Row {
    std::string name;
    std::string url;
    bool reachable;
    bool at_once;
  };
  for (const Row& row :
       {Row{"redirected", "/my/logout", true, false}, Row{"not asked", "/my/logout?skip-redirect", true, true},
        Row{"provider away", "/my/logout", false, true}}) {
    CAPTURE(row.name);
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.revoke_tokens = true;
    world.service();
    world.provider->reachable = row.reachable;
    const auto response = world.get(row.url, world.log_in());
    world.loop.run_ready();
    CHECK(world.provider->revoked.empty() != row.at_once);
    if (row.at_once) continue;
    CHECK(world.receipts.find(test::header(response, "x-logout-id"))->revocation == logout::Step::waiting);
    world.come_back(response);
    world.loop.run_ready();
    CHECK(world.provider->revoked.size() == 2);
  }
}

TEST_CASE("logout: tokens are revoked after the calls that carry them, refresh token first") {
  World world;
  world.bind(config::ProviderKind::oidc);
  add_back_ends(world, {"bank", "mail"});
  world.config.destinations["bank"].forward_auth_token = true;
  world.client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 503 : 200; });
  world.client.set("mail.example", 503);
  world.service();
  world.provider->change([](auto& metadata) { metadata.revocation_endpoint = "https://idp.example/revoke"; });
  const auto response = world.get("/my/logout", world.log_in());
  world.come_back(response);
  world.loop.run_ready();
  CHECK(world.provider->revoked.empty());
  world.loop.advance(base::seconds(1));
  CHECK(world.provider->revoked == std::vector<std::string>{"refresh_token refresh-ada", "access_token access-ada"});
  CHECK(world.receipts.find(test::header(response, "x-logout-id"))->revocation == logout::Step::done);
}

TEST_CASE("logout: revocation waits at most revokeAfter; later calls go without the token") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.revoke_tokens = true;
  add_back_ends(world, {"bank"});
  world.config.destinations["bank"].forward_auth_token = true;
  world.client.set("bank.example", 503);
  const auto response = world.get("/my/logout", world.log_in());
  world.loop.advance(base::seconds(59));
  CHECK(world.provider->revoked.empty());
  world.loop.advance(base::seconds(2));
  CHECK(world.provider->revoked.size() == 2);
  world.loop.advance(base::seconds(70));
  CHECK(world.client.header("bank.example", "authorization").empty());
  CHECK(world.receipts.find(test::header(response, "x-logout-id"))->calls[0].token_withheld);
}

TEST_CASE("logout: nothing is revoked where the provider does not offer it or the descriptor says no") {
  for (const bool offered : {false, true}) {
    World world;
    world.bind(config::ProviderKind::oidc);
    if (offered) world.config.logout.revoke_tokens = false;
    world.service();
    if (offered) world.provider->change([](auto& metadata) { metadata.revocation_endpoint = "https://idp.example/r"; });
    world.get("/my/logout", world.log_in());
    world.loop.run_ready();
    CHECK(world.provider->revoked.empty());
  }
}

}  // namespace router::service_revocation_test
