// What the fan-out goes on with that it has not begun: what other processes have left behind, what was given up.
#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/log.h"
#include "logout/fan_out.h"
#include "logout/token_record.h"

namespace router::logout {

using base::milliseconds;
using base::Task;

namespace {

constexpr std::size_t kRecoverBatch = 256;

// For the receipt of a call whose back-end is not known here.
std::shared_ptr<const CallTarget> nameless_target(const CallRecord& call) {
  auto target = std::make_shared<CallTarget>();
  target->name = call.target_name;
  target->back_end = call.back_end;
  return target;
}

}  // namespace

void FanOut::start() {
  if (outbox_.is_durable()) loop_.post([this] { base::start_detached(look(this)); });
}

void FanOut::look_after(milliseconds pause) {
  loop_.after(pause, [this] { base::start_detached(look(this)); });
}

Task<void> FanOut::look(FanOut* self) {
  if (self->stopping_) co_return;
  auto recovering = base::guarded(self->recover());
  const auto recovered = co_await recovering;
  if (!recovered) base::log_error("logout.recover", {{"fault", describe(recovered.error())}});
  self->look_after(kRecoverEvery);
}

Task<void> FanOut::recover() {
  // what memory has no room for waits where it is
  while (waiting_ < options_.max_waiting) {
    auto taking = outbox_.take_left_behind(kRecoverBatch);
    auto left = co_await taking;
    if (!left) base::log_warning("logout.outbox", {{"fault", describe(left.error())}});
    if (!left || left->empty()) co_return;
    base::log_info("logout.recovered", {{"calls", left->size()}});
    const bool is_last = left->size() < kRecoverBatch;
    auto taking_on = take_on(*std::move(left), false);
    co_await taking_on;
    if (is_last) co_return;
  }
}

// `is_anew`: as if they were submitted now, else at the time they were recorded.
Task<void> FanOut::take_on(std::vector<Unfinished> calls, bool is_anew) {
  const auto steady = clock_.steady();
  const auto wall = clock_.wall();
  const auto steady_of = [&](base::WallTime time) {
    return steady + std::chrono::duration_cast<base::SteadyTime::duration>(time - wall);
  };
  std::vector<CallPtr> tokens;
  for (Unfinished& one : calls) {
    if (token_of(*one.call)) {
      tokens.push_back(std::move(one.call));
      continue;
    }
    auto found = find_target(*one.call);
    auto waiting = std::make_unique<WaitingCall>();
    waiting->target = found ? *found : nullptr;
    waiting->receipt = receipts_.reopen(one.call->logout_id);
    waiting->index =
        receipts_.reopen_call(waiting->receipt, number_of(one.call->id), found ? *found : nameless_target(*one.call));
    waiting->submitted = is_anew ? steady : std::min(steady, steady_of(one.call->created));
    // who logs out now goes first
    waiting->urgency = is_anew ? Urgency::urgent : Urgency::paced;
    waiting->report().attempts = one.attempts;
    waiting->call = std::move(one.call);
    if (!found && found.error().code == base::ErrorCode::not_found) {
      waiting->report().fault = found.error().detail;
      auto burying = bury(std::move(waiting));
      co_await burying;
    } else if (one.due > wall) {
      enqueue_later(std::move(waiting), steady_of(one.due));
    } else {
      enqueue(std::move(waiting));
    }
  }
  // last: they wait for the calls that need them
  if (tokens.empty() || !take_tokens_) co_return;
  auto taking = take_tokens_(std::move(tokens));
  co_await taking;
}

Task<base::Result<std::size_t>> FanOut::retry_dead(CallFilter which) {
  auto retrying = outbox_.retry(std::move(which), kRetryBatch);
  auto again = co_await retrying;
  if (!again) co_return again.error();
  const auto count = again->size();
  auto taking_on = take_on(*std::move(again), true);
  co_await taking_on;
  co_return count;
}

void FanOut::tell_once(Call call) {
  auto target = call.target;
  base::start_detached(send_once(this, std::make_shared<const CallRecord>(std::move(call)), std::move(target)));
}

Task<void> FanOut::send_once(FanOut* self, CallPtr call, std::shared_ptr<const CallTarget> target) {
  auto sending = self->sender_.send(call, std::move(target), false, SignalQueue::kPatience);
  const auto answer = co_await sending;
  const auto how = answer ? std::to_string(answer->status) : describe(answer.error());
  base::log_info("logout.told_once", {{"back_end", call->back_end}, {"call", call->id}, {"answer", how}});
}

}  // namespace router::logout
