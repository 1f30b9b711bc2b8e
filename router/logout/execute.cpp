#include "logout/execute.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/log.h"
#include "logout/application_calls.h"
#include "logout/token_record.h"

namespace router::logout {

using base::Result;
using base::Task;

namespace {

// Sessions of one receipt, and of one step of an "end all": in between, other work of the loop gets its turn.
constexpr std::size_t kBatch = 100;
constexpr base::milliseconds kBreath{1};
// Steps in a row in which others have been faster, until whoever goes on has to do the rest.
constexpr int kMostFruitless = 8;

// In milliseconds, as the time that a login has begun is known; one of the same millisecond has begun after it.
base::WallTime before_logins_of(base::WallTime now) {
  return std::chrono::floor<base::milliseconds>(now) - base::milliseconds(1);
}

void log_store_fault(std::string_view what, const base::Error& error) {
  base::log_error("logout.store", {{"what", what}, {"fault", describe(error)}});
}

// Who is nobody comes last: the answer is about users.
auto user_of(const session::Session& session) {
  return std::tie(session.is_anonymous, session.issuer, session.subject, session.user_name);
}

// Of all calls with the user's own token; those of services may have others. Null: there is no such call.
std::shared_ptr<Credentials> users_credentials(const session::Session& session, const std::vector<Call>& calls) {
  const auto found = std::find_if(calls.begin(), calls.end(), [&](const Call& call) {
    return call.credentials->access_token == session.tokens.access_token;
  });
  return found == calls.end() ? nullptr : found->credentials;
}

}  // namespace

Executor::Executor(Parts parts)
    : parts_(std::move(parts)),
      targets_(make_call_targets(*parts_.config)),
      subscribers_(make_subscriber_targets(*parts_.config)) {
  for (const auto* targets : {&targets_, &subscribers_}) {
    for (const auto& target : *targets) back_ends_.push_back(target->back_end);
  }
}

Task<Execution> Executor::run(const Trigger& trigger, std::optional<ForwardedRequest> request) {
  Execution execution;
  for (const auto& given : trigger.selection.ended_at_provider) {
    auto remembering = remember(given);
    const auto remembered = co_await remembering;
    // who has proved it says it again; else a login on its way comes in
    if (!remembered && given.is_signed && !execution.failure) execution.failure = remembered.error();
  }
  const auto& sessions = trigger.selection.sessions;
  for (std::size_t at = 0; at < sessions.size(); at += kBatch) {
    if (at > 0) co_await base::sleep_for(parts_.background, kBreath);
    const auto first = sessions.begin() + static_cast<std::ptrdiff_t>(at);
    Snapshots batch(first, first + static_cast<std::ptrdiff_t>(std::min(kBatch, sessions.size() - at)));
    auto ending = end_some(trigger, std::move(batch), request, &execution);
    co_await ending;
  }
  for (const auto& filter : trigger.selection.filters) co_await end_selected(trigger, filter, request, &execution);
  execution.is_known_everywhere = session::is_known_everywhere(parts_.store);
  co_return execution;
}

Task<Result<void>> Executor::remember(session::EndedAtProvider ended) {
  auto remembering = parts_.store.remember_ended(std::move(ended));
  const auto remembered = co_await remembering;
  if (!remembered) log_store_fault("remember_ended", remembered.error());
  co_return remembered;
}

// A filter may match more sessions than are looked at in one go; ended ones no longer match. Somebody else may end the
// same ones at the same time.
Task<void> Executor::end_selected(const Trigger& trigger, session::SessionFilter filter,
                                  std::optional<ForwardedRequest> request, Execution* execution) {
  filter.any_order = true;  // to find the oldest is to look at all, each time
  for (int fruitless = 0; fruitless < kMostFruitless;) {
    auto found = co_await parts_.store.select(filter, kBatch);
    if (!found) {
      note_fault("select", found.error(), execution);
      co_return;
    }
    const bool more = found->size() == kBatch;
    Snapshots sessions = std::move(*found);
    const auto ended_before = execution->ended;
    auto ending = end_some(trigger, std::move(sessions), request, execution);
    co_await ending;
    if (!more) co_return;
    fruitless = execution->ended == ended_before ? fruitless + 1 : 0;
    if (fruitless > 0 && execution->failure) co_return;
    co_await base::sleep_for(parts_.background, kBreath);
  }
}

Task<void> Executor::end_some(const Trigger& trigger, Snapshots sessions, std::optional<ForwardedRequest> request,
                              Execution* execution) {
  if (trigger.application() != nullptr) {
    auto leaving = leave_application(trigger, std::move(sessions), std::move(request), execution);
    co_await leaving;
    co_return;
  }
  auto ending = end_sessions(trigger, std::move(sessions), execution);
  auto ended = co_await ending;
  auto telling = fan_out(trigger, std::move(ended), std::move(request), execution);
  co_await telling;
}

// Answers those that this call has ended, and nobody else.
Task<Executor::Snapshots> Executor::end_sessions(const Trigger& trigger, Snapshots sessions, Execution* execution) {
  Snapshots ended;
  for (const auto& session : sessions) {
    if (!session) continue;
    if (trigger.selection.ended_already) {
      ended.push_back(session);
      continue;
    }
    auto result = co_await end_one(trigger, session);
    if (!result) {
      note_fault("end", result.error(), execution);
    } else if (*result) {
      ended.push_back(std::move(**result));
    }
  }
  co_return ended;
}

void Executor::note_fault(std::string_view what, const base::Error& error, Execution* execution) {
  log_store_fault(what, error);
  if (!execution->failure) execution->failure = error;
}

Task<Result<std::optional<session::Snapshot>>> Executor::end_one(const Trigger& trigger, session::Snapshot session) {
  for (;;) {
    auto ending = end_whole(trigger, session);
    auto ended = co_await ending;
    if (!ended || *ended) co_return ended;
    auto following = successor_of(trigger, session->id);
    auto next = co_await following;
    if (!next || !*next) co_return next;
    session = **std::move(next);
  }
}

// Absent: nobody follows it, or who does is not meant.
Task<Result<std::optional<session::Snapshot>>> Executor::successor_of(const Trigger& trigger,
                                                                      session::SessionId ended) {
  if (!trigger.selection.with_successors) co_return std::optional<session::Snapshot>();
  auto following = session::find_successor(parts_.store, std::move(ended));
  auto next = co_await following;
  // who followed it is known to nobody here
  if (!next && !session::is_known_everywhere(parts_.store)) co_return std::optional<session::Snapshot>();
  co_return next;
}

Task<Result<std::optional<session::Snapshot>>> Executor::end_whole(const Trigger& trigger, session::Snapshot session) {
  session::EndedAtProvider there{session->issuer, session->idp_session_id, session->subject,
                                 before_logins_of(parts_.clock.wall())};
  const bool is_over_there = trigger.is_over_at_provider() && !session->issuer.empty();
  if (is_over_there) {
    there.is_followed_by_end = true;
    auto remembering = remember(there);
    co_await remembering;
  }
  auto ending = parts_.store.end(session->id);
  auto ended = co_await ending;
  if (is_over_there && !(ended && *ended)) {
    // nobody will be told of an end that makes it last
    there.is_followed_by_end = false;
    auto remembering = remember(std::move(there));
    co_await remembering;
  }
  co_return ended;
}

// The calls of all are recorded together: each user's by itself would wait for the store once a user.
Task<void> Executor::fan_out(const Trigger& trigger, Snapshots ended, std::optional<ForwardedRequest> request,
                             Execution* execution) {
  execution->ended += ended.size();
  auto waiting = wait_for_room(trigger);
  co_await waiting;
  std::stable_sort(ended.begin(), ended.end(), [](const auto& a, const auto& b) { return user_of(*a) < user_of(*b); });
  std::vector<FanOut::Submission> submissions;
  std::vector<RevocationOrder> revocations;
  const session::Session* previous = nullptr;
  for (const auto& session : ended) {
    if (previous == nullptr || user_of(*previous) != user_of(*session)) {
      submissions.push_back({parts_.receipts.draft(trigger.cause, session->user_name), {}, {}});
      begin_receipt(trigger, submissions.back().receipt, execution);
    }
    previous = session.get();
    auto revocation = add_session(trigger, *session, request, submissions.back());
    if (revocation) revocations.push_back(*std::move(revocation));
  }
  std::vector<std::shared_ptr<Receipt>> receipts;
  for (const auto& one : submissions) receipts.push_back(one.receipt);
  auto submitting =
      parts_.fan_out.submit(std::move(submissions), trigger.is_paced() ? Urgency::paced : Urgency::urgent);
  co_await submitting;
  for (auto& one : revocations) parts_.ongoing.revocations.schedule(std::move(one));
  for (auto& one : receipts) close_receipt(trigger, std::move(one), execution);
  auto noting = note_told(std::move(ended));
  co_await noting;
}

Task<void> Executor::wait_for_room(const Trigger& trigger) {
  if (!trigger.is_paced()) co_return;
  std::vector<std::string> back_ends = back_ends_;
  auto waiting = parts_.fan_out.wait_for_room(std::move(back_ends));
  co_await waiting;
}

Task<void> Executor::note_told(Snapshots ended) {
  std::vector<session::SessionId> ids;
  for (const auto& session : ended) ids.push_back(session->id);
  if (ids.empty()) co_return;
  auto telling = parts_.store.told(std::move(ids));
  const auto told = co_await telling;
  if (!told) log_store_fault("told", told.error());
}

// Absent: its tokens are nobody's to take back.
std::optional<RevocationOrder> Executor::add_session(const Trigger& trigger, const session::Session& session,
                                                     const std::optional<ForwardedRequest>& request,
                                                     FanOut::Submission& submission) const {
  auto& [receipt, all_calls, all_tokens] = submission;
  describe(trigger, session, *receipt);
  auto calls = calls_of(trigger, session, request);
  auto credentials = users_credentials(session, calls);
  std::move(calls.begin(), calls.end(), std::back_inserter(all_calls));
  const Told told{trigger, parts_.own_transactions + receipt->id, parts_.clock.wall()};
  auto signals = signals_for(session, subscribers_, told, request);
  std::move(signals.begin(), signals.end(), std::back_inserter(all_calls));
  identity::Provider* const provider = revokes_at(trigger, session);
  if (provider == nullptr) return std::nullopt;
  auto tokens = token_records(session, receipt->id, receipt->sessions.size(), parts_.clock.wall());
  all_tokens.insert(all_tokens.end(), tokens.begin(), tokens.end());
  return RevocationOrder{parts_.providers,       provider, std::move(tokens),
                         std::move(credentials), receipt,  parts_.config->logout.revoke_after};
}

std::vector<Call> Executor::calls_of(const Trigger& trigger, const session::Session& session,
                                     const std::optional<ForwardedRequest>& request) const {
  const auto* only = trigger.only();
  const bool has_only_usual = parts_.config->looked_up_logouts.empty() && session.application_logouts.empty() &&
                              trigger.application_logouts.empty();
  if (has_only_usual) return calls_for(session, targets_, request, only);
  return calls_for(session, targets_of(trigger, session), request, only);
}

std::size_t Executor::close_connections(const Trigger& trigger, const session::Session& session) const {
  // what is public goes on when nobody has left
  if (session.is_anonymous && trigger.cause == Cause::timeout) return 0;
  const auto* part = trigger.application();
  std::size_t closed = 0;
  for (const auto* id : {&session.id, &session.anonymous_before}) {
    if (id->empty()) continue;
    if (part == nullptr) closed += parts_.live.close(*id);
    if (part != nullptr)
      closed += part->is_every() ? parts_.live.close_back_ends(*id) : parts_.live.close(*id, part->destinations);
  }
  return closed;
}

identity::Provider* Executor::revokes_at(const Trigger& trigger, const session::Session& session) const {
  if (!trigger.revokes_tokens() || session.provider.empty()) return nullptr;
  identity::Provider* provider = parts_.providers->find(session.provider);
  return provider != nullptr && wants_revocation(parts_.config->logout, *provider) ? provider : nullptr;
}

}  // namespace router::logout
