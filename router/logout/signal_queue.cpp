#include "logout/signal_queue.h"

#include <algorithm>

namespace router::logout {

using base::Result;
using base::Task;

Task<Result<bool>> SignalQueue::offer(std::string audience, std::string jti, std::string token,
                                      base::milliseconds at_most) {
  auto& subscriber = subscribers_[audience];
  const auto offered = std::make_shared<Offered>();
  offered->jti = jti;
  offered->token = std::move(token);
  // one that is tried again while the earlier try still stands
  end(subscriber, jti, false);
  subscriber.by_jti[jti] = subscriber.offered.insert(subscriber.offered.end(), offered);
  for (const auto& poll : std::exchange(subscriber.polls, {})) poll->set();
  // the timer outlives those that are acknowledged, and keeps none of them
  loop_.after(std::clamp(at_most, base::milliseconds(0), kPatience), [waits = std::weak_ptr<Offered>(offered)] {
    if (const auto still = waits.lock()) still->ended.set();
  });
  co_await offered->ended.wait();
  if (offered->is_over) co_return offered->is_accepted;
  end(subscriber, jti, false);
  co_return base::Error{base::ErrorCode::refused, base::Side::back_end, "nobody has fetched it", true};
}

void SignalQueue::end(Subscriber& of, const std::string& jti, bool is_accepted) {
  const auto found = of.by_jti.find(jti);
  if (found == of.by_jti.end()) return;
  const auto offered = *found->second;
  of.offered.erase(found->second);
  of.by_jti.erase(found);
  offered->is_over = true;
  offered->is_accepted = is_accepted;
  offered->token = {};
  offered->ended.set();
}

Task<Result<SignalQueue::Batch>> SignalQueue::poll(std::string audience, Poll poll) {
  auto& subscriber = subscribers_[audience];
  for (const auto& jti : poll.acknowledged) end(subscriber, jti, true);
  for (const auto& jti : poll.refused) end(subscriber, jti, false);
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
  }
  batch.more_available = subscriber.offered.size() > batch.sets.size();
  co_return batch;
}

}  // namespace router::logout
