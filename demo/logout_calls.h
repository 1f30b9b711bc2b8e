// The logout calls that the demo back-ends received, newest first; at most kMaxCalls are remembered. Any
// thread.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

namespace router::demo {

struct LogoutCall {
  std::string back_end;
  std::string user;  // empty: the call brought no token that could be checked
  std::chrono::steady_clock::time_point received = std::chrono::steady_clock::now();
};

class LogoutCalls {
 public:
  static constexpr std::size_t kMaxCalls = 50;

  void record(LogoutCall call);
  // [{"backEnd", "user", "secondsAgo"}]
  nlohmann::json to_json() const;

 private:
  mutable std::mutex mutex_;
  std::deque<LogoutCall> calls_;
};

}  // namespace router::demo
