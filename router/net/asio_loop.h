// A Loop over one Asio io_context and one thread: sockets, deadlines, posted work.
//
// run() blocks its thread until stop(). post() and stop() may be called from any thread, the rest on the loop's own, whose
// sockets have no lock; before run() has begun and after it has returned, on any one thread.
// Included by net/ and app/ only (Asio stays behind this fence).
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <string>
#include <thread>

#include "base/loop.h"
#include "base/metrics.h"
#include "net/buffer_pool.h"
#include "net/deadline.h"

namespace router::net {

class AsioLoop final : public base::Loop {
 public:
  // Bytes of a buffer that the head of a request, or of an answer, has to fit into.
  explicit AsioLoop(std::size_t request_head = BufferPool::kLarge, std::size_t answer_head = BufferPool::kHuge);
  ~AsioLoop() override;

  // From then on how late its ticks come is counted, under that name. Before run().
  void measure_lag(const std::string& name);
  void run();
  void stop();

  void post(std::function<void()> work) override;
  void after(base::milliseconds delay, std::function<void()> work) override;
  bool is_current() const override { return std::this_thread::get_id() == thread_; }

  boost::asio::io_context& context() { return context_; }
  DeadlineWheel& deadlines() { return deadlines_; }
  BufferPool& buffers() { return buffers_; }

 private:
  void tick();

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer tick_timer_;
  DeadlineWheel deadlines_;
  BufferPool buffers_;
  Deadline trim_buffers_;
  std::multimap<base::SteadyTime, std::function<void()>> timers_;
  base::Histogram lag_;
  std::atomic<std::thread::id> thread_;
};

}  // namespace router::net
