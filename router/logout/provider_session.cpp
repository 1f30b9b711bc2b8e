#include "logout/provider_session.h"

#include "base/backoff.h"
#include "base/guarded.h"
#include "base/log.h"

namespace router::logout {
namespace {

constexpr unsigned kSessionAttempts = 3;

base::Task<void> end_it(base::Loop* loop, Receipts* receipts, std::shared_ptr<identity::Providers> providers,
                        session::Snapshot session, std::shared_ptr<Receipt> receipt) {
  identity::Provider* provider = providers->find(session->provider);
  if (provider == nullptr) co_return;
  receipt->provider_session = Step::waiting;
  for (unsigned attempt = 1;; ++attempt) {
    base::Secret id_token = session->tokens.id_token;
    auto ending = base::guarded(provider->end_session(std::move(id_token)));
    const auto ended = co_await ending;
    if (ended) {
      receipt->provider_session = Step::done;
      receipts->step_over(*receipt);
      co_return;
    }
    if (!ended.error().retryable || attempt == kSessionAttempts) {
      receipt->provider_session = Step::failed;
      receipts->step_over(*receipt);
      base::log_warning("logout.provider_session", {{"logout_id", receipt->id}, {"fault", describe(ended.error())}});
      co_return;
    }
    const auto delay = base::backoff_delay(attempt);
    co_await base::sleep_for(*loop, delay);
  }
}

}  // namespace

void end_provider_session(base::Loop& loop, Receipts& receipts, std::shared_ptr<identity::Providers> providers,
                          session::Snapshot session, std::shared_ptr<Receipt> receipt) {
  base::start_detached(end_it(&loop, &receipts, std::move(providers), std::move(session), std::move(receipt)));
}

}  // namespace router::logout
