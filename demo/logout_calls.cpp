#include "demo/logout_calls.h"

namespace router::demo {

void LogoutCalls::record(LogoutCall call) {
  const std::lock_guard lock(mutex_);
  calls_.push_front(std::move(call));
  if (calls_.size() > kMaxCalls) calls_.pop_back();
}

nlohmann::json LogoutCalls::to_json() const {
  const auto now = std::chrono::steady_clock::now();
  auto list = nlohmann::json::array();
  const std::lock_guard lock(mutex_);
  for (const LogoutCall& call : calls_) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - call.received);
    list.push_back(
        {{"backEnd", call.back_end}, {"user", call.user}, {"secondsAgo", age.count()}, {"console", console_}});
  }
  return list;
}

}  // namespace router::demo
