// Deadlines of connections: O(1) to arm, nothing to pay for one that is moved forward.
//
// A Deadline sits in a slot of the loop's wheel. Moving it later only writes the new time; the wheel re-slots it when
// the old slot comes round. Precision: one tick (50 ms), late rather than early. One that has been disarmed does not
// fire any more, not even in the tick it would have been due in.
// Owner: whoever waits; must be destroyed on the loop's thread, and unlinks itself. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "base/clock.h"

namespace router::net {

class DeadlineWheel;

class Deadline {
 public:
  // `fire` runs on the loop's thread; it may arm or disarm any deadline, or destroy it. It resumes no coroutine: those
  // go on in a turn of their own (base/wake.h).
  Deadline(DeadlineWheel& wheel, std::function<void()> fire) : wheel_(wheel), fire_(std::move(fire)) {}
  ~Deadline() { unlink(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void arm(base::milliseconds from_now);
  // A time that has passed is due in the next tick.
  void arm_at(base::SteadyTime at);
  void disarm() { at_ = base::SteadyTime::max(); }
  bool armed() const { return at_ != base::SteadyTime::max(); }

 private:
  friend class DeadlineWheel;
  void unlink();

  DeadlineWheel& wheel_;
  std::function<void()> fire_;
  base::SteadyTime at_ = base::SteadyTime::max();
  base::SteadyTime slotted_at_ = base::SteadyTime::max();  // time of the slot it is linked in
  Deadline** head_ = nullptr;                              // the list it is linked in
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
};

class DeadlineWheel {
 public:
  static constexpr base::milliseconds kTick{50};

  DeadlineWheel();
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  // Called by the loop about every kTick; fires what is due.
  void advance(base::SteadyTime now);
  base::SteadyTime now() const { return now_; }
  bool empty() const { return linked_ == 0; }

 private:
  friend class Deadline;
  static constexpr std::size_t kSlots = 2048;  // 102 s; later times go round more than once
  static void push(Deadline*& head, Deadline& deadline);
  void schedule(Deadline& deadline);
  void visit(Deadline*& slot);
  void fire_due();

  std::array<Deadline*, kSlots> slots_{};
  Deadline* due_ = nullptr;
  base::SteadyTime start_;
  base::SteadyTime now_;
  std::size_t linked_ = 0;
  std::uint64_t done_ticks_ = 0;  // slots up to this tick since start_ have been visited
};

}  // namespace router::net
