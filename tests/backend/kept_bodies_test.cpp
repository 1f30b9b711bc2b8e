#include "backend/kept_bodies.h"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/turn.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::kept_bodies_test {

using backend::BodyKey;
using backend::KeptBodies;
using base::Result;
using base::Task;
using std::string;

namespace {

const base::WallTime kLongAgo{std::chrono::seconds(1'700'000'000)};
const base::WallTime kToday{std::chrono::seconds(1'800'000'000)};

BodyKey key_of(std::uint64_t inode) {
  backend::OpenFile file;
  file.inode = inode;
  file.size = 10;
  file.modified = kLongAgo;
  return BodyKey(file);
}

struct Work {
  test::FakeClock clock;
  test::FakeLoop loop{clock};
  int begun = 0;
};

// Takes a turn, then makes it.
Task<Result<string>> make(Work& work, Result<string> result) {
  ++work.begun;
  co_await base::take_turn(work.loop);
  co_return result;
}

Task<void> note(Task<KeptBodies::Made> getting, std::vector<string>& got) {
  auto made = co_await getting;
  got.push_back(made ? **made : made.error().detail);
}

void ask(KeptBodies& bodies, const BodyKey& key, base::Loop& loop, Task<Result<string>> make,
         std::vector<string>& got) {
  base::start_detached(note(bodies.get(key, loop, kToday, std::move(make)), got));
}

KeptBodies::Made get(KeptBodies& bodies, const BodyKey& key, Work& work, Result<string> result,
                     base::WallTime now = kToday) {
  return test::run_task(bodies.get(key, work.loop, now, make(work, std::move(result))), &work.loop);
}

}  // namespace

TEST_CASE("kept bodies: one is made once, and who comes meanwhile waits for it on a loop of his own [N2]") {
  KeptBodies bodies;
  Work work;
  test::FakeLoop other(work.clock);
  std::vector<string> here, there;
  ask(bodies, key_of(1), work.loop, make(work, string("made")), here);
  ask(bodies, key_of(1), other, make(work, string("never")), there);
  ask(bodies, key_of(1), work.loop, make(work, string("never")), here);
  work.loop.run_ready();
  CHECK(here == std::vector<string>{"made", "made"});
  CHECK(there.empty());
  other.run_ready();
  CHECK(there == std::vector<string>{"made"});
  CHECK(**get(bodies, key_of(1), work, string("never")) == "made");
  CHECK(work.begun == 1);
  REQUIRE(bodies.find(key_of(1)));
  CHECK_FALSE(bodies.find(key_of(2)));
}

TEST_CASE("kept bodies: another file, time, size, value or coding is another body [N2]") {
  KeptBodies bodies;
  Work work;
  CHECK(get(bodies, key_of(1), work, string("first")));
  std::vector<BodyKey> others(6, key_of(1));
  others[0].device = 7;
  others[1].inode = 7;
  others[2].size = 7;
  others[3].modified += std::chrono::nanoseconds(1);
  others[4].values = 7;
  others[5].coding = http::Coding::br;
  for (const auto& other : others) CHECK_FALSE(bodies.find(other));
  others[4].coding = others[5].coding;
  CHECK(others[4] != others[5]);
}

TEST_CASE("kept bodies: the ones used longest ago make room within the bound, one above it is not kept [N2]") {
  KeptBodies bodies(12'000);
  Work work;
  for (std::uint64_t inode = 1; inode <= 3; ++inode) CHECK(get(bodies, key_of(inode), work, string(3000, 'x')));
  CHECK(bodies.find(key_of(1)));  // used again: 2 is the oldest now
  CHECK(get(bodies, key_of(4), work, string(3000, 'x')));
  CHECK(bodies.find(key_of(1)));
  CHECK_FALSE(bodies.find(key_of(2)));
  CHECK(bodies.find(key_of(3)));
  CHECK(bodies.find(key_of(4)));
  CHECK(bodies.size() <= 12'000);
  CHECK(get(bodies, key_of(5), work, string(20'000, 'x')));
  CHECK_FALSE(bodies.find(key_of(5)));
  CHECK(bodies.find(key_of(4)));
}

TEST_CASE("kept bodies: a fault is that of all who waited, and the next one tries again [N2]") {
  KeptBodies bodies;
  Work work;
  std::vector<string> got;
  const base::Error fault{base::ErrorCode::internal, base::Side::router, "broken"};
  ask(bodies, key_of(1), work.loop, make(work, fault), got);
  ask(bodies, key_of(1), work.loop, make(work, string("never")), got);
  work.loop.run_ready();
  CHECK(got == std::vector<string>{"broken", "broken"});
  CHECK(**get(bodies, key_of(1), work, string("made")) == "made");
}

TEST_CASE("kept bodies: a file written this second may change without a new time, so it is not kept [N2]") {
  KeptBodies bodies;
  Work work;
  for (const auto after : {-999, 0, 999}) {
    CHECK(get(bodies, key_of(1), work, string("x"), kLongAgo + std::chrono::milliseconds(after)));
    CHECK_FALSE(bodies.find(key_of(1)));
  }
  CHECK(work.begun == 3);
  CHECK(get(bodies, key_of(1), work, string("x"), kLongAgo + std::chrono::milliseconds(1001)));
  CHECK(bodies.find(key_of(1)));
}

TEST_CASE("kept bodies: a maker that is given up leaves nobody waiting [N2]") {
  KeptBodies bodies;
  Work work;
  std::vector<string> got;
  {
    const auto given_up = [&] {
      auto task = bodies.get(key_of(1), work.loop, kToday, make(work, string("never")));
      return task;
    }();
    (void)given_up;  // never begun
  }
  ask(bodies, key_of(1), work.loop, make(work, string("made")), got);
  work.loop.run_ready();
  CHECK(got == std::vector<string>{"made"});
}

}  // namespace router::kept_bodies_test
