// The floor of a proxy's cost: bytes from one socket to another, by one epoll loop a thread, and nothing else.
//
//   bench-floor PORT BACKEND_PORT
//
// Each client has a back-end connection of its own for as long as it stays. Nothing is parsed, logged, limited or timed; two
// threads share the port. A side that does not take what the other sends stops it: 64 KiB are held for each direction.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kHeld = 64 * 1024;
constexpr std::size_t kEvents = 256;
constexpr int kBacklog = 4096;

struct Link;

struct Side {
  Link* link = nullptr;
  int descriptor = -1;
  Side* other = nullptr;
  std::vector<char> held{};  // that this side has not taken yet; empty as a rule
};

struct Link {
  Side client, back_end;
  bool is_over = false;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in at(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void set(int descriptor, int level, int option) {
  const int on = 1;
  setsockopt(descriptor, level, option, &on, sizeof on);
}

int listen_at(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  set(listener, SOL_SOCKET, SO_REUSEADDR);
  set(listener, SOL_SOCKET, SO_REUSEPORT);
  const auto address = at(port);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (listen(listener, kBacklog) != 0) fail("listen");
  return listener;
}

class Loop {
 public:
  Loop(int port, int back_end) : listener_(listen_at(port)), back_end_(back_end) { watch(listener_, nullptr, EPOLLIN); }

  void run() {
    std::array<epoll_event, kEvents> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), kEvents, -1);
      for (int i = 0; i < count; ++i) {
        auto* side = static_cast<Side*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (side == nullptr) {
          accept_all();
        } else if (!side->link->is_over) {
          ready(*side, events[static_cast<std::size_t>(i)].events);
        }
      }
      for (auto* link : over_) delete link;
      over_.clear();
    }
  }

 private:
  void watch(int descriptor, Side* side, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.ptr = side;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
  }

  void accept_all() {
    for (;;) {
      const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
      if (client < 0) return;
      const int back_end = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      const auto address = at(back_end_);
      if (connect(back_end, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
        close(client);
        close(back_end);
        continue;
      }
      auto* link = new Link;
      link->client = {link, client, &link->back_end, {}};
      link->back_end = {link, back_end, &link->client, {}};
      for (Side* side : {&link->client, &link->back_end}) {
        set(side->descriptor, IPPROTO_TCP, TCP_NODELAY);
        watch(side->descriptor, side, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
      }
    }
  }

  void ready(Side& side, std::uint32_t events) {
    if ((events & EPOLLERR) != 0) return end(*side.link);
    if ((events & EPOLLOUT) != 0 && !side.held.empty()) {
      if (!write_held(side)) return;
      if (side.held.empty() && !relay(*side.other)) return;  // it was stopped
    }
    if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) relay(side);
  }

  // False: the link is over.
  bool write_held(Side& side) {
    const auto sent = send(side.descriptor, side.held.data(), side.held.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return end(*side.link), false;
    if (sent > 0) side.held.erase(side.held.begin(), side.held.begin() + sent);
    return true;
  }

  // What it has sent goes to the other side, until either has no more, or takes no more. False: the link is over.
  bool relay(Side& from) {
    Side& to = *from.other;
    while (to.held.empty()) {
      const auto got = recv(from.descriptor, buffer_.data(), buffer_.size(), 0);
      if (got < 0) {
        if (errno == EAGAIN || errno == ENOTCONN) return true;
        return end(*from.link), false;
      }
      if (got == 0) return end(*from.link), false;
      const auto sent = send(to.descriptor, buffer_.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return end(*from.link), false;
      const auto taken = std::max<ssize_t>(sent, 0);
      if (taken < got) to.held.assign(buffer_.data() + taken, buffer_.data() + got);
      // less than there was room for: the next event tells of more
      if (static_cast<std::size_t>(got) < buffer_.size()) return true;
    }
    return true;
  }

  void end(Link& link) {
    link.is_over = true;
    close(link.client.descriptor);
    close(link.back_end.descriptor);
    over_.push_back(&link);
  }

  const int epoll_ = epoll_create1(0);
  const int listener_;
  const int back_end_;
  std::array<char, kHeld> buffer_{};
  std::vector<Link*> over_;  // events of them may still be in the list
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: bench-floor PORT BACKEND_PORT\n", stderr), 2;
  const int port = std::atoi(argv[1]);
  const int back_end = std::atoi(argv[2]);
  std::thread second([&] { Loop(port, back_end).run(); });
  Loop(port, back_end).run();
}
