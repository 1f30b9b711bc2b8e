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

constexpr milliseconds kDrainPoll{20};
constexpr std::string_view kNobodysYet = "?";  // no subdomain

std::mt19937_64::result_type system_seed() {
  const std::string bytes = crypto::random_bytes(sizeof(std::mt19937_64::result_type));
  std::mt19937_64::result_type seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof seed);
  return seed;
}

void note_outbox_fault(const CallRecord& call, const base::Error& error) {
  base::log_warning("logout.outbox", {{"call", call.id}, {"fault", describe(error)}});
}

std::string id_of(const Receipt& receipt, unsigned number) { return receipt.id + "." + std::to_string(number); }

// Once a call: it may be tried for a day.
void note_failure(const WaitingCall& call, const std::string& reason) {
  if (call.report().attempts != 1) return;
  base::log_warning("logout.call_failed", {{"logout_id", call.call->logout_id},
                                           {"call", call.call->id},
                                           {"back_end", call.call->back_end},
                                           {"reason", reason}});
}

Outcome outcome_of(const CallTarget& target, int status, bool with_token) {
  return target.takes_signal ? judge_signal(status) : judge(status, with_token, !target.audience.empty());
}

}  // namespace

FanOut::FanOut(net::HttpClient& client, base::Loop& loop, const base::Clock& clock, Outbox& outbox, Receipts& receipts,
               FanOutOptions options, std::function<double()> random)
    : sender_(client, loop),
      loop_(loop),
      clock_(clock),
      outbox_(outbox),
      receipts_(receipts),
      options_(options),
      generator_(system_seed()),
      random_(std::move(random)) {
  if (!random_) random_ = [this] { return std::uniform_real_distribution<double>(0, 1)(generator_); };
}

Task<void> FanOut::submit(std::vector<Submission> all, Urgency urgency) {
  auto preparing = prepare(std::move(all), urgency);
  auto prepared = co_await preparing;
  auto releasing = release(std::move(prepared));
  co_await releasing;
}

Task<FanOut::Prepared> FanOut::prepare(std::vector<Submission> all, Urgency urgency) {
  Prepared submitted;
  std::vector<CallPtr> records;
  for (auto& [receipt, calls, tokens] : all) {
    for (Call& call : calls) {
      const auto number = static_cast<unsigned>(receipt->calls.size() + 1);
      call.logout_id = receipt->id;
      call.id = id_of(*receipt, number);
      const auto target = call.target;
      call.target_name = target->name;
      call.back_end = target->back_end;
      call.created = clock_.wall();
      auto waiting = std::make_unique<WaitingCall>();
      waiting->target = target->is_known ? target : nullptr;  // found when it is called
      waiting->call = std::make_shared<const CallRecord>(std::move(call));
      waiting->receipt = receipt;
      waiting->index = Receipts::add_call(*receipt, number, target);
      waiting->urgency = urgency;
      waiting->submitted = clock_.steady();
      records.push_back(waiting->call);
      submitted.push_back(std::move(waiting));
    }
    // last: whoever takes them over has the calls that need them already
    for (auto& token : tokens) records.push_back(std::move(token));
  }
  auto recording = outbox_.record(std::move(records));
  const auto recorded = co_await recording;
  for (const auto& [receipt, calls, tokens] : all) {
    // of all calls of the receipt, which may be of several sessions
    const bool are_all = receipt->calls.size() == calls.size();
    receipt->durable = recorded && outbox_.is_durable() && (are_all || receipt->durable);
  }
  co_return submitted;
}

Task<void> FanOut::release(Prepared prepared) {
  for (auto& waiting : prepared) {
    if (lane_of(*waiting).waiting() >= options_.max_waiting) {
      waiting->report().fault = "the queue is full";
      auto burying = bury(std::move(waiting));
      co_await burying;
    } else {
      enqueue(std::move(waiting));
    }
  }
}

Task<void> FanOut::withdraw(Prepared prepared) {
  for (const auto& waiting : prepared) {
    auto settling = outbox_.settle(waiting->call->id);
    const auto settled = co_await settling;
    if (!settled) note_outbox_fault(*waiting->call, settled.error());
  }
}

Task<void> FanOut::drain(milliseconds at_most) {
  stopping_ = true;
  const auto end = clock_.steady() + at_most;
  while (waiting_ > 0 && clock_.steady() < end) co_await base::sleep_for(loop_, kDrainPoll);
  if (waiting_ > 0) {
    base::log_warning("logout.left_behind", {{"calls", waiting_}, {"durable", outbox_.is_durable()}});
  }
}

// While it is not known whose back-end it is, a lane in which no call is made: from there each goes to its own.
Lane& FanOut::lane_of(const WaitingCall& call) {
  const std::pair key(call.call->back_end, call.target ? call.target->tenant : std::string(kNobodysYet));
  return lanes_.try_emplace(key, options_.concurrency, options_.paced_per_second).first->second;
}

void FanOut::enqueue(WaitingCallPtr call) {
  ++waiting_;
  Lane& lane = lane_of(*call);
  lane.push(std::move(call));
  pump_soon(lane);
}

void FanOut::enqueue_later(WaitingCallPtr call, base::SteadyTime due) {
  ++waiting_;
  Lane& lane = lane_of(*call);
  lane.push_later(std::move(call), due);
  pump_soon(lane);
}

// Not at once, so that whoever submitted can answer its browser first.
void FanOut::pump_soon(Lane& lane) {
  if (std::exchange(lane.pump_posted, true)) return;
  loop_.post([this, &lane] {
    lane.pump_posted = false;
    pump(lane);
  });
}

