// The calls that wait for one back-end. One lane each, so that a slow back-end never delays another.
//
// Two classes: urgent (somebody logged out) goes first; paced (sessions that timed out together) goes at a
// steady rate. At most `concurrency` calls run at a time. Where nobody listens, one call asks every so often, whoever
// waits, until somebody is reached: a back-end that is down costs the same at any rate of logouts. Knows no loop and no
// client: the fan-out asks it what to do next. Background loop only. Source: docs/contract/logout.md section 7;
// docs/contract/reliability.md O1, O8.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "logout/call.h"
#include "logout/receipt.h"

namespace router::logout {

enum class Urgency { urgent, paced };

struct WaitingCall {
  CallPtr call;
  std::shared_ptr<const CallTarget> target;  // null: of an earlier process's, not known yet
  std::shared_ptr<Receipt> receipt;
  std::size_t index = 0;  // in Receipt::calls
  Urgency urgency = Urgency::urgent;
  base::SteadyTime submitted;

  CallReport& report() const { return receipt->calls[index]; }
};
using WaitingCallPtr = std::unique_ptr<WaitingCall>;

class Lane {
 public:
  static constexpr base::milliseconds kAsksEvery{500};

  Lane(std::size_t concurrency, unsigned paced_per_second)
      : concurrency_(concurrency), pace_(base::SteadyTime::duration(std::chrono::seconds(1)) / paced_per_second) {}

  void push(WaitingCallPtr call);
  void push_later(WaitingCallPtr call, base::SteadyTime due);

  // The next call that may run now, null if there is none; it counts as running until finished().
  WaitingCallPtr take(base::SteadyTime now);
  void finished() { --running_; }
  // What came of it: nobody listens there, or somebody does.
  void not_reached(base::SteadyTime now) { asks_at_ = now + kAsksEvery; }
  void reached() { asks_at_.reset(); }
  // Where nobody listens: one whose turn has come, which was submitted by then and is not worth another try.
  WaitingCallPtr take_overdue(base::SteadyTime submitted_by);
  // When take() may have something, without another finished(); absent: not before.
  std::optional<base::SteadyTime> wake_at(base::SteadyTime now) const;

  std::size_t running() const { return running_; }
  std::size_t waiting() const { return urgent_.size() + paced_.size() + later_.size(); }
  std::size_t paced_waiting() const { return paced_.size(); }
  // When the longest waiting call was submitted.
  std::optional<base::SteadyTime> oldest() const;

  // For the fan-out's own use.
  bool pumping = false;
  bool pump_posted = false;
  std::optional<base::SteadyTime> armed;

 private:
  static WaitingCallPtr pop(std::deque<WaitingCallPtr>& queue);
  WaitingCallPtr start(std::deque<WaitingCallPtr>& queue, base::SteadyTime now);

  std::size_t concurrency_;
  base::SteadyTime::duration pace_;
  base::SteadyTime next_paced_ = base::SteadyTime::min();
  std::optional<base::SteadyTime> asks_at_;  // nobody listens: then the next one may run
  std::deque<WaitingCallPtr> urgent_;
  std::deque<WaitingCallPtr> paced_;
  std::multimap<base::SteadyTime, WaitingCallPtr> later_;
  std::size_t running_ = 0;
};

}  // namespace router::logout
