#include "base/frame_memory.h"

#include <doctest/doctest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "base/task.h"
#include "support/run_task.h"

namespace router::frame_memory_test {

using namespace router::base;

namespace {

constexpr std::size_t kSize = 1000;

std::vector<void*> take(std::size_t frames) {
  std::vector<void*> taken(frames);
  for (auto*& frame : taken) {
    frame = take_frame(kSize);
    std::memset(frame, 0xAB, kSize);
  }
  return taken;
}

void give(const std::vector<void*>& taken) {
  for (auto* const frame : taken) give_frame(frame, kSize);
}

Task<int> one() { co_return 1; }

Task<int> many(int times) {
  int sum = 0;
  for (int i = 0; i < times; ++i) {
    const int got = co_await one();
    sum += got;
  }
  co_return sum;
}

}  // namespace

TEST_CASE("frame memory: frames that live at once are apart, whatever was freed before [issue 13]") {
  give(take(10));
  const auto taken = take(100);
  CHECK(std::set(taken.begin(), taken.end()).size() == 100);
  give(taken);
}

TEST_CASE("frame memory: what a thread keeps is bounded [issue 13]") {
  std::thread([] {
    give(take(4 * kMostKeptFrames / kSize));
    CHECK(kept_frame_bytes() <= kMostKeptFrames);
    for (std::size_t size = 1; size < 10'000; size += 97) give_frame(take_frame(size), size);
    CHECK(kept_frame_bytes() <= kMostKeptFrames);
  }).join();
}

TEST_CASE("frame memory: a frame that another thread frees is that one's [issue 13]") {
  const auto taken = take(100);
  const auto kept = kept_frame_bytes();
  std::thread([&] {
    give(taken);
    give(take(200));
  }).join();
  CHECK(kept_frame_bytes() == kept);
}

TEST_CASE("frame memory: a coroutine that is called a thousand times leaves one frame [issue 13]") {
  std::thread([] {
    CHECK(router::test::run_task(many(1)) == 1);
    const auto kept = kept_frame_bytes();
    CHECK(router::test::run_task(many(1000)) == 1000);
    CHECK(kept_frame_bytes() == kept);
  }).join();
}

}  // namespace router::frame_memory_test
