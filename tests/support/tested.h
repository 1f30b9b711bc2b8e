// What is put through a contract, with what it stands on, and how its calls come to their end.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/result.h"
#include "support/run_task.h"

namespace router::test {

template <class T>
T unwrapped(base::Result<T> result) {
  REQUIRE(result);
  return *std::move(result);
}

class Tested {
 public:
  virtual ~Tested() = default;
  // Runs what it needs (threads, sockets) until something may have come of it.
  virtual void wait() {}

  template <class T>
  T run(base::Task<T> task) {
    std::vector<base::Task<T>> tasks;
    tasks.push_back(std::move(task));
    return std::move(run_together(std::move(tasks)).front());
  }
  // All are under way before any is waited for.
  template <class T>
  std::vector<T> run_together(std::vector<base::Task<T>> tasks) {
    std::vector<std::optional<T>> results(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i)
      base::start_detached(detail::store_result<T>(std::move(tasks[i]), results[i]));
    const auto is_done = [&] {
      return std::all_of(results.begin(), results.end(), [](const auto& result) { return result.has_value(); });
    };
    for (int i = 0; !is_done() && i < kMostWaits; ++i) wait();
    if (!is_done()) throw std::logic_error("the task did not finish");
    std::vector<T> values;
    for (auto& result : results) values.push_back(*std::move(result));
    return values;
  }
  // False: it does not come true within 15 s.
  template <class Condition>
  bool until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      wait();
    }
    return true;
  }

 private:
  static constexpr int kMostWaits = 10'000;
};

}  // namespace router::test
