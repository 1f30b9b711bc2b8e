#include "net/client_watch.h"

#include <sys/socket.h>

#include <boost/asio/error.hpp>

namespace router::net {

namespace {
constexpr base::milliseconds kWatchAfter{100};
}

ClientWatch::ClientWatch(AsioLoop& loop, Stream& stream, std::function<bool()> may_look,
                         std::function<void()> gone)
    : stream_(stream),
      may_look_(std::move(may_look)),
      gone_(std::move(gone)),
      due_(loop.deadlines(), [this] { look(); }) {}

void ClientWatch::begin() {
  due_.arm(kWatchAfter);
}

void ClientWatch::look() {
  if (!may_look_()) return due_.arm(kWatchAfter);
  ended_ = std::make_unique<base::Event>();
  base::start_detached(wait_for_end());
}

base::Task<void> ClientWatch::wait_for_end() {
  const auto fault = co_await stream_.wait_readable();
  char byte;
  const bool closed =
      !fault && ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  if (closed || (fault && fault != boost::asio::error::operation_aborted)) gone_();
  ended_->set();
}

base::Task<void> ClientWatch::finish() {
  if (!ended_->is_set()) {
    stream_.cancel();
    co_await ended_->wait();
  }
  ended_.reset();
}

}  // namespace router::net
