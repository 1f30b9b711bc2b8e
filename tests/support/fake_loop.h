// A Loop and a Clock that tests turn by hand: nothing runs, and no time passes, until the test says so.
#pragma once

#include <deque>
#include <functional>
#include <map>

#include "base/clock.h"
#include "base/loop.h"

namespace router::test {

class FakeClock final : public base::Clock {
 public:
  base::SteadyTime steady() const override { return steady_; }
  base::WallTime wall() const override { return wall_; }

  void advance(base::milliseconds by) {
    steady_ += by;
    wall_ += by;
  }
  void set_wall(base::WallTime wall) { wall_ = wall; }

 private:
  base::SteadyTime steady_{std::chrono::hours(1000)};
  base::WallTime wall_{std::chrono::seconds(1'800'000'000)};
};

class FakeLoop final : public base::Loop {
 public:
  static constexpr base::milliseconds kTick{50};  // of net/deadline.h, in whose ticks real loops look at their timers

  explicit FakeLoop(FakeClock& clock) : clock_(clock) {}

  void post(std::function<void()> work) override { ready_.push_back(std::move(work)); }
  // As imprecise as a real one: a timer fires at the first tick at which its time is over.
  void after(base::milliseconds delay, std::function<void()> work) override {
    timers_.emplace(tick_at(clock_.steady() + delay), std::move(work));
  }
  bool is_current() const override { return current_; }
  // false: switch_to(loop) really goes through post()
  void set_current(bool current) { current_ = current; }

  // Runs everything that is due now.
  void run_ready() {
    for (;;) {
      while (!timers_.empty() && timers_.begin()->first <= clock_.steady()) {
        ready_.push_back(std::move(timers_.begin()->second));
        timers_.erase(timers_.begin());
      }
      if (ready_.empty()) return;
      auto work = std::move(ready_.front());
      ready_.pop_front();
      work();
    }
  }

  // Runs the one piece of work that is next, if there is one.
  void run_one() {
    if (ready_.empty()) return;
    auto work = std::move(ready_.front());
    ready_.pop_front();
    work();
  }

  // Moves the clock, stopping at every timer on the way.
  void advance(base::milliseconds by) {
    const auto end = clock_.steady() + by;
    run_ready();
    while (!timers_.empty() && timers_.begin()->first <= end) {
      clock_.advance(std::chrono::duration_cast<base::milliseconds>(timers_.begin()->first - clock_.steady()));
      run_ready();
    }
    clock_.advance(std::chrono::duration_cast<base::milliseconds>(end - clock_.steady()));
    run_ready();
  }

  std::size_t pending_timers() const { return timers_.size(); }

 private:
  static base::SteadyTime tick_at(base::SteadyTime time) {
    const auto since_start = std::chrono::ceil<base::milliseconds>(time.time_since_epoch());
    return base::SteadyTime((since_start + kTick - base::milliseconds(1)) / kTick * kTick);
  }

  FakeClock& clock_;
  std::deque<std::function<void()>> ready_;
  std::multimap<base::SteadyTime, std::function<void()>> timers_;
  bool current_ = true;
};

}  // namespace router::test
