#include "load/load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace load {

void fail(const std::string& what) {
  std::fprintf(stderr, "bench-load: %s\n", what.c_str());
  std::exit(2);
}

Options::Options(int argc, char** argv) {
  for (int i = 0; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (!name.starts_with("--")) fail("an option begins with --: " + std::string(name));
    values_[std::string(name.substr(2))] = argv[i + 1];
  }
  if (argc % 2 != 0) fail(std::string("a value is missing for ") + argv[argc - 1]);
}

std::string Options::text(const std::string& name, const std::string& fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : found->second;
}

double Options::number(const std::string& name, double fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : std::strtod(found->second.c_str(), nullptr);
}

int connect_to(std::uint16_t port, int receive_buffer) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) fail("no socket: raise ulimit -n");
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (receive_buffer > 0) ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS)
    return socket;
  ::close(socket);
  return -1;
}

bool is_connected(int socket) {
  int fault = 0;
  socklen_t size = sizeof fault;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &fault, &size) == 0 && fault == 0;
}

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(1024) {}
Poller::~Poller() { ::close(epoll_); }

void Poller::add(int socket, std::uint32_t events, std::uint64_t id) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll refuses a socket");
}

void Poller::change(int socket, std::uint32_t events, std::uint64_t id) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event) != 0) fail("epoll refuses a change");
}

void Poller::watch_input() { add(STDIN_FILENO, EPOLLIN, kInput); }

const std::vector<epoll_event>& Poller::wait(Time until) {
  const auto left = std::max<std::int64_t>(0, std::chrono::nanoseconds(until - Clock::now()).count());
  const timespec time{left / 1'000'000'000, left % 1'000'000'000};
  events_.resize(events_.capacity());
  const int count = ::epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), &time, nullptr);
  events_.resize(static_cast<std::size_t>(std::max(0, count)));
  return events_;
}

bool input_ended() {
  char ignored[256];
  return ::read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

nlohmann::json Latencies::summary() {
  std::sort(values_.begin(), values_.end());
  const auto at = [this](double part) {
    return values_.empty() ? 0.0F : values_[static_cast<std::size_t>(part * static_cast<double>(values_.size() - 1))];
  };
  return {{"p50_ms", at(0.5)}, {"p99_ms", at(0.99)}, {"max_ms", at(1)}};
}

void print(const nlohmann::json& figures) {
  std::puts(figures.dump().c_str());
  std::fflush(stdout);
}

}  // namespace load
