// A one-shot event for coroutines of one loop: any number wait, one set() wakes them all.
//
// Threads: not thread-safe; set() and wait() belong to the same loop. Waiters are resumed inside set().
// Owner: must outlive its waiters.
#pragma once

#include <coroutine>
#include <utility>
#include <vector>

namespace router::base {

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  bool is_set() const { return set_; }

  void set() {
    if (std::exchange(set_, true)) return;
    auto waiters = std::move(waiters_);
    waiters_.clear();
    for (auto waiter : waiters) waiter.resume();
  }

  struct Awaiter {
    Event& event;
    bool await_ready() const noexcept { return event.set_; }
    void await_suspend(std::coroutine_handle<> waiter) { event.waiters_.push_back(waiter); }
    void await_resume() const noexcept {}
  };
  Awaiter wait() { return Awaiter{*this}; }

 private:
  bool set_ = false;
  std::vector<std::coroutine_handle<>> waiters_;
};

}  // namespace router::base
