// One piece of work at a time: who comes while it runs waits for the same run.
//
// The work is detached from whoever started it, so that it does not depend on its first caller. The owner of
// this object must be kept alive by `work` (a shared_ptr parameter). Loop: one; not thread-safe.
#pragma once

#include <exception>
#include <memory>
#include <utility>

#include "base/event.h"
#include "base/loop.h"
#include "base/task.h"

namespace router::base {

class SingleFlight {
 public:
  bool is_running() const { return running_ != nullptr; }
  std::size_t waiting() const { return waiting_; }

  // Ends when the running work has ended; starts `work` if there is none. All who wait get what `work` throws.
  Task<void> run(Task<void> work) {
    start(std::move(work));
    co_await join();
  }

  // Waits for the running work; ends at once if there is none.
  Task<void> join() {
    const auto flight = running_;
    if (!flight) co_return;
    ++waiting_;
    co_await flight->landed.wait();
    --waiting_;
    if (flight->thrown) std::rethrow_exception(flight->thrown);
  }

  // The same, for at most so long; the work goes on, and what it throws then is nobody's here.
  Task<void> run_for(Loop& loop, milliseconds at_most, Task<void> work) {
    start(std::move(work));
    co_await join_for(loop, at_most);
  }
  Task<void> join_for(Loop& loop, milliseconds at_most) {
    const auto flight = running_;
    if (!flight) co_return;
    ++waiting_;
    const auto over = std::make_shared<Event>();
    start_detached(pass_on(flight, over));
    loop.after(at_most, [over] { over->set(); });
    co_await over->wait();
    --waiting_;
    if (flight->thrown) std::rethrow_exception(flight->thrown);
  }

  // Starts `work` if none is running, without waiting.
  void start(Task<void> work) {
    if (running_) return;
    running_ = std::make_shared<Flight>();
    start_detached(land(this, running_, std::move(work)));
  }

 private:
  struct Flight {
    Event landed;
    std::exception_ptr thrown;
  };
  static Task<void> land(SingleFlight* self, std::shared_ptr<Flight> flight, Task<void> work) {
    try {
      co_await work;
    } catch (...) {
      flight->thrown = std::current_exception();
    }
    self->running_ = nullptr;
    // Last: the waiters go on inside set(). `self` lives until this frame, and `work` in it, is gone.
    flight->landed.set();
    if (flight->thrown) std::rethrow_exception(flight->thrown);
  }

  static Task<void> pass_on(std::shared_ptr<Flight> from, std::shared_ptr<Event> to) {
    co_await from->landed.wait();
    to->set();
  }

  std::shared_ptr<Flight> running_;
  std::size_t waiting_ = 0;
};

}  // namespace router::base
