// What is thrown and caught nowhere below: an error of the router's own, counted, and nothing more.
//
//   auto asking = base::guarded(provider.revoke(token, hint));
//   const auto revoked = co_await asking;   // internal, if it threw
//
// Exceptions are no way of saying anything here; they come from libraries and from memory that is used up. Whoever has
// waiters, a place in a queue or a peer that must hear of its end, guards what it awaits. Any thread.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>

#include "base/result.h"
#include "base/task.h"

namespace router::base {

// Inside a catch block: internal, side router, detail "exception: ...". Counts.
Error caught_error();
// Since the start, detached tasks (base/task.h) included.
std::uint64_t exceptions_caught();

namespace detail {
template <class T>
struct Guarded {
  using Type = Result<T>;
};
template <class T>
struct Guarded<Result<T>> {
  using Type = Result<T>;
};
}  // namespace detail

// The same Result, or a Task's value as one.
template <class T>
Task<typename detail::Guarded<T>::Type> guarded(Task<T> task) {
  std::optional<Error> thrown;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await task;
      co_return Result<void>();
    } else {
      co_return co_await task;
    }
  } catch (...) {
    thrown = caught_error();
  }
  co_return *std::move(thrown);
}

}  // namespace router::base
