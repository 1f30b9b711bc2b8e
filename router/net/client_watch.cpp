#include "net/client_watch.h"

namespace router::net {

namespace {
// A leaver is noticed within a second, deadlines being up to two ticks late; what is answered sooner costs nothing.
constexpr base::milliseconds kWatchEvery{850};
}  // namespace

ClientWatch::ClientWatch(AsioLoop& loop, std::function<bool()> has_left, std::function<void()> gone)
    : has_left_(std::move(has_left)), gone_(std::move(gone)), due_(loop.deadlines(), [this] { look(); }) {}

void ClientWatch::begin() { due_.arm(kWatchEvery); }

void ClientWatch::look() {
  if (has_left_()) return gone_();
  due_.arm(kWatchEvery);
}

}  // namespace router::net
