// Tells the back-ends, until each has been told or given up: in parallel, paced, retried.
//
// No browser ever waits for it and no thread sleeps in it. Memory is bounded: beyond `max_waiting` for one
// back-end calls go straight to the dead letters, which are logged, counted, listed and can be tried again.
// Owner: app/parts, beyond reloads; destroyed only after its loop has stopped. Background loop only.
// Source: SAP, "logout" ("Requests the log out paths for all your back-end services"); docs/contract/logout.md section
// 7; docs/contract/reliability.md O1, O8.
#pragma once

#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/loop.h"
#include "logout/lane.h"
#include "logout/outbox.h"
#include "logout/retry.h"
#include "net/http_client.h"

namespace router::logout {

struct FanOutOptions {
  std::size_t concurrency = 64;           // LOGOUT_FANOUT_CONCURRENCY, per back-end
  unsigned paced_per_second = 2000;       // calls of timed-out sessions, per back-end
  std::size_t max_waiting = 100'000;      // per back-end
  std::size_t paced_high_water = 10'000;  // per back-end; wait_for_room() waits above it
  std::size_t max_dead_letters = 1000;
  base::milliseconds give_up_after = kGiveUpAfter;
};

struct DeadLetter {
  std::string call_id;
  std::string logout_id;
  std::string back_end;
  std::string fault;
  unsigned attempts = 0;
  base::WallTime created;
};

// Settled calls by back-end and outcome, since the start.
using OutcomeCounts = std::map<std::pair<std::string, Outcome>, std::uint64_t>;

class FanOut {
 public:
  // `random` in [0, 1) spreads the retries; by default a generator seeded from the system.
  FanOut(net::HttpClient& client, base::Loop& loop, const base::Clock& clock, Outbox& outbox,
         Receipts& receipts, FanOutOptions options, std::function<double()> random = {});

  // Returns when the calls are recorded (durably, if the outbox is); they are sent later. Fills in the
  // receipt.
  base::Task<void> submit(std::shared_ptr<Receipt> receipt, std::vector<Call> calls, Urgency urgency);
  // Back-pressure for mass expiry: returns when one of these back-ends can take more paced calls (so that a
  // slow one does not hold up the others), after 10 s in any case.
  base::Task<void> wait_for_room(std::vector<std::string> back_ends);
  // Takes over what an earlier process, or a dead replica, left behind. Again every so often, says the
  // caller.
  base::Task<void> recover();
  // For shutdown: returns when nothing is left, at the latest after `at_most`.
  base::Task<void> drain(base::milliseconds at_most);

  std::size_t waiting() const { return waiting_; }  // running calls included
  std::optional<base::milliseconds> oldest_age() const;
  const OutcomeCounts& counts() const { return counts_; }
  bool is_writable() const { return outbox_.is_writable(); }

  std::vector<DeadLetter> dead_letters() const;
  std::uint64_t dead_total() const { return dead_total_; }
  // Tries dead letters again; with an empty id, all. How many.
  std::size_t retry_dead(std::string_view call_id = {});

 private:
  Lane& lane_of(const Call& call);
  void enqueue(WaitingCallPtr call);
  bool has_room(const std::vector<std::string>& back_ends) const;
  void pump(Lane& lane);
  void arm(Lane& lane);
  base::Task<void> attempt(Lane& lane, WaitingCallPtr call);
  base::Task<void> try_once(Lane& lane, WaitingCallPtr call);
  base::Task<base::Result<net::ClientResponse>> send(const Call& call, bool with_token);
  net::ClientRequest make_request(const Call& call, bool with_token) const;
  base::Task<void> settle(WaitingCallPtr call, Outcome outcome);
  base::Task<void> retry_or_bury(Lane& lane, WaitingCallPtr call);
  base::Task<void> bury(WaitingCallPtr call);

  net::HttpClient& client_;
  base::Loop& loop_;
  const base::Clock& clock_;
  Outbox& outbox_;
  Receipts& receipts_;
  FanOutOptions options_;
  std::mt19937_64 generator_;
  std::function<double()> random_;
  std::map<std::string, Lane> lanes_;
  std::size_t waiting_ = 0;
  std::deque<WaitingCallPtr> dead_;
  std::uint64_t dead_total_ = 0;
  OutcomeCounts counts_;
};

}  // namespace router::logout
