// websockets: sockets that are open, and messages through some of them.
//
//   --count N --rate MESSAGES_PER_SECOND --seconds S [--path /echo] [--stalled N] [--header "Name: value"]
//
// Opens `count` sockets (and `stalled` more on /flood, which are never read from), sends messages round robin
// to a back-end that echoes them, and prints {"open", "sent", "received", p50_ms, p99_ms, max_ms}.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "load/load.h"

namespace load {
namespace {

constexpr std::size_t kPayload = 64;

struct Socket {
  int socket = -1;
  enum class State { connecting, upgrading, open, ended } state = State::connecting;
  bool stalled = false;
  std::string in;
};

class WebSockets {
 public:
  explicit WebSockets(const Options& options)
      : port_(options.port()),
        count_(static_cast<std::size_t>(options.number("count", 1))),
        rate_(options.number("rate", 1000)),
        seconds_(options.number("seconds", 5)),
        path_(options.text("path", "/echo")),
        header_(options.text("header", "")) {
    sockets_.resize(count_ + static_cast<std::size_t>(options.number("stalled", 0)));
    for (std::size_t i = count_; i < sockets_.size(); ++i) sockets_[i].stalled = true;
  }

  int run() {
    open_all();
    if (open_ < sockets_.size()) std::fprintf(stderr, "bench-load: %zu of %zu sockets open\n", open_, sockets_.size());
    const auto open = open_;
    send_all();
    auto figures = latencies_.summary();
    figures.update({{"open", open}, {"open_at_end", open_}, {"sent", sent_}, {"received", received_}});
    print(figures);
    return open == sockets_.size() && received_ == sent_ ? 0 : 1;
  }

 private:
  void open_all() {
    const auto deadline = Clock::now() + std::chrono::seconds(30);
    std::size_t next = 0;
    while (open_ + ended_ < sockets_.size() && Clock::now() < deadline) {
      for (int i = 0; i < 64 && next < sockets_.size() && next < open_ + ended_ + 256; ++i, ++next) {
        sockets_[next].socket = connect_to(port_);
        if (sockets_[next].socket < 0) {
          sockets_[next].state = Socket::State::ended;
          ++ended_;
          continue;
        }
        poller_.add(sockets_[next].socket, EPOLLOUT, next);
      }
      for (const auto& event : poller_.wait(Clock::now() + std::chrono::milliseconds(2))) take(event);
    }
  }

  void send_all() {
    const auto began = Clock::now();
    const auto total = static_cast<std::size_t>(rate_ * seconds_);
    const auto interval = std::chrono::duration<double>(1 / rate_);
    const auto deadline =
        began + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_ + 5));
    std::size_t next = 0;
    while ((sent_ < total || received_ < sent_) && Clock::now() < deadline && open_ > 0) {
      const auto now = Clock::now();
      auto due = began + std::chrono::duration_cast<Clock::duration>(static_cast<double>(sent_) * interval);
      while (sent_ < total && due <= now) {
        send(sockets_[next++ % count_], due);
        due = began + std::chrono::duration_cast<Clock::duration>(static_cast<double>(sent_) * interval);
      }
      for (const auto& event : poller_.wait(sent_ < total ? due : now + std::chrono::milliseconds(20))) take(event);
    }
  }

  // A masked frame; the mask is zero, the payload begins with the time it was due.
  void send(Socket& socket, Time due) {
    ++sent_;
    if (socket.state != Socket::State::open) return;
    char frame[6 + kPayload] = {'\x82', static_cast<char>(0x80 | kPayload)};
    const auto stamp = due.time_since_epoch().count();
    std::memcpy(frame + 6, &stamp, sizeof stamp);
    if (::send(socket.socket, frame, sizeof frame, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof frame)) end(socket);
  }

  void take(const epoll_event& event) {
    auto& socket = sockets_[event.data.u64];
    if (socket.state == Socket::State::ended) return;
    if (socket.state == Socket::State::connecting) return upgrade(socket, event.data.u64);
    char bytes[16 * 1024];
    const auto count = ::recv(socket.socket, bytes, socket.stalled ? 1024 : sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) return end(socket);
    socket.in.append(bytes, static_cast<std::size_t>(count));
    if (socket.state == Socket::State::upgrading && !accepted(socket, event.data.u64)) return;
    take_frames(socket);
  }

  void upgrade(Socket& socket, std::uint64_t index) {
    if (!is_connected(socket.socket)) return end(socket);
    const std::string host = "localhost:" + std::to_string(port_);
    std::string text = "GET " + (socket.stalled ? std::string("/flood") : path_) + " HTTP/1.1\r\nHost: " + host +
                       "\r\nOrigin: http://" + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    text += header_.empty() ? "\r\n" : header_ + "\r\n\r\n";
    if (::send(socket.socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) return end(socket);
    socket.state = Socket::State::upgrading;
    poller_.change(socket.socket, EPOLLIN, index);
  }

  bool accepted(Socket& socket, std::uint64_t index) {
    const auto head_end = socket.in.find("\r\n\r\n");
    if (head_end == std::string::npos) return false;
    if (!socket.in.starts_with("HTTP/1.1 101")) {
      end(socket);
      return false;
    }
    socket.in.erase(0, head_end + 4);
    socket.state = Socket::State::open;
    ++open_;
    if (socket.stalled) poller_.change(socket.socket, 0, index);  // from now on it is not read
    return !socket.stalled;
  }

  void take_frames(Socket& socket) {
    while (socket.in.size() >= 2 + kPayload) {
      if (static_cast<unsigned char>(socket.in[0]) == 0x88) return end(socket);
      Clock::rep stamp = 0;
      std::memcpy(&stamp, socket.in.data() + 2, sizeof stamp);
      latencies_.add(Time(Clock::duration(stamp)), Clock::now());
      ++received_;
      socket.in.erase(0, 2 + kPayload);
    }
  }

  void end(Socket& socket) {
    if (socket.state == Socket::State::open) --open_;
    ++ended_;
    socket.state = Socket::State::ended;
    ::close(socket.socket);
  }

  const std::uint16_t port_;
  const std::size_t count_;
  const double rate_, seconds_;
  const std::string path_, header_;
  Poller poller_;
  std::vector<Socket> sockets_;
  std::size_t open_ = 0, ended_ = 0, sent_ = 0, received_ = 0;
  Latencies latencies_;
};

}  // namespace

int websockets(const Options& options) { return WebSockets(options).run(); }

}  // namespace load
