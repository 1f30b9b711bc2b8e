// A question to a loop, from a thread that may block.
//
//   auto asked = ask<std::size_t>(loop, [&pool] { return pool.counts().open; });
//   const auto open = asked.by(SteadyTime::clock::now() + kPatience);   // absent: no answer by then
//
// A question that came too late is answered all the same, and nobody hears it: it refers only to what outlives the loop.
// Threads: any but the loop's own.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/loop.h"

namespace router::management {

// How long whoever asks the management port waits for a loop.
inline constexpr base::milliseconds kPatience{2'000};

template <class Answer>
class Asked {
 public:
  explicit Asked(std::future<Answer> future) : future_(std::move(future)) {}
  // Once. Throws what the question threw.
  std::optional<Answer> by(base::SteadyTime at_latest) {
    if (future_.wait_until(at_latest) != std::future_status::ready) return std::nullopt;
    return future_.get();
  }

 private:
  std::future<Answer> future_;
};

template <class Answer>
Asked<Answer> ask(base::Loop& loop, std::function<Answer()> question) {
  auto answer = std::make_shared<std::promise<Answer>>();
  Asked<Answer> asked(answer->get_future());
  loop.post([answer, question = std::move(question)] {
    try {
      answer->set_value(question());
    } catch (...) {
      answer->set_exception(std::current_exception());
    }
  });
  return asked;
}

namespace detail {
template <class Answer>
base::Task<void> keep_promise(base::Task<base::Result<Answer>> task,
                              std::shared_ptr<std::promise<base::Result<Answer>>> promise) {
  auto guarded = base::guarded(std::move(task));
  auto answer = co_await guarded;
  promise->set_value(std::move(answer));
}
}  // namespace detail

// Of what has to wait on the loop itself: `question` makes the coroutine there (and may have captures, as it is none).
// What the coroutine throws is an error.
template <class Answer>
Asked<base::Result<Answer>> ask_task(base::Loop& loop, std::function<base::Task<base::Result<Answer>>()> question) {
  auto promise = std::make_shared<std::promise<base::Result<Answer>>>();
  Asked<base::Result<Answer>> asked(promise->get_future());
  loop.post([promise, question = std::move(question)] {
    base::start_detached(detail::keep_promise<Answer>(question(), promise));
  });
  return asked;
}

}  // namespace router::management
