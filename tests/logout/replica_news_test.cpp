// What other replicas have done to sessions, as this one carries it out.
#include <doctest/doctest.h>

#include "logout/world.h"

namespace router::replica_news_test {

using test::World;

namespace {

// What runs on behalf of a session; whether it has been ended.
struct Running {
  Running(World& world, const session::SessionId& id, std::string back_end, bool is_public = false)
      : registration(world.live.add(
            id, world.loop, [this] { is_ended = true; }, std::move(back_end), !is_public)) {}
  bool is_ended = false;
  session::LiveConnections::Registration registration;
};

}  // namespace

TEST_CASE("replica news: what another replica has ended is closed here, and nothing else") {
  World world;
  const auto ended = world.log_in();
  const auto other = world.log_in("bob");
  Running socket(world, ended->id, "bank");
  Running others(world, other->id, "bank");
  REQUIRE(*test::run_task(world.store.end(ended->id)));
  test::run_task(world.service().hear({ended->id, true}), &world.loop);
  world.loop.run_ready();
  CHECK(socket.is_ended);
  CHECK_FALSE(others.is_ended);
  CHECK(world.client.requests.empty());
}

TEST_CASE(
    "replica news: of a session that has left an application on another replica its connections are closed here") {
  World world;
  test::add_back_ends(world, {"bank", "mail"});
  config::ApplicationLogout bank;
  bank.name = "bank";
  bank.destinations = {"bank"};
  world.config.logout.applications = {bank};
  auto session = world.make_session();
  session.ended_applications = {"bank"};
  const auto left = world.log_in(std::move(session));
  const auto unchanged = world.log_in("bob");
  Running at_bank(world, left->id, "bank");
  Running at_mail(world, left->id, "mail");
  Running bobs(world, unchanged->id, "bank");
  for (const auto& id : {left->id, unchanged->id, session::SessionId::random()})
    test::run_task(world.service().hear({id, false}), &world.loop);
  world.loop.run_ready();
  CHECK(at_bank.is_ended);
  CHECK_FALSE(at_mail.is_ended);
  CHECK_FALSE(bobs.is_ended);
}

TEST_CASE("replica news: who is asked anew on another replica has no connection to any back-end here [issue 16]") {
  World world;
  test::add_back_ends(world, {"bank"});
  auto session = world.make_session();
  session.ended_applications = {std::string(config::kEveryApplication)};
  const auto left = world.log_in(std::move(session));
  Running at_bank(world, left->id, "bank");
  Running at_looked_up(world, left->id, "looked up");
  Running files(world, left->id, "");
  test::run_task(world.service().hear({left->id, false}), &world.loop);
  world.loop.run_ready();
  CHECK(at_bank.is_ended);
  CHECK(at_looked_up.is_ended);
  CHECK_FALSE(files.is_ended);
}

}  // namespace router::replica_news_test
