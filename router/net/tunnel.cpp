#include "net/tunnel.h"

#include "base/guarded.h"
#include "base/log.h"

namespace router::net {

using base::Task;

namespace {
// A peer that takes nothing for this long is gone.
constexpr base::milliseconds kStalled{60'000};
constexpr base::milliseconds kHalfOpen{5'000};
}  // namespace

Tunnel::Tunnel(AsioLoop& loop, Stream& client, Stream& backend, std::function<void()> client_data)
    : loop_(loop), client_(client), backend_(backend), client_data_(std::move(client_data)), half_open_(loop.deadlines(), [this] {
        client_.cancel();
        backend_.cancel();
      }) {}

Task<void> Tunnel::run(std::string from_client, std::string from_backend) {
  base::start_detached(run_upward(std::move(from_client)));
  auto downward = base::guarded(backend_to_client(std::move(from_backend)));
  const auto ended = co_await downward;
  if (!ended) base::log_error("tunnel.failed", {{"detail", ended.error().detail}});
  // the back-end has nothing more to say: the client's side ends, too
  client_.cancel();
  backend_.cancel();
  co_await upward_done_.wait();
}

Task<void> Tunnel::run_upward(std::string first) {
  auto upward = base::guarded(client_to_backend(std::move(first)));
  const auto ended = co_await upward;
  if (!ended) base::log_error("tunnel.failed", {{"detail", ended.error().detail}});
  upward_done_.set();
}

Task<void> Tunnel::client_to_backend(std::string first) {
  co_await relay(client_, backend_, from_client_, std::move(first), true);
  if (ending_) co_await say_goodbye(backend_, from_client_, true);
  backend_.shutdown_send();
  half_open_.arm(kHalfOpen);
}

Task<void> Tunnel::backend_to_client(std::string first) {
  co_await relay(backend_, client_, from_backend_, std::move(first), false);
  if (ending_) co_await say_goodbye(client_, from_backend_, false);
  client_.shutdown_send();
}

Task<void> Tunnel::relay(Stream& from, Stream& to, FrameTracker& frames, std::string first, bool is_client) {
  Deadline stalled(loop_.deadlines(), [&to] { to.close(); });
  auto buffer = loop_.buffers().take_large();
  std::string_view bytes = first;
  for (;;) {
    if (!bytes.empty()) {
      const bool data = frames.follow(bytes);
      if (data && is_client && client_data_) client_data_();
      stalled.arm(kStalled);
      const auto written = co_await to.write(bytes);
      stalled.disarm();
      if (written.fault) co_return;
    }
    if (ending_) co_return;
    const auto read = co_await from.read_some(buffer.data(), buffer.size());
    if (read.fault) co_return;
    bytes = {buffer.data(), read.bytes};
  }
}

Task<void> Tunnel::say_goodbye(Stream& to, const FrameTracker& frames, bool to_server) {
  if (!frames.at_boundary()) co_return;
  const std::string frame = close_frame(code_, reason_, to_server);
  const auto written = co_await to.write(frame);
  (void)written;
}

void Tunnel::end(std::uint16_t code, std::string_view reason) {
  if (std::exchange(ending_, true)) return;
  code_ = code;
  reason_ = reason;
  client_.cancel();
  backend_.cancel();
}

}  // namespace router::net
