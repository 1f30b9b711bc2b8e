#include "net/tunnel.h"

#include <boost/asio/error.hpp>

#include "base/guarded.h"
#include "base/log.h"

namespace router::net {

using base::Task;

namespace {
// A peer that takes nothing for this long is gone.
constexpr base::milliseconds kStalled{60'000};
// For the second side to end, and for a peer that takes nothing to take the rest once the other has ended.
constexpr base::milliseconds kHalfOpen{2'500};
// While a peer takes nothing nobody reads from the other: whether that one has ended is looked at.
constexpr base::milliseconds kLookForEndEvery{500};
// For the frames under way and both goodbyes.
constexpr base::milliseconds kGoodbye{1'500};
}  // namespace

Tunnel::Tunnel(AsioLoop& loop, Stream& client, Stream& backend, std::function<void()> client_data)
    : loop_(loop),
      client_(client),
      backend_(backend),
      client_data_(std::move(client_data)),
      closing_(loop.deadlines(), [this] { close(); }) {}

void Tunnel::close() {
  client_.close();
  backend_.close();
}

Task<void> Tunnel::run(std::string from_client, std::string from_backend) {
  base::start_detached(run_upward(std::move(from_client)));
  co_await run_one(backend_, client_, std::move(from_backend), false);
  co_await upward_done_.wait();
}

Task<void> Tunnel::run_upward(std::string first) {
  co_await run_one(client_, backend_, std::move(first), true);
  upward_done_.set();
}

Task<void> Tunnel::run_one(Stream& from, Stream& to, std::string first, bool is_client) {
  auto passing = base::guarded(pass(from, to, std::move(first), is_client));
  const auto ended = co_await passing;
  if (ended) co_return;
  base::log_error("tunnel.failed", {{"detail", ended.error().detail}});
  close();
}

Task<void> Tunnel::pass(Stream& from, Stream& to, std::string first, bool is_client) {
  FrameTracker written;
  co_await relay(from, to, written, std::move(first), is_client);
  if (!closing_.armed()) closing_.arm(kHalfOpen);
  if (ending_) co_await say_goodbye(to, written, is_client);
  co_await to.finish_sending();
}

// To the end of `from`, or, once the tunnel is to end, to the end of a frame.
Task<void> Tunnel::relay(Stream& from, Stream& to, FrameTracker& written, std::string first, bool is_client) {
  base::SteadyTime began;
  Deadline stalled(loop_.deadlines(), [&] {
    const auto patience = from.look().hung_up ? kHalfOpen : kStalled;
    if (loop_.deadlines().now() - began >= patience) return close();
    stalled.arm(kLookForEndEvery);
  });
  auto buffer = loop_.buffers().take_large();
  std::string_view bytes = first;
  for (;;) {
    if (ending_) bytes = bytes.substr(0, written.rest_of_frame(bytes));
    if (!bytes.empty()) {
      began = loop_.deadlines().now();
      stalled.arm(kLookForEndEvery);
      const auto sent = co_await to.write(bytes);
      stalled.disarm();
      const bool data = written.follow(bytes.substr(0, sent.bytes));
      if (sent.fault) co_return;
      if (data && is_client && client_data_ && !ending_) client_data_();
    }
    if (ending_ && written.at_boundary()) co_return;
    const auto read = co_await from.read_some(buffer.data(), buffer.size());
    const bool told_to_end = ending_ && read.fault == asio::error::operation_aborted;
    if (read.fault && !told_to_end) co_return;
    bytes = {buffer.data(), read.bytes};
  }
}

Task<void> Tunnel::say_goodbye(Stream& to, const FrameTracker& written, bool to_server) {
  if (!written.at_boundary() || written.has_closed()) co_return;
  const std::string frame = close_frame(code_, reason_, to_server);
  const auto sent = co_await to.write(frame);
  (void)sent;
}

void Tunnel::end(std::uint16_t code, std::string_view reason) {
  if (std::exchange(ending_, true)) return;
  code_ = code;
  reason_ = reason;
  closing_.arm(kGoodbye);
  client_.cancel_read();
  backend_.cancel_read();
}

}  // namespace router::net
