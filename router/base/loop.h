// A Loop runs callbacks and coroutines on one thread, one at a time.
//
// The data plane has one Loop per core; one more, the background loop, owns what all cores share: identity
// (discovery, keys, token refresh), logout fan-out, session expiry. State that belongs to a loop needs no lock.
// post() may be called from any thread; the rest only on the loop's own thread.
// Implementations: net/asio_loop (sockets), tests/support/fake_loop (turned by hand).
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/task.h"

namespace router::base {

class Loop {
 public:
  virtual ~Loop() = default;

  // Runs `work` on the loop's thread, later, in order. Any thread.
  virtual void post(std::function<void()> work) = 0;
  // Runs `work` once after `delay`. Loop thread only. Precision: a tick of 50 ms, late rather than early.
  virtual void after(milliseconds delay, std::function<void()> work) = 0;
  // Whether the caller is on this loop's thread.
  virtual bool is_current() const = 0;
};

// co_await switch_to(loop): goes on on that loop's thread.
struct SwitchTo {
  Loop& loop;
  bool may_stay = true;  // at once, where this is that thread
  bool await_ready() const { return may_stay && loop.is_current(); }
  void await_suspend(std::coroutine_handle<> waiter) const {
    loop.post([waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}
};
inline SwitchTo switch_to(Loop& loop) { return SwitchTo{loop}; }

// co_await sleep_for(loop, delay), on that loop.
struct SleepFor {
  Loop& loop;
  milliseconds delay;
  bool await_ready() const noexcept { return delay <= milliseconds::zero(); }
  void await_suspend(std::coroutine_handle<> waiter) const {
    loop.after(delay, [waiter] { waiter.resume(); });
  }
  void await_resume() const noexcept {}
};
inline SleepFor sleep_for(Loop& loop, milliseconds delay) { return SleepFor{loop, delay}; }

// Runs `task` on `loop` and comes back to `home` with its result, or with what it threw.
template <class T>
Task<T> run_on(Loop& loop, Loop& home, Task<T> task) {
  co_await switch_to(loop);
  std::exception_ptr thrown;
  if constexpr (std::is_void_v<T>) {
    try {
      co_await task;
    } catch (...) {
      thrown = std::current_exception();
    }
    co_await switch_to(home);
    if (thrown) std::rethrow_exception(thrown);
  } else {
    std::optional<T> result;
    try {
      result.emplace(co_await task);
    } catch (...) {
      thrown = std::current_exception();
    }
    co_await switch_to(home);
    if (thrown) std::rethrow_exception(thrown);
    co_return *std::move(result);
  }
}

}  // namespace router::base
