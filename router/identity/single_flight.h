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

namespace router::identity {

class SingleFlight {
 public:
  bool is_running() const { return running_ != nullptr; }
  std::size_t waiting() const { return waiting_; }

  // Ends when the running work has ended; starts `work` if there is none. All who wait get what `work` throws.
  base::Task<void> run(base::Task<void> work) {
    start(std::move(work));
    co_await join();
  }

  // Waits for the running work; ends at once if there is none.
  base::Task<void> join() {
    const auto flight = running_;
    if (!flight) co_return;
    ++waiting_;
    co_await flight->landed.wait();
    --waiting_;
    if (flight->thrown) std::rethrow_exception(flight->thrown);
  }

  // The same, for at most so long; the work goes on, and what it throws then is nobody's here.
  base::Task<void> run_for(base::Loop& loop, base::milliseconds at_most, base::Task<void> work) {
    start(std::move(work));
    co_await join_for(loop, at_most);
  }
  base::Task<void> join_for(base::Loop& loop, base::milliseconds at_most) {
    const auto flight = running_;
    if (!flight) co_return;
    ++waiting_;
    const auto over = std::make_shared<base::Event>();
    base::start_detached(pass_on(flight, over));
    loop.after(at_most, [over] { over->set(); });
    co_await over->wait();
    --waiting_;
    if (flight->thrown) std::rethrow_exception(flight->thrown);
  }

  // Starts `work` if none is running, without waiting.
  void start(base::Task<void> work) {
    if (running_) return;
    running_ = std::make_shared<Flight>();
    base::start_detached(land(this, running_, std::move(work)));
  }

 private:
  struct Flight {
    base::Event landed;
    std::exception_ptr thrown;
  };
  static base::Task<void> land(SingleFlight* self, std::shared_ptr<Flight> flight, base::Task<void> work) {
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

  static base::Task<void> pass_on(std::shared_ptr<Flight> from, std::shared_ptr<base::Event> to) {
    co_await from->landed.wait();
    to->set();
  }

  std::shared_ptr<Flight> running_;
  std::size_t waiting_ = 0;
};

}  // namespace router::identity
