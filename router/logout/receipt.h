// The proof of a logout: who, why, which sessions, and what became of every back-end.
//
// A receipt is open until each of its calls has its final outcome and the provider's part is known; then one
// audit line is logged. It never holds a token, a cookie or a session id, only fingerprints. Receipts keeps
// the latest ones; a receipt that has been pushed out lives on with its calls and is still audited. Owner:
// app/parts, beyond reloads. Background loop only. Units: milliseconds. Source: docs/contract/logout.md section 7.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "logout/plan.h"

namespace router::logout {

enum class Outcome {
  pending,
  confirmed,    // 2xx, 3xx, 404, 410
  refused,      // 401, 403 with a valid token
  unconfirmed,  // 401, 403 without one
  dead          // given up
};
std::string_view to_string(Outcome outcome);

struct CallReport {
  unsigned number = 0;  // of the call, from 1
  std::shared_ptr<const CallTarget> target;
  bool uses_token = false;  // counts among Receipt::open_token_uses
  Outcome outcome = Outcome::pending;
  int status = 0;  // of the last answer
  unsigned attempts = 0;
  base::milliseconds took{0};   // the last attempt
  bool token_withheld = false;  // it had expired, or was revoked, before the call got through
  std::string fault;  // of the last attempt, when it was none of the final outcomes, or why a signal was refused
};

// How far the router has come with what it does at the provider itself, without the browser.
enum class Step { none, waiting, done, failed };
std::string_view to_string(Step step);

struct Receipt : std::enable_shared_from_this<Receipt> {
  std::string id;
  Cause cause = Cause::browser;
  std::optional<SignalOrigin> signal;  // of Cause::signal and Cause::global_revocation
  std::string user;
  std::vector<std::string> sessions;  // fingerprints
  std::string application;            // empty: the whole session
  base::WallTime at;
  base::SteadyTime started;
  base::SteadyTime open_since;
  bool durable = false;             // the calls would survive a crash of this process
  bool is_known_everywhere = true;  // false: other replicas were to hear of it later
  std::deque<CallReport> calls;     // who works on one keeps it, whatever is added meanwhile
  std::size_t open_calls = 0;
  std::size_t open_token_uses = 0;  // calls that carry the session's token, and a browser that is at the provider
  ProviderPart provider = ProviderPart::none;
  bool provider_known = false;
  Step revocation = Step::none;        // of the sessions' tokens
  Step provider_session = Step::none;  // its end, where the router sees to it (`alwaysInvalidate`)
  std::size_t connections_closed = 0;
  bool audited = false;
  std::shared_ptr<std::uint64_t> signed_as;  // the chain's own (logout/receipt_chain.h); null: it has none of it yet
  std::uint64_t place = 0;                   // among those that are open
  bool is_handed_over = false;               // in its final form

  bool complete() const { return provider_known && open_calls == 0; }
  // Nothing of it changes any more, unless a call that was given up is tried again.
  bool is_final() const { return complete() && revocation != Step::waiting && provider_session != Step::waiting; }
};

std::string to_json(const Receipt& receipt);

class Receipts {
 public:
  static constexpr std::size_t kKept = 4096;
  // From then on what is open is evidence, too.
  static constexpr base::milliseconds kOverdue{60'000};
  using Observer = std::function<void(const Receipt&)>;
  using Signer = std::function<void(Receipt&)>;

  explicit Receipts(const base::Clock& clock, std::size_t kept = kKept) : clock_(clock), kept_(kept) {}

  // With an id where one is known already.
  std::shared_ptr<Receipt> open(Cause cause, std::string user, std::string id = {});
  // Of what may come to nothing: open, and known to anybody, from keep() on.
  std::shared_ptr<Receipt> draft(Cause cause, std::string user, std::string id = {}) const;
  void keep(const std::shared_ptr<Receipt>& receipt);
  // Of a logout whose calls are gone on with: the one that is kept, or what is known of one that an earlier process has
  // begun.
  std::shared_ptr<Receipt> reopen(std::string id);
  // One more call, which has no outcome yet; its place in Receipt::calls.
  static std::size_t add_call(Receipt& receipt, unsigned number, std::shared_ptr<const CallTarget> target);
  // A call that had its outcome is tried again, or is new: its place. The receipt is open from now on.
  std::size_t reopen_call(const std::shared_ptr<Receipt>& receipt, unsigned number,
                          std::shared_ptr<const CallTarget> target);
  void set_provider(Receipt& receipt, ProviderPart part);
  // One of open_token_uses has come to its end.
  void token_used(Receipt& receipt);
  // One of its steps has come to its end.
  void step_over(Receipt& receipt) { look_at(receipt); }
  // The call at `index` has its final outcome.
  void settle(Receipt& receipt, std::size_t index, Outcome outcome);

  // nullptr if it is unknown or no longer kept.
  std::shared_ptr<const Receipt> find(std::string_view id) const;
  // Newest first.
  std::vector<std::shared_ptr<const Receipt>> recent(std::size_t offset, std::size_t limit) const;

  // Called once for each receipt, when it is complete; for metrics.
  void on_complete(Observer observer) { on_complete_ = std::move(observer); }
  // Called when nobody needs the tokens of a receipt's sessions any more, again after a dead call was tried again; for
  // Revocations.
  void on_tokens_free(Observer observer) { on_tokens_free_ = std::move(observer); }
  // Called with each receipt in its final form, and with those that hand_over_open() finds; for ReceiptChain.
  void on_evidence(Signer signer) { on_evidence_ = std::move(signer); }
  // Those that have been open for so long, each once; whether there are more than `at_most`.
  bool hand_over_open(base::milliseconds for_so_long, std::size_t at_most = SIZE_MAX);
  // Those that something has become of since the last time, and that are not final; for who shows them elsewhere.
  std::vector<std::shared_ptr<const Receipt>> take_changed();

 private:
  void be_open(std::shared_ptr<Receipt> receipt);
  void look_at(Receipt& receipt);
  void note_change(const Receipt& receipt);
  void audit_if_complete(Receipt& receipt);

  const base::Clock& clock_;
  std::size_t kept_;
  std::deque<std::shared_ptr<Receipt>> ring_;
  std::unordered_map<std::string_view, std::shared_ptr<Receipt>> by_id_;
  Observer on_complete_;
  Observer on_tokens_free_;
  Signer on_evidence_;
  std::map<std::uint64_t, std::shared_ptr<Receipt>> open_;  // in the order they were opened
  std::map<const Receipt*, std::weak_ptr<const Receipt>> changed_;
  std::uint64_t last_place_ = 0;
};

}  // namespace router::logout
