#include "logout/receipt.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "crypto/random.h"
#include "session/user_fingerprint.h"

namespace router::logout {
namespace {

using base::json_quote;

// A log line stays a line, however many sessions a user had; the receipt has them all.
constexpr std::size_t kMostInOneLine = 20;
// A receipt can be read whole, whoever signed out of however much: what is beyond is counted.
constexpr std::size_t kMostOfSessions = 128 * 1024;
constexpr std::size_t kMostInJson = 512 * 1024;

template <class Items, class Write>
std::string in_one_line(const Items& items, Write write) {
  std::string line;
  for (std::size_t i = 0; i < items.size() && i < kMostInOneLine; ++i) {
    if (i > 0) line.append(", ");
    write(items[i], line);
  }
  if (items.size() > kMostInOneLine) {
    line.append(" and ").append(std::to_string(items.size() - kMostInOneLine)).append(" more");
  }
  return line;
}

// "bank=confirmed 204 1x 14ms"
void summarise_call(const CallReport& call, std::string& line) {
  line.append(call.target->back_end).append("=").append(to_string(call.outcome));
  line.append(" ").append(std::to_string(call.status));
  line.append(" ").append(std::to_string(call.attempts)).append("x ");
  line.append(std::to_string(call.took.count())).append("ms");
  if (call.token_withheld) line.append(" without token");
}

void summarise_session(const std::string& fingerprint, std::string& line) { line.append(fingerprint); }

void write_call(const CallReport& call, std::string& out) {
  out.append("{\"backEnd\":").append(json_quote(call.target->back_end));
  if (!call.target->title.empty()) out.append(",\"title\":").append(json_quote(call.target->title));
  if (!call.target->application.empty()) {
    out.append(",\"application\":").append(json_quote(call.target->application));
  }
  out.append(",\"method\":").append(json_quote(call.target->method));
  if (!call.target->is_polled) out.append(",\"url\":").append(json_quote(call.target->url.to_string()));
  out.append(",\"outcome\":\"").append(to_string(call.outcome));
  out.append("\",\"status\":").append(std::to_string(call.status));
  out.append(",\"attempts\":").append(std::to_string(call.attempts));
  out.append(",\"milliseconds\":").append(std::to_string(call.took.count()));
  out.append(",\"tokenWithheld\":").append(call.token_withheld ? "true" : "false");
  if (!call.fault.empty()) out.append(",\"fault\":").append(json_quote(call.fault));
  out.append("}");
}

void write_signal(const SignalOrigin& signal, std::string& out) {
  out.append(",\"signal\":{\"transmitter\":").append(json_quote(signal.transmitter));
  out.append(",\"event\":").append(json_quote(signal.event));
  if (!signal.txn.empty()) out.append(",\"txn\":").append(json_quote(signal.txn));
  if (!signal.initiating_entity.empty())
    out.append(",\"initiatingEntity\":").append(json_quote(signal.initiating_entity));
  out.append("}");
}

// How many of each outcome there are beyond the `first` ones.
void write_left_out(const Receipt& receipt, std::size_t first, std::string& out) {
  std::map<std::string_view, std::size_t> counts;
  for (std::size_t i = first; i < receipt.calls.size(); ++i) ++counts[to_string(receipt.calls[i].outcome)];
  std::string_view between = ",\"backEndsLeftOut\":{";
  for (const auto& [outcome, count] : counts) {
    out.append(between).append(json_quote(outcome)).append(":").append(std::to_string(count));
    between = ",";
  }
  out.append("}");
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::pending:
      return "pending";
    case Outcome::confirmed:
      return "confirmed";
    case Outcome::refused:
      return "refused";
    case Outcome::unconfirmed:
      return "unconfirmed";
    case Outcome::dead:
      return "dead";
  }
  return "pending";
}

std::string_view to_string(Step step) {
  switch (step) {
    case Step::none:
      return "none";
    case Step::waiting:
      return "waiting";
    case Step::done:
      return "done";
    case Step::failed:
      return "failed";
  }
  return "none";
}

std::string to_json(const Receipt& receipt) {
  std::string out = "{\"id\":" + json_quote(receipt.id);
  out.append(",\"cause\":\"").append(to_string(receipt.cause)).append("\"");
  out.append(",\"user\":").append(json_quote(receipt.user));
  if (!receipt.application.empty()) out.append(",\"application\":").append(json_quote(receipt.application));
  out.append(",\"at\":").append(std::to_string(base::unix_seconds(receipt.at)));
  out.append(",\"complete\":").append(receipt.complete() ? "true" : "false");
  if (receipt.signal) write_signal(*receipt.signal, out);
  out.append(",\"durable\":").append(receipt.durable ? "true" : "false");
  if (!receipt.is_known_everywhere) out.append(",\"knownEverywhere\":false");
  out.append(",\"sessions\":[");
  std::size_t sessions = 0;
  for (; sessions < receipt.sessions.size() && out.size() < kMostOfSessions; ++sessions) {
    out.append(sessions == 0 ? "" : ",").append(json_quote(receipt.sessions[sessions]));
  }
  out.append("],\"backEnds\":[");
  std::size_t calls = 0;
  for (; calls < receipt.calls.size() && out.size() < kMostInJson; ++calls) {
    if (calls > 0) out.push_back(',');
    write_call(receipt.calls[calls], out);
  }
  out.append("]");
  if (sessions < receipt.sessions.size()) {
    out.append(",\"sessionsLeftOut\":").append(std::to_string(receipt.sessions.size() - sessions));
  }
  if (calls < receipt.calls.size()) write_left_out(receipt, calls, out);
  out.append(",\"provider\":\"").append(to_string(receipt.provider));
  out.append("\",\"revocation\":\"").append(to_string(receipt.revocation));
  out.append("\",\"providerSession\":\"").append(to_string(receipt.provider_session));
  out.append("\",\"connectionsClosed\":").append(std::to_string(receipt.connections_closed)).append("}");
  return out;
}

std::shared_ptr<Receipt> Receipts::reopen(std::string id) {
  const auto found = by_id_.find(id);
  if (found != by_id_.end()) return found->second;
  auto receipt = open(Cause::recovered, {}, std::move(id));
  receipt->durable = true;
  receipt->provider_known = true;
  return receipt;
}

std::size_t Receipts::add_call(Receipt& receipt, unsigned number, std::shared_ptr<const CallTarget> target) {
  CallReport report;
  report.number = number;
  report.uses_token = target->sends_token;
  report.target = std::move(target);
  if (report.uses_token) ++receipt.open_token_uses;
  receipt.is_handed_over = false;
  ++receipt.open_calls;
  receipt.calls.push_back(std::move(report));
  return receipt.calls.size() - 1;
}

std::size_t Receipts::reopen_call(const std::shared_ptr<Receipt>& receipt, unsigned number,
                                  std::shared_ptr<const CallTarget> target) {
  auto& calls = receipt->calls;
  const auto found =
      std::find_if(calls.begin(), calls.end(), [number](const CallReport& report) { return report.number == number; });
  if (!open_.contains(receipt->place)) be_open(receipt);
  if (found == calls.end()) return add_call(*receipt, number, std::move(target));
  if (found->outcome != Outcome::pending) {
    found->outcome = Outcome::pending;
    receipt->is_handed_over = false;
    ++receipt->open_calls;
    if (found->uses_token) ++receipt->open_token_uses;
  }
  return static_cast<std::size_t>(found - calls.begin());
}

std::shared_ptr<Receipt> Receipts::open(Cause cause, std::string user, std::string id) {
  auto receipt = draft(cause, std::move(user), std::move(id));
  keep(receipt);
  return receipt;
}

std::shared_ptr<Receipt> Receipts::draft(Cause cause, std::string user, std::string id) const {
  auto receipt = std::make_shared<Receipt>();
  receipt->id = id.empty() ? crypto::random_token(16) : std::move(id);
  receipt->cause = cause;
  receipt->user = std::move(user);
  receipt->at = clock_.wall();
  receipt->started = clock_.steady();
  return receipt;
}

void Receipts::keep(const std::shared_ptr<Receipt>& receipt) {
  be_open(receipt);
  // The keys are views into the receipts that the ring holds.
  if (by_id_.emplace(receipt->id, receipt).second) ring_.push_back(receipt);
  if (ring_.size() > kept_) {
    by_id_.erase(ring_.front()->id);
    ring_.pop_front();
  }
}

void Receipts::be_open(std::shared_ptr<Receipt> receipt) {
  receipt->open_since = clock_.steady();
  note_change(*receipt);
  receipt->place = ++last_place_;
  open_.emplace(receipt->place, std::move(receipt));
}

void Receipts::set_provider(Receipt& receipt, ProviderPart part) {
  receipt.provider = part;
  receipt.provider_known = true;
  look_at(receipt);
}

void Receipts::token_used(Receipt& receipt) {
  if (--receipt.open_token_uses > 0) return;
  if (on_tokens_free_) on_tokens_free_(receipt);
}

void Receipts::settle(Receipt& receipt, std::size_t index, Outcome outcome) {
  CallReport& call = receipt.calls[index];
  call.outcome = outcome;
  --receipt.open_calls;
  if (call.uses_token) token_used(receipt);
  look_at(receipt);
}

std::shared_ptr<const Receipt> Receipts::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Receipt>> Receipts::recent(std::size_t offset, std::size_t limit) const {
  std::vector<std::shared_ptr<const Receipt>> page;
  for (std::size_t i = offset; i < ring_.size() && page.size() < limit; ++i) {
    page.push_back(ring_[ring_.size() - 1 - i]);
  }
  return page;
}

void Receipts::look_at(Receipt& receipt) {
  audit_if_complete(receipt);
  if (!receipt.is_final()) return note_change(receipt);
  changed_.erase(&receipt);
  if (std::exchange(receipt.is_handed_over, true)) return;
  if (on_evidence_) on_evidence_(receipt);
  open_.erase(receipt.place);
}

bool Receipts::hand_over_open(base::milliseconds for_so_long, std::size_t at_most) {
  const auto since = clock_.steady() - for_so_long;
  while (!open_.empty() && open_.begin()->second->open_since <= since) {
    if (at_most-- == 0) return true;
    const auto receipt = open_.extract(open_.begin()).mapped();
    if (on_evidence_) on_evidence_(*receipt);
  }
  return false;
}

void Receipts::note_change(const Receipt& receipt) {
  if (changed_.size() < kKept) changed_.insert_or_assign(&receipt, receipt.weak_from_this());
}

std::vector<std::shared_ptr<const Receipt>> Receipts::take_changed() {
  std::vector<std::shared_ptr<const Receipt>> changed;
  for (const auto& [address, weak] : std::exchange(changed_, {})) {
    if (auto receipt = weak.lock()) changed.push_back(std::move(receipt));
  }
  return changed;
}

void Receipts::audit_if_complete(Receipt& receipt) {
  if (!receipt.complete() || std::exchange(receipt.audited, true)) return;
  const auto took = std::chrono::duration_cast<base::milliseconds>(clock_.steady() - receipt.started);
  base::log_info("logout.complete", {{"audit", true},
                                     {"logout_id", receipt.id},
                                     {"cause", to_string(receipt.cause)},
                                     {"transmitter", receipt.signal ? receipt.signal->transmitter : ""},
                                     {"signal", receipt.signal ? receipt.signal->event : ""},
                                     {"txn", receipt.signal ? receipt.signal->txn : ""},
                                     {"user", receipt.user},
                                     {"user_fingerprint", session::user_fingerprint(receipt.user)},
                                     {"sessions", in_one_line(receipt.sessions, summarise_session)},
                                     {"application", receipt.application},
                                     {"back_ends", in_one_line(receipt.calls, summarise_call)},
                                     {"provider", to_string(receipt.provider)},
                                     {"connections_closed", receipt.connections_closed},
                                     {"milliseconds", took.count()}});
  if (on_complete_) on_complete_(receipt);
}

}  // namespace router::logout
