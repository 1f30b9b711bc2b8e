#include "session/throttle.h"

#include <algorithm>
#include <utility>

namespace router::session {

Throttle::Admission Throttle::look(const Key& key, base::SteadyTime now) {
  forget_old(now);
  const auto found = tries_.find(key);
  if (rule_.failures == 0 || found == tries_.end()) return {};
  const Tries& tries = found->second;
  if (tries.failures >= rule_.failures) {
    const auto left = std::chrono::ceil<base::seconds>(tries.first + rule_.within - now);
    return {std::max(left, base::seconds(1)), nullptr};
  }
  if (tries.failures + tries.under_way >= rule_.failures) return {std::nullopt, tries.settled};
  return {};
}

Throttle::Admission Throttle::begin(const Key& key, base::SteadyTime now) {
  auto admission = look(key, now);
  if (rule_.failures == 0 || !admission.admitted()) return admission;
  if (!tries_.contains(key)) {
    while (starts_.size() >= rule_.most) forget_first();
    tries_[key].first = now;
    starts_.push_back({now, key});
  }
  ++tries_[key].under_way;
  return admission;
}

void Throttle::settle(const Key& key, Outcome outcome) {
  const auto found = tries_.find(key);
  if (found == tries_.end()) return;  // forgotten meanwhile
  Tries& tries = found->second;
  if (tries.under_way > 0) --tries.under_way;
  if (outcome == Outcome::failed) ++tries.failures;
  if (outcome == Outcome::succeeded && rule_.success_forgets) tries.failures = 0;
  // Waiters run inside set(), and may change the map.
  const auto settled = std::exchange(tries.settled, std::make_shared<base::Event>());
  if (tries.failures == 0 && tries.under_way == 0) tries_.erase(found);
  settled->set();
}

void Throttle::forget_old(base::SteadyTime now) {
  while (!starts_.empty() && now - starts_.front().at >= rule_.within) forget_first();
}

void Throttle::forget_first() {
  const Start start = std::move(starts_.front());
  starts_.pop_front();
  const auto found = tries_.find(start.key);
  if (found == tries_.end() || found->second.first != start.at) return;
  const auto settled = found->second.settled;
  tries_.erase(found);
  settled->set();
}

}  // namespace router::session
