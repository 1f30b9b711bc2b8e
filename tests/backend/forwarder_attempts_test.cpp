// When a request is sent again, and who has the back-end's connection afterwards.
#include <doctest/doctest.h>

#include "backend/forwarder.h"
#include "backend/prepared_call.h"
#include "support/routes.h"
#include "support/run_task.h"
#include "support/scripted_connection.h"

namespace router::forwarder_attempts_test {

using base::Result;
using test::Script;
using Bools = std::vector<bool>;

namespace {

struct ForwardedOnce {
  explicit ForwardedOnce(std::vector<Script> scripts, std::string method = "GET")
      : exchange(std::move(method), "/a"), pool(std::move(scripts)) {}

  Result<void> run() {
    const auto route = test::make_route("^/(.*)$");
    config::Destination destination;
    destination.url = *http::parse_url("http://back-end.example");
    const config::Configuration configuration;
    backend::CompressionSlots slots;
    backend::Forwarder forwarder(destination, configuration, slots);
    test::PreparedCall prepared(exchange, route, configuration, pool);
    return test::run_task(forwarder.serve(prepared.call), &exchange.own_loop());
  }

  test::FakeExchange exchange;
  test::ScriptedPool pool;
};

}  // namespace

TEST_CASE("forwarder: only a request that a kept-alive connection never took is sent again, on a fresh one [H9]") {
  const Script stale{.was_idle = true, .is_stale = true};
  const Script new_and_closed{.is_stale = true};
  const Script half_a_head{.was_idle = true, .breaks_in_head = true};
  const Script good{.pieces = {{"hello"}}};
  struct Row {
    const char* name;
    const char* method;
    Script first;
    bool has_body;
    bool again;
  };
  const Row rows[] = {
      {"GET", "GET", stale, false, true},
      {"HEAD", "HEAD", stale, false, true},
      {"PUT", "PUT", stale, false, true},
      {"DELETE", "DELETE", stale, false, true},
      {"a body that is gone", "PUT", stale, true, false},
      {"what may count twice", "POST", stale, false, false},
      {"a new connection", "GET", new_and_closed, false, false},
      {"an answer had begun", "GET", half_a_head, false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ForwardedOnce world({row.first, good}, row.method);
    if (row.has_body) world.exchange.set_body({"abc"}, http::BodyKind::length);
    CHECK(world.run().has_value() == row.again);
    CHECK(world.pool.fresh == (row.again ? Bools{false, true} : Bools{false}));
    CHECK(world.pool.released == (row.again ? Bools{false, true} : Bools{false}));
  }
}

TEST_CASE("forwarder: a fresh connection that is closed, too, is the end of it [H9]") {
  const Script stale{.was_idle = true, .is_stale = true};
  ForwardedOnce world({stale, stale, stale});
  const auto served = world.run();
  REQUIRE_FALSE(served);
  CHECK(served.error().code == base::ErrorCode::closed);
  CHECK(world.pool.fresh == Bools{false, true});
}

TEST_CASE("forwarder: an upgraded connection belongs to the tunnel, and does not come back [H9]") {
  ForwardedOnce world({{.status = 101, .fields = {{"Upgrade", "websocket"}}}});
  world.exchange.edit_request().is_upgrade = true;
  REQUIRE(world.run());
  CHECK(world.exchange.status() == 101);
  CHECK(world.pool.lasting == 1);
  CHECK(world.pool.released.empty());
}

TEST_CASE("forwarder: an upgrade before the request has ended is none [H9]") {
  ForwardedOnce world({{.status = 101, .fields = {{"Upgrade", "websocket"}}}});
  world.exchange.edit_request().is_upgrade = true;
  world.exchange.set_body({"abc"});
  world.exchange.fail_body({base::ErrorCode::closed, base::Side::client, "the client is gone"});
  CHECK_FALSE(world.run());
  CHECK_FALSE(world.exchange.response_started());
  CHECK(world.pool.released == Bools{false});
}

}  // namespace router::forwarder_attempts_test
