// A real loop that tests turn by hand, and connections in memory: no thread, no network, and no time passes
// until the test says so.
//
//   TurnedLoop turned;
//   Wire wire;
//   net::Stream stream(wire.near_end(turned.loop));   // the end of what is tested
//   wire.send("GET / HTTP/1.1\r\n\r\n");               // the end of the test
//   turned.settle();
//   CHECK(wire.received() == "HTTP/1.1 200 OK...");
//
// What one end of a Wire has written can be read at the other when the call returns. One thread.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "net/asio_loop.h"
#include "net/stream.h"
#include "support/socket.h"

namespace router::test {

struct TurnedLoop {
  // Everything that can go on without waiting.
  void settle() {
    while (loop.context().poll() != 0) {
    }
  }
  // Lets time pass in the loop's ticks; what is due is done in between. Deadlines are up to two ticks late.
  void pass(base::milliseconds time) {
    for (auto left = time; left > base::milliseconds::zero(); left -= net::DeadlineWheel::kTick) {
      loop.deadlines().advance(loop.deadlines().now() + net::DeadlineWheel::kTick);
      settle();
    }
  }
  // For sockets of the network: until `condition` holds. False: it never does.
  template <class Condition>
  bool until(Condition condition) {
    while (!condition()) {
      if (loop.context().run_one_for(kPatience) == 0) return condition();
    }
    return true;
  }

  net::AsioLoop loop;
};

class Wire {
 public:
  Wire() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
      throw std::runtime_error("no pair of sockets");
    }
    near_ = ends[0];
    far_ = ends[1];
  }
  ~Wire() {
    if (near_ >= 0) ::close(near_);
    close();
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // To be taken once.
  net::Socket near_end(net::AsioLoop& loop) {
    net::Socket socket(loop.context().get_executor());
    socket.assign(boost::asio::ip::tcp::v4(), std::exchange(near_, -1));
    return socket;
  }

  // All of it, or false: the other end is gone, or its room is used up.
  bool send(std::string_view bytes) {
    return ::send(far_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  // What has come since the last call.
  std::string received() {
    std::string bytes;
    char piece[4096];
    for (ssize_t got = 0;;) {
      got = ::recv(far_, piece, sizeof piece, 0);
      if (got > 0) {
        bytes.append(piece, static_cast<std::size_t>(got));
        continue;
      }
      ended_ = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
      return bytes;
    }
  }
  // Whether what received() gave last was the last.
  bool has_ended() const { return ended_; }
  void finish_sending() { ::shutdown(far_, SHUT_WR); }
  void close() {
    if (far_ >= 0) ::close(std::exchange(far_, -1));
  }

 private:
  int near_ = -1;
  int far_ = -1;
  bool ended_ = false;
};

}  // namespace router::test
