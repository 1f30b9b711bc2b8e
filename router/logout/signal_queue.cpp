#include "logout/signal_queue.h"

#include <algorithm>

#include "base/log.h"
#include "identity/set_poll.h"

namespace router::logout {

using base::Result;
using base::Task;

namespace {

// As it is kept: the second is followed by why.
constexpr std::string_view kTakenMark = "+";
constexpr std::string_view kRefusedMark = "-";

std::string answer_key(const std::string& audience, const std::string& jti) { return audience + ' ' + jti; }

}  // namespace

Task<Result<SignalQueue::Answer>> SignalQueue::offer(std::string audience, std::string jti, std::string token,
                                                     base::milliseconds at_most) {
  auto& subscriber = subscribers_[audience];
  const auto same = subscriber.by_jti.find(jti);
  const bool is_new = same == subscriber.by_jti.end();
  const auto offered = is_new ? std::make_shared<Offered>() : *same->second;
  if (is_new) {
    offered->jti = jti;
    offered->token = std::move(token);
    subscriber.by_jti[jti] = subscriber.offered.insert(subscriber.offered.end(), offered);
    for (const auto& poll : std::exchange(subscriber.polls, {})) poll->set();
  }
  // the timer outlives those that are acknowledged, and keeps none of them
  loop_.after(std::clamp(at_most, base::milliseconds(0), kPatience), [waits = std::weak_ptr<Offered>(offered)] {
    if (const auto still = waits.lock()) still->ended.set();
  });
  co_await offered->ended.wait();
  if (offered->answer) co_return *offered->answer;
  // by now it may be offered anew
  const auto still = subscriber.by_jti.find(jti);
  if (still != subscriber.by_jti.end() && *still->second == offered) take_out(subscriber, jti);
  co_return base::Error{base::ErrorCode::refused, base::Side::back_end, "nobody has fetched it", true};
}

SignalQueue::OfferedPtr SignalQueue::take_out(Subscriber& of, const std::string& jti) {
  const auto found = of.by_jti.find(jti);
  if (found == of.by_jti.end()) return nullptr;
  auto offered = *found->second;
  of.offered.erase(found->second);
  of.by_jti.erase(found);
  return offered;
}

bool SignalQueue::end(Subscriber& of, const std::string& jti, Answer answer) {
  const auto offered = take_out(of, jti);
  if (!offered) return false;
  offered->answer = std::move(answer);
  offered->token = {};
  offered->ended.set();
  return true;
}

// What is kept in vain is acknowledged again: its token comes again.
Task<void> SignalQueue::take_answers(std::string audience, std::vector<std::pair<std::string, Answer>> answers) {
  auto& subscriber = subscribers_[audience];
  std::erase_if(answers, [&](const auto& one) {
    return end(subscriber, one.first, one.second) || one.first.size() > identity::kLongestJti;
  });
  if (answers.size() > identity::kMostPolled) answers.erase(answers.begin() + identity::kMostPolled, answers.end());
  for (const auto& [jti, answer] : answers) {
    base::Secret said{std::string(answer.is_accepted ? kTakenMark : kRefusedMark).append(answer.why_not)};
    auto keeping = shared_.keep(session::Kind::signal_answer, answer_key(audience, jti), std::move(said), kPatience);
    const auto kept = co_await keeping;
    if (kept) continue;
    base::log_warning("signals.answer_not_kept", {{"audience", audience}, {"fault", describe(kept.error())}});
    co_return;
  }
}

void SignalQueue::look_later(std::string audience, std::weak_ptr<Offered> offered) {
  loop_.after(kLongestWait, [this, audience = std::move(audience), offered = std::move(offered)] {
    if (auto still = offered.lock()) base::start_detached(look(this, audience, std::move(still)));
  });
}

Task<void> SignalQueue::look(SignalQueue* self, std::string audience, OfferedPtr offered) {
  if (offered->answer) co_return;
  auto taking = self->shared_.take(session::Kind::signal_answer, answer_key(audience, offered->jti));
  const auto taken = co_await taking;
  if (offered->answer) co_return;
  if (taken && *taken) {
    const auto said = (*taken)->reveal();
    end(self->subscribers_[audience], offered->jti,
        {said == kTakenMark, std::string(said.substr(said.empty() ? 0 : 1))});
  } else {
    self->look_later(std::move(audience), std::move(offered));
  }
}

Task<Result<SignalQueue::Batch>> SignalQueue::poll(std::string audience, Poll poll) {
  auto& subscriber = subscribers_[audience];
  auto taking = take_answers(audience, std::move(poll.answers));
  co_await taking;
  if (subscriber.polling >= kMostPolls)
    co_return base::Error{base::ErrorCode::overloaded, base::Side::client, "too many polls at a time", true};
  if (subscriber.offered.empty() && poll.waits && poll.most > 0) {
    const auto something = std::make_shared<base::Event>();
    subscriber.polls.push_back(something);
    loop_.after(kLongestWait, [something] { something->set(); });
    ++subscriber.polling;
    co_await something->wait();
    --subscriber.polling;
    std::erase(subscriber.polls, something);
  }
  Batch batch;
  for (const auto& offered : subscriber.offered) {
    if (batch.sets.size() == poll.most) break;
    batch.sets.emplace_back(offered->jti, offered->token);
    if (!std::exchange(offered->is_handed_out, true)) look_later(audience, offered);
  }
  batch.more_available = subscriber.offered.size() > batch.sets.size();
  co_return batch;
}

}  // namespace router::logout
