#include "logout/revocation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/backoff.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"
#include "logout/token_record.h"

namespace router::logout {

using base::Task;

namespace {

const base::CounterFamily kRevocationsByResult("xsrouter_revocations_total",
                                               "Revocations of the tokens of sessions, by result.", {"result"});

constexpr unsigned kAttempts = 3;
constexpr std::size_t kMostAtOnce = 32;
// Of sessions whose tokens are waited for; with each of them some kilobytes.
constexpr std::size_t kMostOpen = 100'000;
constexpr base::milliseconds kRevocationDrainPoll{20};

void resume(std::coroutine_handle<>& sleeper) {
  if (auto handle = std::exchange(sleeper, {})) handle.resume();
}

}  // namespace

struct Revocations::Work {
  RevocationOrder order;
  bool begun = false;
  std::coroutine_handle<> sleeper;  // between two tries
};

// Ends early when everything has to be done at once. The timer holds nothing: a loop that stops forgets it.
struct Revocations::Pause {
  Revocations& owner;
  WorkPtr work;
  base::milliseconds delay;

  bool await_ready() const noexcept { return owner.draining_; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    work->sleeper = waiter;
    owner.loop_.after(delay, [weak = std::weak_ptr<Work>(work)] {
      if (const auto still = weak.lock()) resume(still->sleeper);
    });
  }
  void await_resume() const noexcept {}
};

Revocations::Revocations(base::Loop& loop, Receipts& receipts, Outbox& outbox)
    : loop_(loop), receipts_(receipts), outbox_(outbox) {
  receipts_.on_tokens_free([this](const Receipt& receipt) { tokens_free(receipt); });
}

Revocations::~Revocations() { receipts_.on_tokens_free(nullptr); }

bool wants_revocation(const config::Logout& logout, const identity::Provider& provider) {
  if (logout.revoke_tokens) return *logout.revoke_tokens;
  const auto metadata = provider.known_metadata();
  return metadata && !metadata->revocation_endpoint.empty();
}

void Revocations::schedule(RevocationOrder order) {
  const auto work = std::make_shared<Work>(Work{std::move(order), false, {}});
  Receipt& receipt = *work->order.receipt;
  if (open_.size() >= kMostOpen) {
    receipt.revocation = Step::failed;
    base::log_warning("logout.revocation", {{"logout_id", receipt.id}, {"fault", "too many are waiting"}});
    for (const auto& token : work->order.tokens) base::start_detached(settle(token));
    return;
  }
  receipt.revocation = Step::waiting;
  receipt.is_handed_over = false;
  open_.insert(work);
  const auto start = [this, weak = std::weak_ptr<Work>(work)] {
    if (const auto still = weak.lock()) begin(still);
  };
  if (receipt.open_token_uses == 0 || draining_) {
    loop_.post(start);
    return;
  }
  loop_.after(work->order.at_most, start);
  waiting_.emplace(&receipt, work);
}

void Revocations::tokens_free(const Receipt& receipt) {
  std::vector<WorkPtr> free;
  const auto [first, last] = waiting_.equal_range(&receipt);
  for (auto it = first; it != last; ++it) free.push_back(it->second);
  for (const auto& work : free) begin(work);
}

void Revocations::stop_waiting(const WorkPtr& work) {
  const auto [first, last] = waiting_.equal_range(work->order.receipt.get());
  const auto found = std::find_if(first, last, [&](const auto& item) { return item.second == work; });
  if (found != last) waiting_.erase(found);
}

void Revocations::begin(const WorkPtr& work) {
  if (std::exchange(work->begun, true)) return;
  stop_waiting(work);
  if (work->order.credentials) work->order.credentials->revoked = true;
  begun_.push_back(work);
  start_some();
}

void Revocations::start_some() {
  while (running_ < kMostAtOnce && !begun_.empty()) {
    const WorkPtr work = std::move(begun_.front());
    begun_.pop_front();
    ++running_;
    base::start_detached(run(this, work));
  }
}

Task<void> Revocations::run(Revocations* self, WorkPtr work) {
  auto revoking = base::guarded(revoke_all(self, work));
  const auto revoked = co_await revoking;
  if (!revoked)
    base::log_error("logout.revocation",
                    {{"logout_id", work->order.receipt->id}, {"fault", describe(revoked.error())}});
  self->finish(work, revoked && *revoked);
  --self->running_;
  // in a turn of its own: a thousand that end at once must not nest
  if (!self->begun_.empty()) self->loop_.post([self] { self->start_some(); });
}

Task<bool> Revocations::revoke_all(Revocations* self, WorkPtr work) {
  bool all = true;
  for (const auto& token : work->order.tokens) {
    auto revoking = revoke_one(self, work, token);
    const bool is_revoked = co_await revoking;
    all = all && is_revoked;
    if (!self->open_.contains(work)) continue;  // given up by a drain: whoever comes next tries it
    auto settling = self->settle(token);
    co_await settling;
  }
  co_return all;
}

Task<void> Revocations::settle(CallPtr token) {
  auto settling = outbox_.settle(token->id);
  const auto settled = co_await settling;
  if (!settled) base::log_warning("logout.outbox", {{"call", token->id}, {"fault", describe(settled.error())}});
}

Task<bool> Revocations::revoke_one(Revocations* self, WorkPtr work, CallPtr token) {
  const auto hint = token_of(*token)->hint;
  for (unsigned attempt = 1;; ++attempt) {
    base::Secret copy = token->credentials->access_token;
    std::string hint_copy = hint;
    const auto revoked = co_await work->order.provider->revoke(std::move(copy), std::move(hint_copy));
    if (revoked) co_return true;
    if (!revoked.error().retryable || attempt == kAttempts) {
      base::log_warning(
          "logout.revocation",
          {{"logout_id", work->order.receipt->id}, {"token", hint}, {"fault", describe(revoked.error())}});
      co_return false;
    }
    Pause pause{*self, work, base::backoff_delay(attempt)};
    co_await pause;
  }
}

Task<void> Revocations::take_over(std::vector<CallPtr> tokens, std::shared_ptr<identity::Providers> providers,
                                  base::milliseconds at_most) {
  // by logout and provider, each in the order it was written down in
  std::map<std::pair<std::string, std::string>, std::vector<CallPtr>> orders;
  for (auto& token : tokens) orders[{token->logout_id, token_of(*token)->provider}].push_back(std::move(token));
  for (auto& [of, left] : orders) {
    const auto& [logout_id, name] = of;
    if (identity::Provider* provider = providers->find(name)) {
      schedule({providers, provider, std::move(left), nullptr, receipts_.reopen(logout_id), at_most});
      continue;
    }
    base::log_warning("logout.revocation", {{"logout_id", logout_id}, {"fault", "there is no provider " + name}});
    for (const auto& token : left) {
      auto settling = settle(token);
      co_await settling;
    }
  }
}

void Revocations::finish(const WorkPtr& work, bool done) {
  // Given up by a drain that had no more time: it has been logged as such.
  if (open_.erase(work) == 0) return;
  kRevocationsByResult.with(done ? "done" : "failed").add();
  work->order.receipt->revocation = done ? Step::done : Step::failed;
  receipts_.step_over(*work->order.receipt);
}

Task<void> Revocations::drain(base::milliseconds at_most) {
  draining_ = true;
  const std::vector<WorkPtr> waiting(open_.begin(), open_.end());
  for (const auto& work : waiting) {
    begin(work);
    resume(work->sleeper);
  }
  // not by counting sleeps, each of which may take a tick longer
  const auto over = std::make_shared<bool>(at_most <= base::milliseconds::zero());
  if (!*over) loop_.after(at_most, [over] { *over = true; });
  while (!open_.empty() && !*over) co_await base::sleep_for(loop_, kRevocationDrainPoll);
  for (const auto& work : std::exchange(open_, {})) {
    Receipt& receipt = *work->order.receipt;
    base::log_warning("logout.revocation_left_behind",
                      {{"logout_id", receipt.id}, {"user", receipt.user}, {"durable", outbox_.is_durable()}});
    // else the next process goes on with it
    if (outbox_.is_durable()) continue;
    receipt.revocation = Step::failed;
    receipts_.step_over(receipt);
  }
}

namespace {

// It said no; else it may say yes another time.
bool is_final(const base::Error& error) {
  return error.code == base::ErrorCode::not_found || (error.code == base::ErrorCode::protocol && !error.retryable);
}

}  // namespace

Task<base::Result<void>> revoke_given(identity::Providers& providers, TokenToRevoke token) {
  bool is_taken = false;
  std::optional<base::Error> away;
  base::Error refusal{base::ErrorCode::unavailable, base::Side::identity_provider, "no provider takes tokens back"};
  for (const auto& name : token.providers) {
    identity::Provider* provider = providers.find(name);
    if (provider == nullptr) continue;
    base::Secret copy = token.token;
    std::string hint = token.hint;
    auto revoking = provider->revoke(std::move(copy), std::move(hint));
    const auto revoked = co_await revoking;
    if (revoked) {
      is_taken = true;
      continue;
    }
    base::log_warning("logout.revocation", {{"provider", name}, {"fault", describe(revoked.error())}});
    if (is_final(revoked.error())) {
      refusal = revoked.error();
    } else {
      away = revoked.error();
    }
  }
  if (away) co_return *away;
  if (!is_taken) co_return refusal;
  co_return base::Result<void>();
}

}  // namespace router::logout
