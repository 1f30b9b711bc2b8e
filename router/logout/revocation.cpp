#include "logout/revocation.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/backoff.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"

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

Revocations::Revocations(base::Loop& loop, Receipts& receipts) : loop_(loop), receipts_(receipts) {
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
    return;
  }
  receipt.revocation = Step::waiting;
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
  auto revoking = base::guarded(revoke_both(self, work));
  const auto revoked = co_await revoking;
  if (!revoked)
    base::log_error("logout.revocation",
                    {{"logout_id", work->order.receipt->id}, {"fault", describe(revoked.error())}});
  self->finish(work, revoked && *revoked);
  --self->running_;
  // in a turn of its own: a thousand that end at once must not nest
  if (!self->begun_.empty()) self->loop_.post([self] { self->start_some(); });
}

Task<bool> Revocations::revoke_both(Revocations* self, WorkPtr work) {
  base::Secret refresh_token = work->order.session->tokens.refresh_token;
  base::Secret access_token = work->order.session->tokens.access_token;
  std::string refresh_hint = "refresh_token";
  std::string access_hint = "access_token";
  // The refresh token first: most providers end its access tokens with it.
  const bool first = co_await revoke_one(self, work, std::move(refresh_token), std::move(refresh_hint));
  const bool second = co_await revoke_one(self, work, std::move(access_token), std::move(access_hint));
  const bool both = first && second;
  co_return both;
}

Task<bool> Revocations::revoke_one(Revocations* self, WorkPtr work, base::Secret token, std::string hint) {
  if (token.empty()) co_return true;
  for (unsigned attempt = 1;; ++attempt) {
    base::Secret copy = token;
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
    work->order.receipt->revocation = Step::failed;
    receipts_.step_over(*work->order.receipt);
    base::log_warning("logout.revocation_left_behind",
                      {{"logout_id", work->order.receipt->id}, {"user", work->order.receipt->user}});
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
