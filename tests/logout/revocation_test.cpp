#include "logout/revocation.h"

#include <doctest/doctest.h>

#include "logout/token_record.h"
#include "logout/world.h"

namespace router::revocation_test {

using test::World;

namespace {

// A provider that revokes, and one session at it with a back-end that is called with the token.
void prepare(World& world) {
  world.bind(config::ProviderKind::oidc);
  world.config.logout.revoke_tokens = true;
  world.config.destinations["bank"] = test::make_destination("bank");
  world.config.destinations["bank"].forward_auth_token = true;
  world.service();
}

// Begins to drain; `done` afterwards.
void drain(World& world, bool& done) {
  base::start_detached(test::detail::store_done(world.ongoing.revocations.drain(base::milliseconds(500)), done));
}

logout::Step revocation_of(World& world, const std::optional<http::Response>& response) {
  return world.receipts.find(test::header(response, "x-logout-id"))->revocation;
}

const std::vector<std::string> kBoth{"refresh_token refresh-ada", "access_token access-ada"};

}  // namespace

TEST_CASE("revocation: what waits for a back-end at shutdown is done at once") {
  World world;
  prepare(world);
  world.client.set("bank.example", 503);
  const auto response = world.get("/my/logout", world.log_in());
  world.loop.run_ready();
  CHECK(revocation_of(world, response) == logout::Step::waiting);
  bool done = false;
  drain(world, done);
  world.loop.advance(base::milliseconds(50));
  CHECK(done);
  CHECK(world.provider->revoked == kBoth);
  CHECK(revocation_of(world, response) == logout::Step::done);
  CHECK(world.ongoing.revocations.open() == 0);
}

TEST_CASE("revocation: a second try that is due later is made at once at shutdown") {
  World world;
  prepare(world);
  world.provider->failing_revocations = 1;
  const auto response = world.get("/my/logout", world.log_in());
  world.come_back(response);
  world.loop.run_ready();
  CHECK(world.provider->revoked.empty());
  bool done = false;
  drain(world, done);
  world.loop.advance(base::milliseconds(50));
  CHECK(done);
  CHECK(world.provider->revoked == kBoth);
}

TEST_CASE("revocation: a failure that may pass is tried three times, then the receipt says so") {
  World world;
  prepare(world);
  world.provider->failing_revocations = 100;
  const auto response = world.get("/my/logout", world.log_in());
  world.come_back(response);
  world.loop.advance(base::seconds(10));
  CHECK(world.provider->failing_revocations == 100 - 6);
  CHECK(revocation_of(world, response) == logout::Step::failed);
}

TEST_CASE("revocation: shutdown waits for the provider no longer than it may, and the rest counts as failed") {
  World world;
  prepare(world);
  base::Event answer;
  world.provider->revocation_waits_for = &answer;
  const auto response = world.get("/my/logout", world.log_in());
  world.come_back(response);
  world.loop.run_ready();
  bool done = false;
  drain(world, done);
  world.loop.advance(base::milliseconds(600));
  CHECK(done);
  CHECK(revocation_of(world, response) == logout::Step::failed);
  CHECK(world.ongoing.revocations.open() == 0);
  answer.set();
  world.loop.run_ready();
  CHECK(revocation_of(world, response) == logout::Step::failed);
}

TEST_CASE("revocation: tokens are in the outbox until they are revoked [issue 12]") {
  World world;
  prepare(world);
  world.client.set("bank.example", 503);
  const auto response = world.get("/my/logout", world.log_in());
  const auto left = [&] { return test::run_task(world.outbox.list({}, {}))->size(); };
  CHECK(left() == 3);
  world.client.set("bank.example", 200);
  world.come_back(response);
  world.loop.advance(base::minutes(2));
  CHECK(world.provider->revoked == kBoth);
  CHECK(left() == 0);
}

TEST_CASE("revocation: what a process has left behind the next one revokes, where it knows the provider [issue 12]") {
  World world;
  prepare(world);
  const auto session = world.log_in();
  auto tokens = logout::token_records(*session, "before", 1, world.clock.wall());
  auto elsewhere = *session;
  elsewhere.provider = "nobody";
  for (auto& token : logout::token_records(elsewhere, "before", 2, world.clock.wall())) tokens.push_back(token);
  REQUIRE(test::run_task(world.outbox.record(tokens)));
  test::run_task(world.ongoing.revocations.take_over(tokens, world.providers, base::seconds(60)), &world.loop);
  world.loop.run_ready();
  CHECK(world.provider->revoked == kBoth);
  CHECK(world.receipts.find("before")->revocation == logout::Step::done);
  CHECK(test::run_task(world.outbox.list({}, {}))->empty());
}

}  // namespace router::revocation_test
