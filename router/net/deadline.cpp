#include "net/deadline.h"

#include <algorithm>
#include <utility>

namespace router::net {

using base::SteadyTime;

void Deadline::arm(base::milliseconds from_now) { arm_at(wheel_.now() + from_now); }

void Deadline::arm_at(SteadyTime at) {
  at_ = at;
  if (slotted_at_ <= at_) return;  // linked early enough: the wheel re-slots it when that slot comes round
  unlink();
  wheel_.schedule(*this);
}

void Deadline::unlink() {
  if (head_ == nullptr) return;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else {
    *head_ = next_;
  }
  if (next_ != nullptr) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
  head_ = nullptr;
  slotted_at_ = SteadyTime::max();
  --wheel_.linked_;
}

DeadlineWheel::DeadlineWheel() : start_(std::chrono::steady_clock::now()), now_(start_) {}

void DeadlineWheel::push(Deadline*& head, Deadline& deadline) {
  deadline.head_ = &head;
  deadline.previous_ = nullptr;
  deadline.next_ = head;
  if (head != nullptr) head->previous_ = &deadline;
  head = &deadline;
  ++deadline.wheel_.linked_;
}

void DeadlineWheel::schedule(Deadline& deadline) {
  // never into a slot that has been visited already, nor more than one turn ahead
  const SteadyTime first = start_ + kTick * (done_ticks_ + 1);
  const SteadyTime last = start_ + kTick * (done_ticks_ + kSlots - 1);
  deadline.slotted_at_ = std::clamp(deadline.at_, first, last);
  const auto tick = static_cast<std::size_t>((deadline.slotted_at_ - start_) / kTick);
  push(slots_[tick % kSlots], deadline);
}

void DeadlineWheel::advance(SteadyTime now) {
  now_ = now;
  const auto ticks = static_cast<std::uint64_t>((now - start_) / kTick);
  if (ticks > done_ticks_ + kSlots) done_ticks_ = ticks - kSlots;  // after a long sleep: each slot once
  // a tick's slot is visited when all of its time is over
  while (done_ticks_ + 1 < ticks) visit(slots_[++done_ticks_ % kSlots]);
}

void DeadlineWheel::visit(Deadline*& slot) {
  Deadline* waiting = slot;
  while (waiting != nullptr) {
    Deadline& deadline = *std::exchange(waiting, waiting->next_);
    deadline.unlink();
    if (!deadline.armed()) continue;
    if (deadline.at_ > now_) {
      schedule(deadline);
    } else {
      push(due_, deadline);
    }
  }
  fire_due();
}

void DeadlineWheel::fire_due() {
  // one at a time from the list: a callback may destroy, disarm or re-arm any deadline, its own included
  while (due_ != nullptr) {
    Deadline& deadline = *due_;
    deadline.unlink();
    if (!deadline.armed()) continue;
    deadline.disarm();
    deadline.fire_();
  }
}

}  // namespace router::net
