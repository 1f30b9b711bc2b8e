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

  // `console`: where the router's console is; empty: nowhere.
  explicit LogoutCalls(std::string console) : console_(std::move(console)) {}

  void record(LogoutCall call);
  // [{"backEnd", "user", "secondsAgo", "console"}]
  nlohmann::json to_json() const;

 private:
  const std::string console_;
  mutable std::mutex mutex_;
  std::deque<LogoutCall> calls_;
};

}  // namespace router::demo
