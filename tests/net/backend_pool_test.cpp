// The pool on a real loop, with a name server that is slow, silent or failing: who waits for a connection goes on
// exactly once, whatever ends in the same moment. Meant to be run under AddressSanitizer and ThreadSanitizer, too.
#include <doctest/doctest.h>

#include "net/asio_backend.h"
#include "support/stub_name_server.h"

namespace router::backend_pool_test {

using base::Task;
using namespace std::chrono_literals;

namespace {

struct PoolWorld {
  explicit PoolWorld(net::PoolLimits pool_limits) : limits(std::move(pool_limits)) {
    limits.name_servers = {names.address()};
  }

  // Asks for `count` connections to `host` at once, `turns` times one after the other, and comes back when all have
  // been given or refused.
  void ask(const std::string& host, int count, int turns, base::milliseconds timeout) {
    net::AsioLoop loop;
    net::ClientTls tls({}, true);
    const net::ParseLimits parse_limits;
    net::AsioBackendPool pool(loop, tls, parse_limits, limits);
    const auto origin = net::make_backend_origin(*http::parse_url("http://" + host + ":" + std::to_string(port)));
    loop.post([&] {
      under_way = count;
      for (int i = 0; i < count; ++i) base::start_detached(one(loop, pool, origin, turns, timeout));
    });
    loop.run();
    CHECK(pool.counts().waiting == 0);
    CHECK(pool.counts().open == pool.counts().idle);
  }

  Task<void> one(net::AsioLoop& loop, net::AsioBackendPool& pool, const net::BackendOrigin& origin, int turns,
                 base::milliseconds timeout) {
    for (int turn = 0; turn < turns; ++turn) {
      net::ConnectionWish wish(false, timeout);
      if (withdraws) loop.after(timeout, [&wish] { wish.withdraw(); });
      auto acquired = co_await pool.acquire(origin, wish);
      ++(acquired ? given : refused);
      if (acquired) pool.release(std::move(*acquired), false);
      // the timer above refers to the wish
      if (withdraws) co_await base::sleep_for(loop, timeout * 2);
    }
    if (--under_way == 0) loop.stop();
  }

  test::StubNameServer names;
  test::Listener listener;
  std::uint16_t port = listener.port();
  net::PoolLimits limits;
  bool withdraws = false;
  int under_way = 0;
  int given = 0;
  int refused = 0;
};

net::PoolLimits one_place() { return {.connections = 1, .max_wait = 200ms}; }

}  // namespace

TEST_CASE("back-end pool: look-ups and waits for a place that end in one tick wake everybody once [N1]") {
  struct Row {
    const char* name;
    test::NameRecord record;
  };
  for (const Row& row :
       {Row{"silent", {.fault = test::NameFault::silence}}, Row{"slow", {.addresses = {"127.0.0.1"}, .delay = 200ms}},
        Row{"failing late", {.fault = test::NameFault::server_failure, .delay = 150ms}},
        Row{"failing", {.fault = test::NameFault::no_such_name}}, Row{"good", {.addresses = {"127.0.0.1"}}}}) {
    for (const bool withdraws : {false, true}) {
      CAPTURE(row.name);
      CAPTURE(withdraws);
      PoolWorld world(one_place());
      world.withdraws = withdraws;
      world.names.on("app.example", row.record);
      world.ask("app.example", 8, 2, 200ms);
      CHECK(world.given + world.refused == 16);
    }
  }
}

TEST_CASE("back-end pool: many requests to a silent name hold up neither each other nor another name [N4]") {
  PoolWorld world({});
  world.names.on("silent.example", {.fault = test::NameFault::silence});
  world.ask("silent.example", 200, 1, 200ms);
  CHECK(world.refused == 200);
  CHECK(world.names.asked("silent.example") == 1);
  world.names.on("good.example", {.addresses = {"127.0.0.1"}});
  world.ask("good.example", 20, 1, 5'000ms);
  CHECK(world.given == 20);
}

TEST_CASE("back-end pool: a silent address does not keep from the next one [N13]") {
  PoolWorld world({});
  const test::SilentAddress silent(world.port);
  world.names.on("several.example", {.addresses = {test::SilentAddress::kAddress, "127.0.0.3", "127.0.0.1"}});
  world.ask("several.example", 4, 1, 3'000ms);
  CHECK(world.given == 4);
}

}  // namespace router::backend_pool_test
