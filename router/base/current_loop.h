// The Loop whose thread this is; null on a thread that runs none (start, tests).
//
// What works on a thread of its own, or for several loops at once, brings a coroutine back to where it waited by it. Each
// Loop says so of its own thread with a CurrentLoop that lives as long as it runs.
#pragma once

#include <utility>

namespace router::base {

class Loop;

namespace detail {
inline thread_local Loop* current_loop = nullptr;
}

inline Loop* current_loop() { return detail::current_loop; }

class CurrentLoop {
 public:
  explicit CurrentLoop(Loop& loop) : before_(std::exchange(detail::current_loop, &loop)) {}
  ~CurrentLoop() { detail::current_loop = before_; }
  CurrentLoop(const CurrentLoop&) = delete;
  CurrentLoop& operator=(const CurrentLoop&) = delete;

 private:
  Loop* before_;
};

}  // namespace router::base
