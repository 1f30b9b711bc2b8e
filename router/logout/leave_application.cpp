// Executor: one application is left, the session goes on; and what every receipt begins and ends with.
//
// Its calls are recorded before it is left, and made once it has been: with a process that dies in between they are made
// all the same, by the next one. Whoever is told twice has been told.
#include <algorithm>

#include "logout/execute.h"
#include "session/change.h"

namespace router::logout {

using base::Result;
using base::Task;

namespace {

bool has_left(const session::Session& session, const ApplicationPart& part) {
  const auto& left = session.ended_applications;
  return std::find(left.begin(), left.end(), part.name) != left.end();
}

// Whoever's back-end of that name it is of.
bool is_of_part(const session::BackendCookie& cookie, const session::Session& session, const ApplicationPart& part) {
  if (part.is_every()) return true;
  return std::any_of(part.destinations.begin(), part.destinations.end(), [&](const std::string& name) {
    return cookie.destination == name || cookie.destination == config::subscribers_jar(name, session.subdomain);
  });
}

// False: there is nothing to leave.
bool leave_part(session::Session& session, const ApplicationPart& part) {
  if (has_left(session, part)) return false;
  const auto dropped =
      std::erase_if(session.backend_cookies, [&](const auto& cookie) { return is_of_part(cookie, session, part); });
  // who is nobody cannot log in again: what he left is gone, and may come anew
  if (session.is_anonymous) return dropped > 0;
  session.ended_applications.push_back(part.name);
  return true;
}

}  // namespace

Task<void> Executor::leave_application(const Trigger& trigger, Snapshots sessions,
                                       std::optional<ForwardedRequest> request, Execution* execution) {
  auto waiting = wait_for_room(trigger);
  co_await waiting;
  for (const auto& session : sessions) {
    if (!session) continue;
    auto leaving = leave_one(trigger, session, request);
    auto left = co_await leaving;
    if (!left) note_fault("leave", left.error(), execution);
    if (!left || !*left) continue;
    auto& [before, receipt, calls] = **left;
    ++execution->ended;
    begin_receipt(trigger, receipt, execution);
    describe(trigger, *before, *receipt);
    auto releasing = parts_.fan_out.release(std::move(calls));
    co_await releasing;
    close_receipt(trigger, std::move(receipt), execution);
  }
}

// To the one caller that took the application out of it.
Task<Result<std::optional<Executor::Left>>> Executor::leave_one(const Trigger& trigger, session::Snapshot session,
                                                                std::optional<ForwardedRequest> request) {
  for (;;) {
    auto leaving = leave_in(trigger, session->id, request);
    auto left = co_await leaving;
    if (!left || *left) co_return left;
    auto following = successor_of(trigger, session->id);
    auto next = co_await following;
    if (!next) co_return next.error();
    if (!*next) co_return std::optional<Left>();
    session = **std::move(next);
  }
}

Task<Result<std::optional<Executor::Left>>> Executor::leave_in(const Trigger& trigger, session::SessionId id,
                                                               std::optional<ForwardedRequest> request) {
  const ApplicationPart part = *trigger.application();
  auto finding = parts_.store.find(std::move(id));
  const auto found = co_await finding;
  if (!found) co_return found.error();
  if (!*found) co_return std::optional<Left>();
  const session::Snapshot known = **found;
  auto edited = *known;
  if (!leave_part(edited, part)) co_return std::optional<Left>();
  Left left{known, parts_.receipts.draft(trigger.cause, known->user_name), {}};
  left.receipt->application = part.name;
  const auto urgency = trigger.is_paced() ? Urgency::paced : Urgency::urgent;
  std::vector<FanOut::Submission> submissions;
  submissions.push_back({left.receipt, calls_of(trigger, *known, request), {}});
  auto preparing = parts_.fan_out.prepare(std::move(submissions), urgency);
  left.calls = co_await preparing;
  auto changing =
      session::change(parts_.store, known, [&part](session::Session& current) { return leave_part(current, part); });
  auto changed = co_await changing;
  if (changed && changed->was_written()) {
    left.before = std::move(changed->before);
    co_return std::optional<Left>(std::move(left));
  }
  auto withdrawing = parts_.fan_out.withdraw(std::move(left.calls));
  co_await withdrawing;
  if (!changed) co_return changed.error();
  co_return std::optional<Left>();
}

void Executor::begin_receipt(const Trigger& trigger, const std::shared_ptr<Receipt>& receipt, Execution* execution) {
  receipt->signal = trigger.signal;
  parts_.receipts.keep(receipt);
  if (trigger.may_redirect_to_provider()) ++receipt->open_token_uses;
  if (execution->logout_id.empty()) execution->logout_id = receipt->id;
}

void Executor::close_receipt(const Trigger& trigger, std::shared_ptr<Receipt> receipt, Execution* execution) {
  if (trigger.leaves_provider_alone()) {
    parts_.receipts.set_provider(*receipt, ProviderPart::none);
  } else {
    execution->receipts.push_back(std::move(receipt));
  }
}

void Executor::describe(const Trigger& trigger, const session::Session& session, Receipt& receipt) const {
  receipt.sessions.push_back(session.id.fingerprint());
  if (!session::is_known_everywhere(parts_.store)) receipt.is_known_everywhere = false;
  receipt.connections_closed += close_connections(trigger, session);
}

}  // namespace router::logout