void FanOut::pump(Lane& lane) {
  // A call that ends at once comes back here: the loop below goes on with the next one.
  if (std::exchange(lane.pumping, true)) return;
  const auto given_up_if_by = clock_.steady() - options_.give_up_after;
  while (auto call = lane.take_overdue(given_up_if_by)) base::start_detached(give_up_overdue(std::move(call)));
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
  CallReport& report = call->report();
  const auto fault = place(*call);
  if (Lane& own = lane_of(*call); !fault && &own != &lane) {
    lane.finished();
    own.push(std::move(call));
    pump_soon(own);
    co_return;
  }
  ++report.attempts;
  if (fault) {
    lane.finished();
    report.fault = fault->detail;
    const bool is_gone = fault->code == base::ErrorCode::not_found;
    auto ending = is_gone ? give_up(std::move(call)) : retry_or_bury(lane, std::move(call));
    co_await ending;
    co_return;
  }
  const bool sends_token = call->target->sends_token;
  const Credentials& credentials = *call->call->credentials;
  const bool with_token = sends_token && credentials.usable_at(clock_.wall());
  report.token_withheld = sends_token && !credentials.access_token.empty() && !with_token;
  const auto started = clock_.steady();
  const auto until_given_up = std::chrono::ceil<milliseconds>(call->submitted + options_.give_up_after - started);
  auto sending = base::guarded(sender_.send(call->call, call->target, with_token, until_given_up));
  const auto answer = co_await sending;
  lane.finished();
  if (!answer && answer.error().code == base::ErrorCode::refused) {
    lane.not_reached(clock_.steady());
  } else {
    lane.reached();
  }
  pump(lane);  // the next one need not wait until the outcome is written down
  report.took = std::chrono::duration_cast<milliseconds>(clock_.steady() - started);
  report.status = answer ? answer->status : 0;
  const Outcome outcome = answer ? outcome_of(*call->target, answer->status, with_token) : Outcome::pending;
  if (outcome != Outcome::pending) {
    report.fault = outcome == Outcome::refused && call->target->takes_signal ? answer->body : std::string();
    co_await settle(std::move(call), outcome);
  } else {
    report.fault = answer ? "status " + std::to_string(answer->status) : std::string(to_string(answer.error().code));
    note_failure(*call, answer ? report.fault : describe(answer.error()));
    co_await retry_or_bury(lane, std::move(call));
  }
}

base::Result<std::shared_ptr<const CallTarget>> FanOut::find_target(const CallRecord& call) const {
  if (find_target_) return find_target_(call.target_name, call.tenant);
  return base::Error{base::ErrorCode::not_found, base::Side::router, "nobody knows where " + call.back_end + " is"};
}

// Where it goes now: what it was submitted with may be of a configuration of before. A destination that has to be asked
// for again is where it was. One that was known stays its owner's, though another's of that name is found once a
// subscriber has left or has made one: it is the one the session has used, and nobody else gets the user's token.
std::optional<base::Error> FanOut::place(WaitingCall& call) const {
  if (call.target && !find_target_) return std::nullopt;
  auto found = find_target(*call.call);
  const bool had_owner = call.target && call.target->is_known;
  if (found && had_owner && (*found)->tenant != call.target->tenant) return std::nullopt;
  if (found) {
    call.report().target = call.target = *std::move(found);
  } else if (!call.target || found.error().code == base::ErrorCode::not_found) {
    return found.error();
  }
  return std::nullopt;
}

Task<void> FanOut::settle(WaitingCallPtr call, Outcome outcome) {
  --waiting_;
  ++counts_[{call->call->back_end, outcome}];
  auto settling = outbox_.settle(call->call->id);
  const auto settled = co_await settling;
  if (!settled) note_outbox_fault(*call->call, settled.error());
  receipts_.settle(*call->receipt, call->index, outcome);
}

Task<void> FanOut::retry_or_bury(Lane& lane, WaitingCallPtr call) {
  const unsigned attempts = call->report().attempts;
  const auto delay = retry_delay(attempts, random_());
  const auto due = clock_.steady() + delay;
  if (due >= call->submitted + options_.give_up_after) {
    auto giving_up = give_up(std::move(call));
    co_await giving_up;
    co_return;
  }
  auto postponing = outbox_.postpone(call->call->id, attempts, clock_.wall() + delay);
  const auto postponed = co_await postponing;
  if (!postponed) note_outbox_fault(*call->call, postponed.error());
  lane.push_later(std::move(call), due);
}

// Its back-end was away all the time: others have asked.
Task<void> FanOut::give_up_overdue(WaitingCallPtr call) {
  call->report().fault = to_string(base::ErrorCode::refused);
  auto giving_up = base::guarded(give_up(std::move(call)));
  const auto given_up = co_await giving_up;
  if (!given_up) base::log_error("logout.fan_out", {{"fault", describe(given_up.error())}});
}

Task<void> FanOut::give_up(WaitingCallPtr call) {
  --waiting_;
  auto burying = bury(std::move(call));
  co_await burying;
}

Task<void> FanOut::bury(WaitingCallPtr call) {
  const CallReport& report = call->report();
  ++dead_total_;
  ++counts_[{call->call->back_end, Outcome::dead}];
  base::log_error("logout.dead_letter", {{"logout_id", call->call->logout_id},
                                         {"call", call->call->id},
                                         {"back_end", call->call->back_end},
                                         {"attempts", report.attempts},
                                         {"fault", report.fault}});
  auto burying = outbox_.bury(call->call->id, report.attempts, report.fault);
  const auto buried = co_await burying;
  if (!buried) note_outbox_fault(*call->call, buried.error());
  receipts_.settle(*call->receipt, call->index, Outcome::dead);
}

}  // namespace router::logout
