// Waits for something on behalf of a session, but no longer than the session lives.
//
//   auto waiting = unless_ended(live, session->id, loop, ask(graph, session));
//   auto answer = co_await waiting;   // absent: a logout came first
//
// The Task goes on by itself then, so it owns, or keeps alive, what it works with. Everything on `loop`, where the Task
// ends as well. What it throws is thrown here.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"
#include "session/live_connections.h"

namespace router::session {

namespace detail {

template <class T>
struct Wait {
  std::optional<T> result;
  std::exception_ptr thrown;
  bool over = false;
  std::coroutine_handle<> waiter;

  void wake() {
    if (auto handle = std::exchange(waiter, {})) handle.resume();
  }
};

template <class T>
struct Awaiter {
  Wait<T>& wait;
  bool await_ready() const noexcept { return wait.over || wait.result || wait.thrown; }
  void await_suspend(std::coroutine_handle<> waiter) const { wait.waiter = waiter; }
  void await_resume() const noexcept {}
};

template <class T>
base::Task<void> run_for(std::shared_ptr<Wait<T>> wait, base::Task<T> task) {
  try {
    wait->result.emplace(co_await task);
  } catch (...) {
    wait->thrown = std::current_exception();
  }
  wait->wake();
}

}  // namespace detail

template <class T>
base::Task<std::optional<T>> unless_ended(LiveConnections& live, SessionId id, base::Loop& loop, base::Task<T> task) {
  const auto wait = std::make_shared<detail::Wait<T>>();
  const auto registration = live.add(id, loop, [wait] {
    wait->over = true;
    wait->wake();
  });
  base::start_detached(detail::run_for(wait, std::move(task)));
  detail::Awaiter<T> awaiter{*wait};
  co_await awaiter;
  if (wait->thrown) std::rethrow_exception(wait->thrown);
  co_return std::move(wait->result);
}

}  // namespace router::session
