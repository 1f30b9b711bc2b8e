// A TCP proxy between a client and a back-end that can be told to misbehave: delay, throttle, cut after some bytes,
// reset, swallow everything (black hole), half-close.
//
//   FaultProxy proxy(backend.port());
//   proxy.towards_client({.cut_after = 100, .cut = Cut::reset});
//
// One thread of its own carries all connections; the other members may be called from any thread. A fault holds for the
// bytes that come after it was set, on every connection; cut_after counts the bytes of one connection from its start.
#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "support/socket.h"

namespace router::test {

enum class Cut {
  close,       // both sides see the end
  reset,       // both sides see a reset
  half_close,  // the receiver sees the end of this direction, the other one goes on
  swallow,     // nothing more arrives, and nobody is told
};

struct Fault {
  milliseconds delay{0};
  std::size_t bytes_per_second = 0;                      // 0: as fast as it goes
  std::size_t cut_after = static_cast<std::size_t>(-1);  // bytes that still pass
  Cut cut = Cut::close;
};

inline constexpr Fault kBlackHole{.cut_after = 0, .cut = Cut::swallow};

class FaultProxy {
 public:
  explicit FaultProxy(std::uint16_t backend_port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  std::string origin() const { return listener_.origin(); }

  void towards_client(Fault fault);
  void towards_backend(Fault fault);
  void heal();

  std::size_t connections() const { return accepted_; }

 private:
  struct Direction;
  struct Pair;

  void run();
  milliseconds turn();
  void accept_one();
  static void read_from(Direction& direction, const Fault& fault);
  static bool pass_on(Pair& pair, Direction& direction, const Fault& fault);

  Listener listener_;
  std::uint16_t backend_port_;
  std::mutex mutex_;
  Fault to_client_;
  Fault to_backend_;
  std::list<Pair> pairs_;  // of the thread
  std::atomic<std::size_t> accepted_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace router::test
