// Runs a Task in a test: it must finish without a real event loop, or when `loop` (a FakeLoop) is drained.
#pragma once

#include <optional>
#include <stdexcept>

#include "base/task.h"
#include "support/fake_loop.h"

namespace router::test {

namespace detail {
template <class T>
base::Task<void> store_result(base::Task<T> task, std::optional<T>& result) {
  result.emplace(co_await task);
}
inline base::Task<void> store_done(base::Task<void> task, bool& done) {
  co_await task;
  done = true;
}
}  // namespace detail

template <class T>
T run_task(base::Task<T> task, FakeLoop* loop = nullptr) {
  std::optional<T> result;
  base::start_detached(detail::store_result<T>(std::move(task), result));
  if (!result && loop != nullptr) loop->run_ready();
  if (!result) throw std::logic_error("the task did not finish");
  return std::move(*result);
}

inline void run_task(base::Task<void> task, FakeLoop* loop = nullptr) {
  bool done = false;
  base::start_detached(detail::store_done(std::move(task), done));
  if (!done && loop != nullptr) loop->run_ready();
  if (!done) throw std::logic_error("the task did not finish");
}

}  // namespace router::test
