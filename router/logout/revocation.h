// Revokes a session's tokens at its provider (RFC 7009), when no back-end call needs them any more.
//
// Refresh token first, then access token; after every call that carries the token has its final outcome and the browser
// is back from the provider, at most `revokeAfter` later: calls that are still waiting then go out without it. However
// many sessions time out together, the provider is asked about some at a time only. A failure that may pass is tried
// three times. Tokens are in the outbox until then: those of a process that has died are revoked by whoever takes over
// its calls. A token that a client takes back itself is revoked at once. Owner: Ongoing; destroyed only after its
// loop has stopped. Background loop only. Source: docs/contract/logout.md sections 4 and 5.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/loop.h"
#include "identity/providers.h"
#include "logout/outbox.h"
#include "logout/receipt.h"
#include "logout/trigger.h"

namespace router::logout {

struct RevocationOrder {
  std::shared_ptr<identity::Providers> providers;  // keeps `provider` alive
  identity::Provider* provider = nullptr;
  std::vector<CallPtr> tokens;               // token_records(), in their order; in the outbox already
  std::shared_ptr<Credentials> credentials;  // of the session's calls; null if there are none
  std::shared_ptr<Receipt> receipt;
  base::milliseconds at_most{60'000};
};

// Whether the tokens of a session at this provider are to be revoked: `revokeTokens`, else if the provider
// offers it.
bool wants_revocation(const config::Logout& logout, const identity::Provider& provider);

class Revocations {
 public:
  // Learns from `receipts` when tokens are free; all outlive it.
  Revocations(base::Loop& loop, Receipts& receipts, Outbox& outbox);
  ~Revocations();
  Revocations(const Revocations&) = delete;
  Revocations& operator=(const Revocations&) = delete;

  void schedule(RevocationOrder order);
  // Those that another process has left behind. What goes to a provider that is bound no more is given up.
  base::Task<void> take_over(std::vector<CallPtr> tokens, std::shared_ptr<identity::Providers> providers,
                             base::milliseconds at_most);
  // For shutdown: nothing waits any longer, neither for calls nor for another try. Returns when all is done,
  // at the latest after `at_most`; what is not done then is logged.
  base::Task<void> drain(base::milliseconds at_most);

  std::size_t open() const { return open_.size(); }

 private:
  struct Work;
  struct Pause;
  using WorkPtr = std::shared_ptr<Work>;

  void tokens_free(const Receipt& receipt);
  void stop_waiting(const WorkPtr& work);
  void begin(const WorkPtr& work);
  void start_some();
  static base::Task<void> run(Revocations* self, WorkPtr work);
  static base::Task<bool> revoke_all(Revocations* self, WorkPtr work);
  static base::Task<bool> revoke_one(Revocations* self, WorkPtr work, CallPtr token);
  base::Task<void> settle(CallPtr token);
  void finish(const WorkPtr& work, bool done);

  base::Loop& loop_;
  Receipts& receipts_;
  Outbox& outbox_;
  std::unordered_set<WorkPtr> open_;
  // Those that wait for their tokens; one receipt may stand for several sessions of one user.
  std::unordered_multimap<const Receipt*, WorkPtr> waiting_;
  std::deque<WorkPtr> begun_;  // wait for their turn
  std::size_t running_ = 0;
  bool draining_ = false;
};

// At each of its providers in turn, for a provider says yes to tokens that it does not know, too (RFC 7009 section
// 2.2). Errors: those of Provider::revoke, where one that may know the token could not be asked, or none took it.
base::Task<base::Result<void>> revoke_given(identity::Providers& providers, TokenToRevoke token);

}  // namespace router::logout
