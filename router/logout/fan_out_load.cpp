// What the fan-out says of the calls that wait.
#include <algorithm>

#include "logout/fan_out.h"

namespace router::logout {

using base::milliseconds;
using base::Task;

namespace {

constexpr milliseconds kRoomPoll{50};
constexpr milliseconds kLongestRoomWait{10'000};

}  // namespace

Task<void> FanOut::wait_for_room(std::vector<std::string> back_ends) {
  const auto end = clock_.steady() + kLongestRoomWait;
  while (!has_room(back_ends) && clock_.steady() < end) co_await base::sleep_for(loop_, kRoomPoll);
}

bool FanOut::has_room(const std::vector<std::string>& back_ends) const {
  if (back_ends.empty()) return true;
  return std::any_of(back_ends.begin(), back_ends.end(), [this](const std::string& name) {
    std::size_t waiting = 0;
    for (auto lane = lanes_.lower_bound({name, {}}); lane != lanes_.end() && lane->first.first == name; ++lane)
      waiting += lane->second.paced_waiting();
    return waiting < options_.paced_high_water;
  });
}

std::optional<milliseconds> FanOut::oldest_age() const {
  std::optional<milliseconds> oldest;
  for (const auto& load : loads()) oldest = std::max(oldest, load.oldest);
  return oldest;
}

std::vector<BackEndLoad> FanOut::loads() const {
  std::vector<BackEndLoad> loads;
  for (const auto& [key, lane] : lanes_) {
    if (loads.empty() || loads.back().back_end != key.first) loads.push_back({key.first, 0, {}});
    loads.back().waiting += lane.waiting() + lane.running();
    const auto oldest = lane.oldest();
    if (!oldest) continue;
    const auto age = std::chrono::duration_cast<milliseconds>(clock_.steady() - *oldest);
    loads.back().oldest = std::max(loads.back().oldest, std::optional(age));
  }
  return loads;
}

std::string FanOut::last_fault(const std::string& logout_id, const std::string& call_id) const {
  const auto receipt = receipts_.find(logout_id);
  if (!receipt) return {};
  const auto report =
      std::find_if(receipt->calls.begin(), receipt->calls.end(),
                   [number = number_of(call_id)](const CallReport& call) { return call.number == number; });
  return report == receipt->calls.end() ? std::string() : report->fault;
}

}  // namespace router::logout
