#include "net/client_watch.h"

namespace router::net {

namespace {
constexpr base::milliseconds kWatchAfter{100};
// A leaver is noticed within a second, however busy the loop is.
constexpr base::milliseconds kWatchEvery{400};
}  // namespace

ClientWatch::ClientWatch(AsioLoop& loop, std::function<bool()> has_left, std::function<void()> gone)
    : has_left_(std::move(has_left)), gone_(std::move(gone)), due_(loop.deadlines(), [this] { look(); }) {}

void ClientWatch::begin() {
  due_.arm(kWatchAfter);
}

void ClientWatch::look() {
  if (has_left_()) return gone_();
  due_.arm(kWatchEvery);
}

}  // namespace router::net
