// Carries a logout out: ends the sessions first, closes their live connections, hands the calls to the
// fan-out.
//
// Where the session at the provider is to end, too, the store remembers that, so that a login on its way does not come
// in. Never stops at a failure. The store gives an ended session to exactly one caller, on however many replicas,
// and only that one fans out: three logouts at once call every back-end once. Owner: Service. Background loop
// only. Source: docs/contract/logout.md section 1 "Order of effects"; docs/contract/reliability.md O10.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "logout/call_targets.h"
#include "logout/parts.h"
#include "logout/subscribers.h"
#include "logout/trigger.h"

namespace router::logout {

struct Execution {
  std::string logout_id;                           // of the first receipt; empty: there was nothing to end
  std::vector<std::shared_ptr<Receipt>> receipts;  // whose provider part is still open, and the browser's token use
  std::size_t ended = 0;                           // sessions that this logout has ended, or left
  std::optional<base::Error> failure;              // the store could not end a session
  bool is_known_everywhere = true;                 // false: other replicas hear of it later
};

class Executor {
 public:
  explicit Executor(Parts parts);

  // One receipt per user; of one application, per session. Where the provider may have a part in it, that part of them
  // is still open afterwards. `trigger` outlives the Task.
  base::Task<Execution> run(const Trigger& trigger, std::optional<ForwardedRequest> request);
  // As FindTarget.
  base::Result<std::shared_ptr<const CallTarget>> find_target(const std::string& name, const std::string& tenant) const;

 private:
  using Snapshots = std::vector<session::Snapshot>;

  base::Task<base::Result<void>> remember(session::EndedAtProvider ended);
  base::Task<void> end_selected(const Trigger& trigger, session::SessionFilter filter,
                                std::optional<ForwardedRequest> request, Execution* execution);
  base::Task<void> end_some(const Trigger& trigger, Snapshots sessions, std::optional<ForwardedRequest> request,
                            Execution* execution);
  base::Task<Snapshots> end_sessions(const Trigger& trigger, Snapshots sessions, Execution* execution);
  base::Task<base::Result<std::optional<session::Snapshot>>> end_one(const Trigger& trigger, session::Snapshot session);
  base::Task<base::Result<std::optional<session::Snapshot>>> end_whole(const Trigger& trigger,
                                                                       session::Snapshot session);
  base::Task<base::Result<std::optional<session::Snapshot>>> successor_of(const Trigger& trigger,
                                                                          session::SessionId ended);
  // One application is left (leave_application.cpp).
  struct Left {
    session::Snapshot before;
    std::shared_ptr<Receipt> receipt;  // a draft
    FanOut::Prepared calls;
  };
  base::Task<void> leave_application(const Trigger& trigger, Snapshots sessions,
                                     std::optional<ForwardedRequest> request, Execution* execution);
  base::Task<base::Result<std::optional<Left>>> leave_one(const Trigger& trigger, session::Snapshot session,
                                                          std::optional<ForwardedRequest> request);
  base::Task<base::Result<std::optional<Left>>> leave_in(const Trigger& trigger, session::SessionId id,
                                                         std::optional<ForwardedRequest> request);
  base::Task<void> fan_out(const Trigger& trigger, Snapshots ended, std::optional<ForwardedRequest> request,
                           Execution* execution);
  std::optional<RevocationOrder> add_session(const Trigger& trigger, const session::Session& session,
                                             const std::optional<ForwardedRequest>& request,
                                             FanOut::Submission& submission) const;
  static void note_fault(std::string_view what, const base::Error& error, Execution* execution);
  void begin_receipt(const Trigger& trigger, const std::shared_ptr<Receipt>& receipt, Execution* execution);
  void describe(const Trigger& trigger, const session::Session& session, Receipt& receipt) const;
  std::vector<Call> calls_of(const Trigger& trigger, const session::Session& session,
                             const std::optional<ForwardedRequest>& request) const;
  std::size_t close_connections(const Trigger& trigger, const session::Session& session) const;
  base::Task<void> wait_for_room(const Trigger& trigger);
  // The back-ends of these sessions will hear of it, whatever becomes of this process.
  base::Task<void> note_told(Snapshots ended);
  // Those of a session that is over: the applications that it used have theirs beside everybody's.
  CallTargets targets_of(const Trigger& trigger, const session::Session& session) const;
  base::Result<std::shared_ptr<const CallTarget>> application_target(const session::ApplicationLogout& logout,
                                                                     const std::string& tenant) const;
  // targets_ and those of the destination service, known by now or to be found.
  CallTargets all_targets(const std::string& tenant) const;
  // Null: the destination service does not know it, or not yet.
  std::shared_ptr<const CallTarget> looked_up(const std::string& name, const config::LogoutPath& logout,
                                              const std::string& tenant) const;
  void close_receipt(const Trigger& trigger, std::shared_ptr<Receipt> receipt, Execution* execution);
  // Whom the session's tokens are given back to; nullptr: nobody.
  identity::Provider* revokes_at(const Trigger& trigger, const session::Session& session) const;

  Parts parts_;
  CallTargets targets_;
  CallTargets subscribers_;
  std::vector<std::string> back_ends_;
};

}  // namespace router::logout
