#include "logout/revocation.h"

#include <utility>

#include "base/log.h"

namespace router::logout {
namespace {

using base::Task;

constexpr int kAttempts = 3;
constexpr base::milliseconds kFirstRetryDelay{1000};

Task<bool> revoke_one(base::Loop* loop, identity::Provider* provider, base::Secret token, std::string hint) {
  if (token.empty()) co_return true;
  base::milliseconds delay = kFirstRetryDelay;
  for (int attempt = 1;; ++attempt) {
    base::Secret copy = token;
    std::string hint_copy = hint;
    const auto revoked = co_await provider->revoke(std::move(copy), std::move(hint_copy));
    if (revoked) co_return true;
    if (!revoked.error().retryable || attempt == kAttempts) {
      base::log_warning("logout.revocation", {{"token", hint}, {"fault", describe(revoked.error())}});
      co_return false;
    }
    co_await base::sleep_for(*loop, delay);
    delay *= 2;
  }
}

Task<void> revoke_all(base::Loop* loop, std::shared_ptr<RevocationOrder> order) {
  if (order->credentials) order->credentials->revoked = true;
  base::Secret refresh_token = order->session->tokens.refresh_token;
  base::Secret access_token = order->session->tokens.access_token;
  std::string refresh_hint = "refresh_token";
  std::string access_hint = "access_token";
  // The refresh token first: most providers end its access tokens with it.
  const bool first =
      co_await revoke_one(loop, order->provider, std::move(refresh_token), std::move(refresh_hint));
  const bool second =
      co_await revoke_one(loop, order->provider, std::move(access_token), std::move(access_hint));
  order->receipt->revocation = first && second ? "done" : "failed";
}

}  // namespace

bool wants_revocation(const config::Logout& logout, const identity::Provider& provider) {
  if (logout.revoke_tokens) return *logout.revoke_tokens;
  const auto metadata = provider.known_metadata();
  return metadata && !metadata->revocation_endpoint.empty();
}

void schedule_revocation(base::Loop& loop, RevocationOrder given) {
  const auto order = std::make_shared<RevocationOrder>(std::move(given));
  order->receipt->revocation = "waiting";
  // The timer keeps the order alive; whoever empties it first does the work.
  const auto held = std::make_shared<std::shared_ptr<RevocationOrder>>(order);
  const auto start = [&loop, held] {
    if (auto taken = std::exchange(*held, nullptr)) base::start_detached(revoke_all(&loop, std::move(taken)));
  };
  if (order->receipt->open_token_calls == 0) {
    loop.post(start);
    return;
  }
  loop.after(order->at_most, start);
  // Weak: the order holds the receipt. One receipt may stand for several sessions of one user.
  auto earlier = std::move(order->receipt->tokens_free);
  order->receipt->tokens_free = [&loop, earlier = std::move(earlier),
                                 waiting = std::weak_ptr<std::shared_ptr<RevocationOrder>>(held)] {
    if (earlier) earlier();
    const auto still = waiting.lock();
    auto taken = still ? std::exchange(*still, nullptr) : nullptr;
    if (taken) base::start_detached(revoke_all(&loop, std::move(taken)));
  };
}

Task<base::Result<void>> revoke_given(identity::Providers& providers, TokenToRevoke token) {
  identity::Provider* provider = providers.find(token.provider);
  if (provider == nullptr) {
    co_return base::Error{base::ErrorCode::unavailable, base::Side::identity_provider,
                          "no provider is bound as " + token.provider};
  }
  auto revoked = co_await provider->revoke(std::move(token.token), std::move(token.hint));
  if (!revoked) base::log_warning("logout.revocation", {{"fault", describe(revoked.error())}});
  co_return revoked;
}

}  // namespace router::logout
