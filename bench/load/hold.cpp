// hold: connections that send something and then do nothing.
//
//   --count N --send TEXT (\r \n are escapes) [--rate PER_SECOND] [--read 0: never reads] [--receive-buffer
//   BYTES]
//
// Prints {"open", "answered", "refused"} when all have sent and, if they read, have either an answer or 3 s
// of silence behind them. Ends with its input, or when the peer has closed all; then prints how many were
// closed by the peer, after how many seconds (first and last, counted from each connection's own start), and
// which statuses came.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "load/load.h"

namespace load {
namespace {

struct Held {
  int socket = -1;
  Time opened;
  std::string status;  // the three digits
  bool sent = false;
};

std::string unescaped(std::string text) {
  for (const auto& [escape, byte] : {std::pair{"\\r", '\r'}, std::pair{"\\n", '\n'}}) {
    for (auto at = text.find(escape); at != std::string::npos; at = text.find(escape, at)) text.replace(at, 2, 1, byte);
  }
  return text;
}

class Hold {
 public:
  explicit Hold(const Options& options)
      : port_(options.port()),
        bytes_(unescaped(options.text("send", ""))),
        reads_(options.number("read", 1) != 0),
        receive_buffer_(static_cast<int>(options.number("receive-buffer", 0))),
        rate_(options.number("rate", 5000)) {
    held_.resize(static_cast<std::size_t>(options.number("count", 1)));
    poller_.watch_input();
  }

  int run() {
    const auto began = Clock::now();
    std::size_t next = 0;
    bool reported = false;
    Time quiet = began;
    while (!ended_ && closed_ + refused_ < held_.size()) {
      const auto now = Clock::now();
      while (next < held_.size() && static_cast<double>(next) <= rate_ * seconds_between(began, now)) open(next++);
      if (next < held_.size()) quiet = now;
      const bool settled =
          sent_ + refused_ + closed_ >= next && (!reads_ || answered_ >= sent_ || seconds_between(quiet, now) > 3);
      if (!reported && next == held_.size() && settled) {
        print({{"open", sent_ - std::min(sent_, closed_)}, {"answered", answered_}, {"refused", refused_}});
        reported = true;
      }
      for (const auto& event : poller_.wait(now + std::chrono::milliseconds(next < held_.size() ? 1 : 50))) take(event);
    }
    print(
        {{"closed", closed_}, {"first_s", first_}, {"last_s", last_}, {"statuses", statuses_}, {"refused", refused_}});
    return 0;
  }

 private:
  void open(std::size_t index) {
    auto& held = held_[index];
    held.opened = Clock::now();
    held.socket = connect_to(port_, receive_buffer_);
    if (held.socket < 0) {
      ++refused_;
    } else {
      poller_.add(held.socket, EPOLLOUT | EPOLLRDHUP, index);
    }
  }

  void take(const epoll_event& event) {
    if (event.data.u64 == Poller::kInput) {
      ended_ = input_ended();
      return;
    }
    auto& held = held_[event.data.u64];
    if (held.socket < 0) return;
    if (!held.sent && (event.events & EPOLLOUT) != 0) return send(held, event.data.u64);
    if ((event.events & EPOLLIN) != 0 && !read(held)) return;
    if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 && (!reads_ || (event.events & EPOLLIN) == 0))
      close(held);
  }

  void send(Held& held, std::uint64_t index) {
    if (!is_connected(held.socket) || ::send(held.socket, bytes_.data(), bytes_.size(), MSG_NOSIGNAL) < 0) {
      ::close(held.socket);
      held.socket = -1;
      ++refused_;
      return;
    }
    held.sent = true;
    ++sent_;
    poller_.change(held.socket, reads_ ? EPOLLIN | EPOLLRDHUP : EPOLLRDHUP, index);
  }

  bool read(Held& held) {
    char bytes[16 * 1024];
    const auto count = ::recv(held.socket, bytes, sizeof bytes, 0);
    if (count <= 0) {
      close(held);
      return false;
    }
    if (held.status.empty()) {
      held.status.assign(bytes, std::min<std::size_t>(static_cast<std::size_t>(count), 12));
      held.status.erase(0, std::min<std::size_t>(held.status.size(), 9));
      ++statuses_[held.status];
      ++answered_;
    }
    return true;
  }

  void close(Held& held) {
    ::close(held.socket);
    held.socket = -1;
    const double age = seconds_between(held.opened, Clock::now());
    first_ = closed_ == 0 ? age : std::min(first_, age);
    last_ = std::max(last_, age);
    ++closed_;
  }

  const std::uint16_t port_;
  const std::string bytes_;
  const bool reads_;
  const int receive_buffer_;
  const double rate_;
  Poller poller_;
  std::vector<Held> held_;
  std::map<std::string, std::size_t> statuses_;
  std::size_t sent_ = 0, answered_ = 0, refused_ = 0, closed_ = 0;
  double first_ = 0, last_ = 0;
  bool ended_ = false;
};

}  // namespace

int hold(const Options& options) { return Hold(options).run(); }

}  // namespace load
