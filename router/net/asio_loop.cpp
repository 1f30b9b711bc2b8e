#include "net/asio_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "base/current_loop.h"

namespace router::net {

namespace asio = boost::asio;

namespace {
constexpr base::milliseconds kTrimEvery{250};

const base::HistogramFamily kLag("xsrouter_loop_lag_seconds", "How much later than due a loop gets to its work.",
                                 {"loop"});
}  // namespace

// Only this loop's thread runs the context and uses its sockets: Asio needs no lock between handlers, and none around a
// socket. What other threads post is locked all the same.
AsioLoop::AsioLoop(std::size_t request_head, std::size_t answer_head)
    : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      work_(asio::make_work_guard(context_)),
      tick_timer_(context_),
      buffers_(request_head, answer_head),
      trim_buffers_(deadlines_, [this] {
        buffers_.trim();
        trim_buffers_.arm(kTrimEvery);
      }) {
  trim_buffers_.arm(kTrimEvery);
}

AsioLoop::~AsioLoop() = default;

void AsioLoop::measure_lag(const std::string& name) { lag_ = kLag.with(name); }

void AsioLoop::run() {
  const base::CurrentLoop current(*this);
  thread_ = std::this_thread::get_id();
  tick();
  for (;;) {
    try {
      context_.run();
      return;
    } catch (...) {
      // of one callback: the others go on
      base::note_exception();
    }
  }
}

void AsioLoop::stop() {
  asio::post(context_, [this] {
    tick_timer_.cancel();
    work_.reset();
    context_.stop();
  });
}

void AsioLoop::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

void AsioLoop::after(base::milliseconds delay, std::function<void()> work) {
  timers_.emplace(std::chrono::steady_clock::now() + delay, std::move(work));
}

void AsioLoop::tick() {
  // first, so that nothing that is called below can keep the next one from coming
  tick_timer_.expires_after(DeadlineWheel::kTick);
  tick_timer_.async_wait([this](const boost::system::error_code& fault) {
    if (fault) return;
    lag_.observe(std::chrono::steady_clock::now() - tick_timer_.expiry());
    tick();
  });
  const auto now = std::chrono::steady_clock::now();
  deadlines_.advance(now);
  while (!timers_.empty() && timers_.begin()->first <= now) {
    auto work = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    work();
  }
}

}  // namespace router::net
