#include "base/event.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/task.h"

namespace router::event_test {

using namespace router::base;

namespace {

Task<void> wait_and_note(Event& event, int name, std::vector<int>& woken) {
  co_await event.wait();
  woken.push_back(name);
}

}  // namespace

TEST_CASE("event: set wakes everybody who waits, in order") {
  Event event;
  std::vector<int> woken;
  for (int name = 1; name <= 3; ++name) start_detached(wait_and_note(event, name, woken));
  CHECK(woken.empty());
  event.set();
  CHECK(woken == std::vector<int>{1, 2, 3});
  event.set();
  CHECK(woken.size() == 3);
}

TEST_CASE("event: who comes later does not wait") {
  Event event;
  event.set();
  CHECK(event.is_set());
  std::vector<int> woken;
  start_detached(wait_and_note(event, 1, woken));
  CHECK(woken == std::vector<int>{1});
}

}  // namespace router::event_test
