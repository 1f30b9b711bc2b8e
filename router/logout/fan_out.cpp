#include "logout/fan_out.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/guarded.h"
#include "base/log.h"
#include "crypto/random.h"

namespace router::logout {

using base::milliseconds;
using base::Task;

namespace {

constexpr milliseconds kRoomPoll{50};
constexpr milliseconds kLongestRoomWait{10'000};
constexpr milliseconds kDrainPoll{20};
constexpr std::size_t kRecoverBatch = 256;

std::mt19937_64::result_type system_seed() {
  const std::string bytes = crypto::random_bytes(sizeof(std::mt19937_64::result_type));
  std::mt19937_64::result_type seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

FanOut::FanOut(net::HttpClient& client, base::Loop& loop, const base::Clock& clock, Outbox& outbox,
               Receipts& receipts, FanOutOptions options, std::function<double()> random)
    : client_(client),
      loop_(loop),
      clock_(clock),
      outbox_(outbox),
      receipts_(receipts),
      options_(options),
      generator_(system_seed()),
      random_(std::move(random)) {
  if (!random_) random_ = [this] { return std::uniform_real_distribution<double>(0, 1)(generator_); };
}

Task<void> FanOut::submit(std::shared_ptr<Receipt> receipt, std::vector<Call> calls, Urgency urgency) {
  const std::size_t first = receipt->calls.size();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Call& call = calls[i];
    call.logout_id = receipt->id;
    call.id = receipt->id + "." + std::to_string(first + i + 1);
    call.created = clock_.wall();
    receipt->calls.push_back(CallReport{call.target});
    ++receipt->open_calls;
    if (call.target->sends_token) ++receipt->open_token_uses;
  }
  const auto recorded = co_await outbox_.record(calls);
  receipt->durable = recorded && outbox_.is_durable();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto waiting = std::make_unique<WaitingCall>();
    waiting->call = std::move(calls[i]);
    waiting->receipt = receipt;
    waiting->index = first + i;
    waiting->urgency = urgency;
    waiting->submitted = clock_.steady();
    if (lane_of(waiting->call).waiting() >= options_.max_waiting) {
      waiting->report().fault = "the queue is full";
      co_await bury(std::move(waiting));
    } else {
      enqueue(std::move(waiting));
    }
  }
}

Task<void> FanOut::wait_for_room(std::vector<std::string> back_ends) {
  const auto end = clock_.steady() + kLongestRoomWait;
  while (!has_room(back_ends) && clock_.steady() < end) co_await base::sleep_for(loop_, kRoomPoll);
}

bool FanOut::has_room(const std::vector<std::string>& back_ends) const {
  if (back_ends.empty()) return true;
  return std::any_of(back_ends.begin(), back_ends.end(), [this](const std::string& name) {
    const auto lane = lanes_.find(name);
    return lane == lanes_.end() || lane->second.paced_waiting() < options_.paced_high_water;
  });
}

Task<void> FanOut::recover() {
  for (;;) {
    auto left = co_await outbox_.take_left_behind(kRecoverBatch);
    if (!left || left->empty()) co_return;
    base::log_info("logout.recovered", {{"calls", left->size()}});
    std::map<std::string, std::shared_ptr<Receipt>> receipts;
    for (Call& call : *left) {
      auto& receipt = receipts[call.logout_id];
      if (!receipt) {
        receipt = receipts_.open(Cause::recovered, "", call.logout_id);
        receipt->durable = true;
      }
      auto waiting = std::make_unique<WaitingCall>();
      waiting->receipt = receipt;
      waiting->index = receipt->calls.size();
      waiting->submitted = clock_.steady();
      receipt->calls.push_back(CallReport{call.target});
      ++receipt->open_calls;
      if (call.target->sends_token) ++receipt->open_token_uses;
      waiting->call = std::move(call);
      enqueue(std::move(waiting));
    }
    for (auto& [id, receipt] : receipts) receipts_.set_provider(*receipt, ProviderPart::none);
  }
}

Task<void> FanOut::drain(milliseconds at_most) {
  const auto end = clock_.steady() + at_most;
  while (waiting_ > 0 && clock_.steady() < end) co_await base::sleep_for(loop_, kDrainPoll);
  if (waiting_ > 0) {
    base::log_warning("logout.left_behind", {{"calls", waiting_}, {"durable", outbox_.is_durable()}});
  }
}

std::optional<milliseconds> FanOut::oldest_age() const {
  std::optional<base::SteadyTime> oldest;
  for (const auto& [name, lane] : lanes_) {
    const auto candidate = lane.oldest();
    if (candidate && (!oldest || *candidate < *oldest)) oldest = candidate;
  }
  if (!oldest) return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(clock_.steady() - *oldest);
}

Lane& FanOut::lane_of(const Call& call) {
  return lanes_.try_emplace(call.target->back_end, options_.concurrency, options_.paced_per_second)
      .first->second;
}

void FanOut::enqueue(WaitingCallPtr call) {
  ++waiting_;
  Lane& lane = lane_of(call->call);
  lane.push(std::move(call));
  // Later, so that whoever submitted can answer its browser first.
  if (std::exchange(lane.pump_posted, true)) return;
  loop_.post([this, &lane] {
    lane.pump_posted = false;
    pump(lane);
  });
}

void FanOut::pump(Lane& lane) {
  // A call that ends at once comes back here: the loop below goes on with the next one.
  if (std::exchange(lane.pumping, true)) return;
  while (auto call = lane.take(clock_.steady())) base::start_detached(attempt(lane, std::move(call)));
  lane.pumping = false;
  arm(lane);
}

void FanOut::arm(Lane& lane) {
  const auto now = clock_.steady();
  const auto wake = lane.wake_at(now);
  if (!wake || (lane.armed && *lane.armed <= *wake)) return;
  lane.armed = wake;
  const auto delay = std::chrono::ceil<milliseconds>(*wake - now);
  loop_.after(delay, [this, &lane] {
    lane.armed.reset();
    pump(lane);
  });
}

Task<void> FanOut::attempt(Lane& lane, WaitingCallPtr call) {
  auto trying = base::guarded(try_once(lane, std::move(call)));
  const auto tried = co_await trying;
  if (!tried) base::log_error("logout.fan_out", {{"fault", describe(tried.error())}});
  pump(lane);
}

Task<void> FanOut::try_once(Lane& lane, WaitingCallPtr call) {
  const Call& what = call->call;
  CallReport& report = call->report();
  const bool with_token = what.target->sends_token && what.credentials->usable_at(clock_.wall());
  report.token_withheld = what.target->sends_token && !what.credentials->access_token.empty() && !with_token;
  ++report.attempts;
  const auto started = clock_.steady();
  auto sending = base::guarded(send(what, with_token));
  const auto answer = co_await sending;
  lane.finished();
  report.took = std::chrono::duration_cast<milliseconds>(clock_.steady() - started);
  report.status = answer ? answer->status : 0;
  const Outcome outcome = answer ? judge(answer->status, with_token) : Outcome::pending;
  if (outcome != Outcome::pending) {
    report.fault.clear();
    co_await settle(std::move(call), outcome);
  } else {
    report.fault =
        answer ? "status " + std::to_string(answer->status) : std::string(to_string(answer.error().code));
    co_await retry_or_bury(lane, std::move(call));
  }
}

Task<base::Result<net::ClientResponse>> FanOut::send(const Call& call, bool with_token) {
  auto sending = client_.send(make_request(call, with_token));
  auto answer = co_await sending;
  co_return answer;
}

net::ClientRequest FanOut::make_request(const Call& call, bool with_token) const {
  const CallTarget& target = *call.target;
  net::ClientRequest request;
  request.method = target.method;
  request.url = target.url;
  request.timeout = target.timeout;
  request.tls = target.tls;
  request.proxy_host = target.proxy_host;
  request.proxy_port = target.proxy_port;
  for (const auto& header : target.headers) request.headers.emplace_back(header.name, header.value);
  for (const auto& header : call.forwarded) request.headers.emplace_back(header.name, header.value);
  if (!target.authorization.empty()) {
    request.headers.emplace_back("Authorization", std::string(target.authorization.reveal()));
  } else if (with_token) {
    request.headers.emplace_back("Authorization",
                                 "Bearer " + std::string(call.credentials->access_token.reveal()));
  }
  if (!call.cookies.empty()) request.headers.emplace_back("Cookie", std::string(call.cookies.reveal()));
  request.headers.emplace_back("Idempotency-Key", call.id);
  return request;
}

Task<void> FanOut::settle(WaitingCallPtr call, Outcome outcome) {
  --waiting_;
  ++counts_[{call->call.target->back_end, outcome}];
  std::string id = call->call.id;
  const auto settled = co_await outbox_.settle(std::move(id));
  if (!settled)
    base::log_warning("logout.outbox", {{"call", call->call.id}, {"fault", describe(settled.error())}});
  receipts_.settle(*call->receipt, call->index, outcome);
}

Task<void> FanOut::retry_or_bury(Lane& lane, WaitingCallPtr call) {
  const auto now = clock_.steady();
  const auto due = now + retry_delay(call->report().attempts, random_());
  if (due < call->submitted + options_.give_up_after) {
    lane.push_later(std::move(call), due);
    co_return;
  }
  --waiting_;
  co_await bury(std::move(call));
}

Task<void> FanOut::bury(WaitingCallPtr call) {
  ++dead_total_;
  ++counts_[{call->call.target->back_end, Outcome::dead}];
  base::log_error("logout.dead_letter", {{"logout_id", call->call.logout_id},
                                         {"call", call->call.id},
                                         {"back_end", call->call.target->back_end},
                                         {"attempts", call->report().attempts},
                                         {"fault", call->report().fault}});
  std::string id = call->call.id;
  const auto buried = co_await outbox_.bury(std::move(id));
  if (!buried)
    base::log_warning("logout.outbox", {{"call", call->call.id}, {"fault", describe(buried.error())}});
  receipts_.settle(*call->receipt, call->index, Outcome::dead);
  dead_.push_back(std::move(call));
  if (dead_.size() > options_.max_dead_letters) dead_.pop_front();
}

std::vector<DeadLetter> FanOut::dead_letters() const {
  std::vector<DeadLetter> letters;
  letters.reserve(dead_.size());
  for (const auto& call : dead_) {
    letters.push_back({call->call.id, call->call.logout_id, call->call.target->back_end, call->report().fault,
                       call->report().attempts, call->call.created});
  }
  return letters;
}

std::size_t FanOut::retry_dead(std::string_view call_id) {
  std::deque<WaitingCallPtr> chosen;
  std::deque<WaitingCallPtr> kept;
  for (auto& call : dead_) {
    (call_id.empty() || call->call.id == call_id ? chosen : kept).push_back(std::move(call));
  }
  dead_ = std::move(kept);
  for (auto& call : chosen) {
    Receipt& receipt = *call->receipt;
    call->report().outcome = Outcome::pending;
    ++receipt.open_calls;
    if (call->call.target->sends_token) ++receipt.open_token_uses;
    call->submitted = clock_.steady();
    call->urgency = Urgency::urgent;
    enqueue(std::move(call));
  }
  return chosen.size();
}

}  // namespace router::logout
