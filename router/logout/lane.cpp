#include "logout/lane.h"

#include <algorithm>

namespace router::logout {
namespace {

// Timers are a tick of 50 ms late (base/loop.h), on a busy loop two: what the pace missed meanwhile may be made up for.
constexpr base::milliseconds kPaceSlack{100};

}  // namespace

void Lane::push(WaitingCallPtr call) {
  if (call->urgency == Urgency::urgent) return urgent_.push_back(std::move(call));
  // nobody has waited until now, so the pace has missed nothing
  if (paced_.empty()) next_paced_ = std::max(next_paced_, call->submitted);
  paced_.push_back(std::move(call));
}

void Lane::push_later(WaitingCallPtr call, base::SteadyTime due) { later_.emplace(due, std::move(call)); }

WaitingCallPtr Lane::take(base::SteadyTime now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    push(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
  if (running_ >= concurrency_ || (asks_at_ && *asks_at_ > now)) return nullptr;
  if (!urgent_.empty()) return start(urgent_, now);
  if (paced_.empty() || next_paced_ > now) return nullptr;
  next_paced_ = std::max(next_paced_, now - kPaceSlack) + pace_;
  return start(paced_, now);
}

WaitingCallPtr Lane::pop(std::deque<WaitingCallPtr>& queue) {
  auto call = std::move(queue.front());
  queue.pop_front();
  return call;
}

WaitingCallPtr Lane::start(std::deque<WaitingCallPtr>& queue, base::SteadyTime now) {
  ++running_;
  if (asks_at_) asks_at_ = now + kAsksEvery;
  return pop(queue);
}

WaitingCallPtr Lane::take_overdue(base::SteadyTime submitted_by) {
  if (!asks_at_) return nullptr;
  for (auto* queue : {&urgent_, &paced_}) {
    if (!queue->empty() && queue->front()->submitted <= submitted_by) return pop(*queue);
  }
  return nullptr;
}

std::optional<base::SteadyTime> Lane::wake_at(base::SteadyTime now) const {
  if (running_ >= concurrency_) return std::nullopt;
  std::optional<base::SteadyTime> wake;
  if (!urgent_.empty()) {
    wake = now;
  } else {
    if (!paced_.empty()) wake = std::max(now, next_paced_);
    if (!later_.empty()) wake = wake ? std::min(*wake, later_.begin()->first) : later_.begin()->first;
  }
  return wake && asks_at_ ? std::max(*wake, *asks_at_) : wake;
}

std::optional<base::SteadyTime> Lane::oldest() const {
  std::optional<base::SteadyTime> oldest;
  const auto look = [&](const WaitingCall& call) {
    if (!oldest || call.submitted < *oldest) oldest = call.submitted;
  };
  if (!urgent_.empty()) look(*urgent_.front());
  if (!paced_.empty()) look(*paced_.front());
  for (const auto& [due, call] : later_) look(*call);
  return oldest;
}

}  // namespace router::logout
