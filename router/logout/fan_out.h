// Tells the back-ends, until each has been told or given up: in parallel, paced, retried.
//
// No browser ever waits for it and no thread sleeps in it. What it has to do is in the outbox as well, so that whoever
// comes after it goes on; what another process has left there it takes over. Memory is bounded: beyond `max_waiting`
// for one back-end calls are given up at once. What is given up is logged and counted; the outbox keeps it.
// Owner: app/parts, beyond reloads; destroyed only after its loop has stopped. Background loop only.
// Source: SAP, "logout" ("Requests the log out paths for all your back-end services"); docs/contract/logout.md section
// 7; docs/contract/reliability.md O1, O8.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/loop.h"
#include "logout/call_sender.h"
#include "logout/lane.h"
#include "logout/outbox.h"
#include "logout/retry.h"
#include "net/http_client.h"

namespace router::logout {

struct FanOutOptions {
  std::size_t concurrency = 64;                     // LOGOUT_FANOUT_CONCURRENCY, per back-end
  unsigned paced_per_second = 2000;                 // calls of timed-out sessions, per back-end
  std::size_t max_waiting = 100'000;                // per back-end
  std::size_t paced_high_water = 10'000;            // per back-end; wait_for_room() waits above it
  base::milliseconds give_up_after = kGiveUpAfter;  // LOGOUT_GIVE_UP_AFTER, since the logout
};

// What waits for one back-end.
struct BackEndLoad {
  std::string back_end;
  std::size_t waiting = 0;                   // running calls included
  std::optional<base::milliseconds> oldest;  // of those that wait
};

// Settled calls by back-end and outcome, since the start.
using OutcomeCounts = std::map<std::pair<std::string, Outcome>, std::uint64_t>;

using TakeTokens = std::function<base::Task<void>(std::vector<CallPtr>)>;

class FanOut {
 public:
  static constexpr base::milliseconds kRecoverEvery{15'000};
  static constexpr std::size_t kRetryBatch = 1000;

  // `random` in [0, 1) spreads the retries; by default a generator seeded from the system.
  FanOut(net::HttpClient& client, base::Loop& loop, const base::Clock& clock, Outbox& outbox, Receipts& receipts,
         FanOutOptions options, std::function<double()> random = {});

  // What is to be told for one receipt.
  struct Submission {
    std::shared_ptr<Receipt> receipt;
    std::vector<Call> calls;
    std::vector<CallPtr> tokens;  // recorded with them, for Revocations
  };
  // Returns when the calls are recorded, all at once (durably, if the outbox is); they are sent later. Fills in the
  // receipts.
  base::Task<void> submit(std::vector<Submission> all, Urgency urgency);
  // The same in two steps, for who does in between what the calls tell of: whatever becomes of this process then, they
  // are made. withdraw(): nothing came of it.
  using Prepared = std::vector<WaitingCallPtr>;
  base::Task<Prepared> prepare(std::vector<Submission> all, Urgency urgency);
  base::Task<void> release(Prepared prepared);
  base::Task<void> withdraw(Prepared prepared);
  // Once, now, and neither recorded nor in any receipt: what is worth nothing later. The log says how it went.
  void tell_once(Call call);
  // Back-pressure for mass expiry: returns when one of these back-ends can take more paced calls (so that a
  // slow one does not hold up the others), after 10 s in any case.
  base::Task<void> wait_for_room(std::vector<std::string> back_ends);
  // Where calls go, asked at each attempt, but from one owner's back-end never to another's; without it those whose
  // process is gone are given up.
  void use_targets(FindTarget find_target) { find_target_ = std::move(find_target); }
  // For back-ends that are told by one; without them they wait.
  void use_logout_tokens(const LogoutTokens& tokens) { sender_.use_logout_tokens(tokens); }
  // For subscribers that poll; without it what is theirs waits.
  void use_signal_queue(SignalQueue& queue) { sender_.use_signal_queue(queue); }
  // For what is behind a Cloud Connector; without them it waits.
  void use_client_tokens(std::shared_ptr<identity::ClientTokens> tokens) {
    sender_.use_client_tokens(std::move(tokens));
  }
  // Who goes on with tokens (logout/token_record.h) that are left behind.
  void use_tokens(TakeTokens take_tokens) { take_tokens_ = std::move(take_tokens); }
  // From now on it takes over, every so often, what an earlier process or a dead replica has left behind.
  void start();
  base::Task<void> recover();
  // For shutdown: returns when nothing is left, at the latest after `at_most`.
  base::Task<void> drain(base::milliseconds at_most);

  std::size_t waiting() const { return waiting_; }  // running calls included
  std::optional<base::milliseconds> oldest_age() const;
  const OutcomeCounts& counts() const { return counts_; }
  // Of each back-end that was ever called, in the order of their names.
  std::vector<BackEndLoad> loads() const;
  // Why the last attempt of a call was none of the final outcomes; empty: it was, there was none, or nobody knows any more.
  std::string last_fault(const std::string& logout_id, const std::string& call_id) const;
  bool is_writable() const { return outbox_.is_writable(); }

  std::uint64_t dead_total() const { return dead_total_; }
  // Tries again what was given up and matches, at most kRetryBatch. How many. Errors: unavailable.
  base::Task<base::Result<std::size_t>> retry_dead(CallFilter which);

 private:
  Lane& lane_of(const WaitingCall& call);
  void enqueue(WaitingCallPtr call);
  void enqueue_later(WaitingCallPtr call, base::SteadyTime due);
  void pump_soon(Lane& lane);
  void look_after(base::milliseconds pause);
  static base::Task<void> look(FanOut* self);
  static base::Task<void> send_once(FanOut* self, CallPtr call, std::shared_ptr<const CallTarget> target);
  base::Task<void> take_on(std::vector<Unfinished> calls, bool is_anew);
  bool has_room(const std::vector<std::string>& back_ends) const;
  void pump(Lane& lane);
  void arm(Lane& lane);
  base::Task<void> attempt(Lane& lane, WaitingCallPtr call);
  base::Task<void> try_once(Lane& lane, WaitingCallPtr call);
  base::Result<std::shared_ptr<const CallTarget>> find_target(const CallRecord& call) const;
  std::optional<base::Error> place(WaitingCall& call) const;
  base::Task<void> settle(WaitingCallPtr call, Outcome outcome);
  base::Task<void> retry_or_bury(Lane& lane, WaitingCallPtr call);
  base::Task<void> give_up(WaitingCallPtr call);
  base::Task<void> give_up_overdue(WaitingCallPtr call);
  base::Task<void> bury(WaitingCallPtr call);

  CallSender sender_;
  base::Loop& loop_;
  const base::Clock& clock_;
  Outbox& outbox_;
  Receipts& receipts_;
  FanOutOptions options_;
  std::mt19937_64 generator_;
  std::function<double()> random_;
  std::map<std::pair<std::string, std::string>, Lane> lanes_;  // by back-end, and whose it is
  std::size_t waiting_ = 0;
  FindTarget find_target_;
  TakeTokens take_tokens_;
  bool stopping_ = false;
  std::uint64_t dead_total_ = 0;
  OutcomeCounts counts_;
};

}  // namespace router::logout
