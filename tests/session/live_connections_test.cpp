#include "session/live_connections.h"

#include <doctest/doctest.h>

#include "support/fake_loop.h"

namespace router::session::test::live_connections_test {
namespace {

struct World {
  router::test::FakeClock clock;
  router::test::FakeLoop loop{clock};
  LiveConnections live;
  SessionId id = SessionId::random();
  int ended = 0;
  LiveConnections::Registration add(const SessionId& of) {
    return live.add(of, loop, [this] { ++ended; });
  }
};

TEST_CASE_FIXTURE(World, "live connections: the end of a session ends all of its requests, once, and no other's") {
  const auto first = add(id);
  const auto second = add(id);
  const auto other = add(SessionId::random());
  CHECK(live.count() == 3);
  CHECK(live.close(id) == 2);
  CHECK(ended == 0);  // on the loop's next turn
  live.close(id);
  loop.run_ready();
  CHECK(ended == 2);
}

TEST_CASE_FIXTURE(World,
                  "live connections: what has been answered is not ended any more, even if that was on its way") {
  {
    const auto answered = add(id);
    live.close(id);
  }
  loop.run_ready();
  CHECK(ended == 0);
  CHECK(live.count() == 0);
}

TEST_CASE_FIXTURE(World, "live connections: a request that registers just after its session ended is ended too") {
  live.close(id);
  const auto late = add(id);
  loop.run_ready();
  CHECK(ended == 1);
}

TEST_CASE_FIXTURE(World, "live connections: a moved registration counts once, and one that is replaced is given up") {
  auto kept = add(id);
  auto moved = std::move(kept);
  CHECK(live.count() == 1);
  moved = add(SessionId::random());
  CHECK(live.count() == 1);
  live.close(id);
  loop.run_ready();
  CHECK(ended == 0);
}

TEST_CASE_FIXTURE(World, "live connections: what is remembered of ended sessions is bounded") {
  for (std::size_t i = 0; i < 2 * LiveConnections::kRemembered; ++i) live.close(SessionId::random());
  live.close(id);
  const auto late = add(id);
  loop.run_ready();
  CHECK(ended == 1);
}

TEST_CASE_FIXTURE(World, "live connections: those of some back-ends are ended, and the others go on") {
  std::string closed;
  const auto add_at = [&](const SessionId& of, const std::string& back_end) {
    return live.add(
        of, loop, [&closed, back_end] { closed += back_end + " "; }, back_end);
  };
  const auto bank = add_at(id, "bank");
  const auto mail = add_at(id, "mail");
  const auto files = add_at(id, "");
  const auto other = add_at(SessionId::random(), "bank");
  CHECK(live.close(id, {"bank", "loans"}) == 1);
  loop.run_ready();
  CHECK(closed == "bank ");
  CHECK(live.close(id) == 3);
}

TEST_CASE_FIXTURE(World, "live connections: a request that registers just after its back-end was left is ended too") {
  live.close(id, {"bank"});
  const auto end = [this] { ++ended; };
  const auto late = live.add(id, loop, end, "bank");
  const auto elsewhere = live.add(id, loop, end, "mail");
  const auto landing_page = live.add(id, loop, end, "bank", false);
  loop.run_ready();
  CHECK(ended == 1);
}

TEST_CASE_FIXTURE(World, "live connections: those of all back-ends are ended, whatever they are called [issue 16]") {
  std::string closed;
  const auto add_at = [&](const std::string& back_end, bool is_public = false) {
    return live.add(
        id, loop, [&closed, back_end] { closed += back_end + " "; }, back_end, !is_public);
  };
  const auto bank = add_at("bank");
  const auto files = add_at("");
  CHECK(live.close_back_ends(id) == 1);
  const auto late = add_at("looked up");
  const auto late_files = add_at("");
  const auto landing_page = add_at("bank", true);
  loop.run_ready();
  CHECK(closed == "bank looked up ");
}

}  // namespace
}  // namespace router::session::test::live_connections_test
