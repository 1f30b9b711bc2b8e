// For work that never waits: after each piece, everybody else on the loop comes first.
//
//   co_await base::take_turn(loop);   // on that loop
//
// Whatever can be paced by a stranger (bytes that are there already, a socket that takes all at once, a file in the
// page cache) is done in pieces of a fraction of a millisecond with a turn between them.
#pragma once

#include <coroutine>

#include "base/loop.h"

namespace router::base {

struct TakeTurn {
  Loop& loop;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    loop.post([waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}
};
inline TakeTurn take_turn(Loop& loop) { return TakeTurn{loop}; }

}  // namespace router::base
