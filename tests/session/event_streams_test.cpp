#include "session/event_streams.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::event_streams_test {

using session::EventStreams;
using session::SessionId;

TEST_CASE("event streams: a session has a few, and a place that is left can be taken again") {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  EventStreams streams;
  const auto id = SessionId::random();
  std::vector<EventStreams::Place> places;
  for (std::size_t i = 0; i < EventStreams::kMostPerSession; ++i) {
    auto place = streams.take(id, "192.0.2.1", loop, [] {});
    REQUIRE(place);
    places.push_back(*std::move(place));
  }
  CHECK_FALSE(streams.take(id, "192.0.2.1", loop, [] {}));
  CHECK(streams.take(SessionId::random(), "192.0.2.1", loop, [] {}));
  places.pop_back();
  CHECK(streams.take(id, "192.0.2.1", loop, [] {}));
  places.clear();
  CHECK(streams.count() == 0);
}

TEST_CASE("event streams: an address has many, but not without end") {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  EventStreams streams;
  std::vector<EventStreams::Place> places;
  for (std::size_t i = 0; i < EventStreams::kMostPerAddress; ++i) {
    auto place = streams.take(SessionId::random(), "192.0.2.1", loop, [] {});
    REQUIRE(place);
    places.push_back(*std::move(place));
  }
  CHECK_FALSE(streams.take(SessionId::random(), "192.0.2.1", loop, [] {}));
  CHECK(streams.take(SessionId::random(), "192.0.2.2", loop, [] {}));
}

TEST_CASE("event streams: when the router stops all are ended on their loops, and none begins") {
  test::FakeClock clock;
  test::FakeLoop loop(clock);
  EventStreams streams;
  int ended = 0;
  const auto stays = streams.take(SessionId::random(), "192.0.2.1", loop, [&] { ++ended; });
  auto leaves = streams.take(SessionId::random(), "192.0.2.1", loop, [&] { ++ended; });
  streams.end_all();
  CHECK(ended == 0);
  leaves.reset();
  loop.run_ready();
  CHECK(ended == 1);
  CHECK_FALSE(streams.take(SessionId::random(), "192.0.2.1", loop, [] {}));
}

}  // namespace router::event_streams_test
