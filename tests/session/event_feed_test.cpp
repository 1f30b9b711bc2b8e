#include "session/event_feed.h"

#include <doctest/doctest.h>

#include "session/memory_store.h"
#include "support/fake_exchange.h"
#include "support/run_task.h"
#include "support/sessions.h"

namespace router::event_feed_test {

using base::milliseconds;
using base::seconds;

namespace {

struct FeedWorld {
  FeedWorld() {
    exchange.use_loop(loop);
    auto session = test::make_session();
    session.idle_timeout = base::minutes(15);
    id = session.id;
    REQUIRE(test::run_task(store.create(std::move(session))));
  }
  void open() {
    auto fields = session::feed_fields();
    fields.add("X-Of-The-Router", "1");
    session::Feed feed{exchange, {store, live, streams}, id, "192.0.2.1", std::move(fields)};
    base::start_detached(
        test::detail::store_result<base::Result<bool>>(session::run_event_feed(std::move(feed)), result));
  }

  test::FakeClock clock;
  test::FakeLoop loop{clock};
  session::MemoryStore store{clock};
  session::LiveConnections live;
  session::EventStreams streams;
  test::FakeExchange exchange{"GET", "/xs-router/session/events"};
  session::SessionId id;
  std::optional<base::Result<bool>> result;
};

}  // namespace

TEST_CASE("event feed: tells at once and every ten seconds how long the session lives, and does not touch it") {
  FeedWorld world;
  world.open();
  CHECK(world.exchange.field("Content-Type") == "text/event-stream");
  CHECK(world.exchange.field("Cache-Control") == "no-store");
  CHECK(world.exchange.field("X-Of-The-Router") == "1");
  CHECK(world.exchange.body() == "retry: 2000\n\nevent: left\ndata: 900000\n\n");
  world.loop.advance(seconds(10));
  CHECK(world.exchange.writes().back() == "event: left\ndata: 890000\n\n");
  CHECK(test::run_task(world.store.used(world.id)));
  world.loop.advance(seconds(10));
  CHECK(world.exchange.writes().back() == "event: left\ndata: 890000\n\n");
  world.exchange.client_goes();
  world.loop.run_ready();
  REQUIRE(world.result);
  CHECK_FALSE(*world.result);
  CHECK(world.streams.count() == 0);
  CHECK(world.live.count() == 0);
}

TEST_CASE("event feed: says when the session is over, and ends") {
  FeedWorld world;
  world.open();
  CHECK(test::run_task(world.store.end(world.id)));
  SUBCASE("told by the logout") {
    CHECK(world.live.close(world.id) == 1);
    world.loop.run_ready();
  }
  SUBCASE("noticed at the next beat, where the logout was on another replica") { world.loop.advance(seconds(10)); }
  CHECK(world.exchange.writes().back() == "event: over\ndata: {}\n\n");
  CHECK(world.exchange.finished());
  REQUIRE(world.result);
  CHECK(*world.result);
}

TEST_CASE("event feed: when the router stops the stream ends, but not the session") {
  FeedWorld world;
  world.open();
  world.streams.end_all();
  world.loop.run_ready();
  CHECK(world.exchange.body().find("over") == std::string::npos);
  CHECK(world.exchange.finished());
}

TEST_CASE("event feed: one too many is not answered here") {
  FeedWorld world;
  std::vector<session::EventStreams::Place> places;
  while (auto place = world.streams.take(world.id, "192.0.2.1", world.loop, [] {})) places.push_back(*std::move(place));
  world.open();
  REQUIRE(world.result);
  REQUIRE(*world.result);
  CHECK_FALSE(**world.result);
  CHECK_FALSE(world.exchange.response_started());
}

TEST_CASE("event feed: a browser that has gone without a word is noticed at the next beat") {
  FeedWorld world;
  world.open();
  world.exchange.fail_writes_after(0);
  world.loop.advance(seconds(10));
  REQUIRE(world.result);
  CHECK_FALSE(*world.result);
}

}  // namespace router::event_feed_test
