// Loops whose turn it is by chance: what runs next is drawn, so that a seed is an interleaving.
//
//   Scheduler scheduler(seed);
//   Scheduler::Loop background(scheduler);
//   base::start_detached(some_task(...));   // co_await scheduler.yield() where others may come in between
//   scheduler.run();
//
// Each loop keeps the order of what is posted to it, as real loops do; between loops, and between coroutines
// that yielded, nothing is kept. Timers fire when nothing else can run: then the clock moves. One thread.
#pragma once

#include <deque>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

#include "support/fake_loop.h"

namespace router::test {

class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed) : random_(seed) {}

  class Loop final : public base::Loop {
   public:
    explicit Loop(Scheduler& scheduler) : scheduler_(scheduler) { scheduler.loops_.push_back(this); }
    void post(std::function<void()> work) override { queue_.push_back(std::move(work)); }
    void after(base::milliseconds delay, std::function<void()> work) override {
      scheduler_.timers_.emplace(scheduler_.clock.steady() + delay, Timer{this, std::move(work)});
    }
    bool is_current() const override { return scheduler_.current_ == this; }

   private:
    friend class Scheduler;
    Scheduler& scheduler_;
    std::deque<std::function<void()>> queue_;
  };

  // Goes on later, on the same loop, whenever chance has it.
  struct Yield {
    Scheduler& scheduler;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      scheduler.yielded_.push_back({scheduler.current_, [waiter] { waiter.resume(); }});
    }
    void await_resume() const {
      if (++scheduler.yields_ == scheduler.throws_at_) throw std::runtime_error("thrown by the test");
    }
  };
  Yield yield() { return Yield{*this}; }

  // The so many-th yield throws where it goes on: store or provider, before or after what they do. 0: none.
  void throw_at(std::size_t yield) { throws_at_ = yield; }
  std::size_t yields() const { return yields_; }

  // Begins `work` on `loop` at a time of chance.
  void start(Loop& loop, std::function<void()> work) { yielded_.push_back({&loop, std::move(work)}); }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool heads() { return below(2) == 0; }

  // Until nothing is left to do, timers included.
  void run() {
    while (step()) {
    }
  }

  FakeClock clock;

 private:
  struct Timer {
    Loop* loop;
    std::function<void()> work;
  };

  bool step() {
    std::vector<Loop*> busy;
    for (auto* loop : loops_) {
      if (!loop->queue_.empty()) busy.push_back(loop);
    }
    const auto choices = busy.size() + yielded_.size();
    if (choices == 0) return fire_timer();
    const auto chosen = below(choices);
    if (chosen < busy.size()) {
      auto work = std::move(busy[chosen]->queue_.front());
      busy[chosen]->queue_.pop_front();
      run_on(busy[chosen], work);
    } else {
      std::swap(yielded_[chosen - busy.size()], yielded_.back());
      auto next = std::move(yielded_.back());
      yielded_.pop_back();
      run_on(next.loop, next.work);
    }
    return true;
  }
  bool fire_timer() {
    if (timers_.empty()) return false;
    auto first = timers_.extract(timers_.begin());
    if (first.key() > clock.steady()) {
      clock.advance(std::chrono::duration_cast<base::milliseconds>(first.key() - clock.steady()) +
                    base::milliseconds(1));
    }
    run_on(first.mapped().loop, first.mapped().work);
    return true;
  }
  void run_on(Loop* loop, const std::function<void()>& work) {
    current_ = loop;
    work();
    current_ = nullptr;
  }

  std::mt19937_64 random_;
  std::size_t yields_ = 0;
  std::size_t throws_at_ = 0;
  std::vector<Loop*> loops_;
  std::vector<Timer> yielded_;
  std::multimap<base::SteadyTime, Timer> timers_;
  Loop* current_ = nullptr;
};

}  // namespace router::test
