// Task<T>: a lazy coroutine that does not know any event loop.
//
// A Task starts when it is awaited and resumes its awaiter when it ends, on whatever thread it ended. Only net/
// knows Asio; everything above it is written in Tasks, so that it compiles fast and runs in tests without sockets
// (tests/support/run_task.h).
//
// A function that often has nothing to wait for needs no coroutine then: it returns the value as a Task that has ended,
// or else calls the coroutine that goes on. What such a function does, it does when it is called; a Task<void>() has
// ended.
//
//   Task<Result<void>> flush() {
//     if (pending_.empty()) return Result<void>();
//     return send_pending();
//   }
//
// Ownership: a Task owns its coroutine frame; destroying a Task that is suspended destroys the frame.
// Rules for g++ 12 (ARCHITECTURE.md): no capturing lambdas as coroutines, no non-trivial temporaries inside a
// co_await expression; pass parameters by value or make sure that they outlive the Task.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/frame_memory.h"

namespace router::base {

template <class T>
class Task;

// Inside a catch block: logs and counts what was thrown, where nobody is left to hear of it (base/guarded.h).
void note_exception() noexcept;

namespace detail {

struct FrameOfThread {
  static void* operator new(std::size_t bytes) { return take_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { give_frame(frame, bytes); }
};

struct TaskPromiseBase : FrameOfThread {
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
      auto continuation = done.promise().continuation;
      return continuation ? continuation : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }

  std::coroutine_handle<> continuation;
  std::exception_ptr exception;
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  Task<T> get_return_object() noexcept;
  template <std::convertible_to<T> Value = T>
  void return_value(Value&& result) {
    value.emplace(std::forward<Value>(result));
  }
  T take() {
    if (exception) std::rethrow_exception(exception);
    return std::move(*value);
  }
  std::optional<T> value;
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() {
    if (exception) std::rethrow_exception(exception);
  }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  // One that has ended; of another type it would have no value to give.
  Task() requires std::is_void_v<T>
  = default;
  explicit Task(Handle handle) : handle_(handle) {}
  // One that has ended.
  template <std::convertible_to<T> Value>
  Task(Value&& value) : ended_(std::forward<Value>(value)) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})), ended_(std::move(other.ended_)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
      ended_ = std::move(other.ended_);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return !handle_; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().continuation = awaiter;
    return handle_;
  }
  T await_resume() {
    if (handle_) return handle_.promise().take();
    if constexpr (!std::is_void_v<T>) return *std::move(ended_);
  }

 private:
  Handle handle_;
  std::conditional_t<std::is_void_v<T>, std::monostate, std::optional<T>> ended_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}

// A coroutine that starts at once and frees itself.
struct Detached {
  struct promise_type : FrameOfThread {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { note_exception(); }
  };
};

inline Detached run_detached(Task<void> task) { co_await task; }

}  // namespace detail

// Starts `task` now, on this thread, and lets it run on its own. What it throws is logged and counted, and nobody hears
// of it: a task that somebody waits for guards what it awaits (base/guarded.h).
inline void start_detached(Task<void> task) { detail::run_detached(std::move(task)); }

}  // namespace router::base
