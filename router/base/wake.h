// A coroutine's wait that any of several may end: an answer, a deadline, somebody who gives up.
//
// The first one decides. The coroutine goes on in a turn of the loop of its own, never inside the call that ended its
// wait: whoever ends it may be in the middle of a list that the coroutine's next steps change.
// Owner: the coroutine that waits, which waits once. Threads: everything on the loop's own.
#pragma once

#include <coroutine>
#include <utility>

#include "base/loop.h"

namespace router::base {

class Wake {
 public:
  explicit Wake(Loop& loop) : loop_(loop) {}
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  // false: the wait had been ended before.
  bool end() {
    if (std::exchange(ended_, true)) return false;
    if (waiter_) loop_.post([waiter = waiter_] { waiter.resume(); });
    return true;
  }
  bool has_ended() const { return ended_; }

  struct Awaiter {
    Wake& wake;
    bool await_ready() const noexcept { return wake.ended_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { wake.waiter_ = waiter; }
    void await_resume() const noexcept {}
  };
  Awaiter wait() { return Awaiter{*this}; }

 private:
  Loop& loop_;
  std::coroutine_handle<> waiter_;
  bool ended_ = false;
};

}  // namespace router::base
