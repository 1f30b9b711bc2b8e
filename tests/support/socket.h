// Blocking TCP sockets on the loopback interface with a deadline on every operation, for tests that care about bytes.
//
// A Socket owns its descriptor and belongs to one thread; shutdown_both() may come from another one and wakes it.
// Nothing here throws but listen() and connect_to(), which a test cannot go on without.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace router::test {

using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

inline constexpr milliseconds kPatience{5'000};  // how long a test waits for what must happen

inline TimePoint in(milliseconds time) { return std::chrono::steady_clock::now() + time; }

// Looks until `condition` holds; false if it never does.
template <class Condition>
bool eventually(Condition condition, milliseconds at_most = kPatience) {
  const auto deadline = in(at_most);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

enum class Received { data, end, reset, timeout };

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  // All of it, or false: the peer is gone or does not read.
  bool send(std::string_view bytes, TimePoint deadline = in(kPatience)) const;
  // Appends at most `most` bytes to `to`.
  Received receive(std::string& to, TimePoint deadline, std::size_t most = 64 * 1024) const;
  // Ready to be read, or at its end.
  bool wait_readable(TimePoint deadline) const;

  void shutdown_write() const;
  void shutdown_both() const;  // a receive() under way on another thread ends
  void set_receive_buffer(int bytes) const;
  void gather(bool on) const;  // what is sent waits until it is off again, and goes out as one
  void close();
  void reset();  // closes with RST instead of FIN

 private:
  bool wait(short events, TimePoint deadline) const;

  int fd_ = -1;
};

// Throws std::runtime_error if nobody listens.
Socket connect_to(std::uint16_t port);

class Listener {
 public:
  // Port 0: any free one.
  explicit Listener(std::uint16_t port = 0);

  std::uint16_t port() const { return port_; }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int fd() const { return socket_.fd(); }
  // Absent: nobody came in time.
  std::optional<Socket> accept(milliseconds at_most) const;

 private:
  Socket socket_;
  std::uint16_t port_ = 0;
};

// A port where nobody listens now: for connections that must be refused.
std::uint16_t refusing_port();

}  // namespace router::test
