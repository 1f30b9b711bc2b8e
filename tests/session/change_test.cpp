#include "session/change.h"

#include <doctest/doctest.h>

#include "session/memory_store.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::change_test {

using test::run_task;

namespace {

struct World {
  test::FakeClock clock;
  session::MemoryStore store{clock};
  session::Session session = test::make_session();

  World() { REQUIRE(run_task(store.create(session))); }

  session::Snapshot now() {
    auto found = run_task(store.find(session.id));
    return found->value_or(nullptr);
  }
  // Somebody else's change.
  void rename(const std::string& name) {
    session::Session other = *now();
    other.user_name = name;
    REQUIRE(run_task(store.replace(std::move(other)))->has_value());
  }
};

bool set_tenant(session::Session& session) {
  session.tenant = "acme";
  return true;
}

}  // namespace

TEST_CASE("change: what is edited is written, and both states come back [H4]") {
  World world;
  const auto changed = run_task(session::change(world.store, world.session.id, set_tenant));
  REQUIRE(changed);
  CHECK(changed->was_written());
  CHECK(changed->before->tenant.empty());
  CHECK(changed->now->tenant == "acme");
  CHECK(changed->now == world.now());
}

TEST_CASE("change: an edit with nothing to write costs no write [H4]") {
  World world;
  const auto before = world.now();
  const auto changed =
      run_task(session::change(world.store, world.session.id, [](session::Session&) { return false; }));
  REQUIRE(changed);
  CHECK_FALSE(changed->was_written());
  CHECK(changed->now == before);
  CHECK(world.now() == before);
}

TEST_CASE("change: who is overtaken edits the newest state, and nobody's change is lost [H4]") {
  for (const bool from_known : {false, true}) {
    World world;
    const auto known = world.now();
    int attempts = 0;
    const auto edit = [&](session::Session& session) {
      if (++attempts < 4) world.rename("rival " + std::to_string(attempts));
      return set_tenant(session);
    };
    const auto changed = from_known ? run_task(session::change(world.store, known, edit))
                                    : run_task(session::change(world.store, world.session.id, edit));
    REQUIRE(changed);
    CHECK(attempts == 4);
    CHECK(changed->before->user_name == "rival 3");
    CHECK(world.now()->user_name == "rival 3");
    CHECK(world.now()->tenant == "acme");
  }
}

TEST_CASE("change: a session that is over, or ends meanwhile, is not brought back [H4]") {
  for (const bool before : {true, false}) {
    World world;
    const auto known = world.now();
    const auto end = [&] { REQUIRE(run_task(world.store.end(world.session.id))); };
    if (before) end();
    const auto by_id = run_task(session::change(world.store, world.session.id, [&](session::Session& session) {
      end();
      return set_tenant(session);
    }));
    REQUIRE(by_id);
    CHECK(by_id->is_over());
    CHECK_FALSE(by_id->was_written());
    const auto from_known = run_task(session::change(world.store, known, set_tenant));
    REQUIRE(from_known);
    CHECK(from_known->is_over());
    CHECK(world.now() == nullptr);
  }
}

TEST_CASE("change: a storm of other changes is an error that may pass [H4]") {
  World world;
  int attempts = 0;
  const auto changed = run_task(session::change(world.store, world.session.id, [&](session::Session& session) {
    world.rename("rival " + std::to_string(++attempts));
    return set_tenant(session);
  }));
  REQUIRE_FALSE(changed);
  CHECK(changed.error().code == base::ErrorCode::conflict);
  CHECK(changed.error().retryable);
  CHECK(attempts == 16);
  CHECK(world.now()->tenant.empty());
}

}  // namespace router::change_test
