#include "support/socket.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace router::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

Socket make_socket() {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) throw std::runtime_error("no socket");
  return socket;
}

void set_option(int fd, int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); }

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

bool Socket::wait(short events, TimePoint deadline) const {
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{fd_, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<long long>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

bool Socket::wait_readable(TimePoint deadline) const { return fd_ >= 0 && wait(POLLIN, deadline); }

bool Socket::send(std::string_view bytes, TimePoint deadline) const {
  if (fd_ < 0) return false;
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait(POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

Received Socket::receive(std::string& to, TimePoint deadline, std::size_t most) const {
  if (fd_ < 0) return Received::end;
  if (!wait(POLLIN, deadline)) return Received::timeout;
  const auto before = to.size();
  to.resize(before + most);
  const auto got = ::recv(fd_, to.data() + before, most, 0);
  to.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got > 0) return Received::data;
  return got == 0 ? Received::end : Received::reset;
}

void Socket::shutdown_write() const {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
}

void Socket::shutdown_both() const {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
}

void Socket::set_receive_buffer(int bytes) const { set_option(fd_, SOL_SOCKET, SO_RCVBUF, bytes); }

void Socket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Socket::gather(bool on) const {
  const int corked = on ? 1 : 0;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &corked, sizeof corked);
}

void Socket::reset() {
  if (fd_ < 0) return;
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

Socket connect_to(std::uint16_t port) {
  Socket socket = make_socket();
  const auto address = loopback(port);
  if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("nobody listens on port " + std::to_string(port));
  }
  set_option(socket.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  return socket;
}

Listener::Listener(std::uint16_t port) : socket_(make_socket()) {
  set_option(socket_.fd(), SOL_SOCKET, SO_REUSEADDR, 1);
  auto address = loopback(port);
  socklen_t size = sizeof address;
  if (::bind(socket_.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket_.fd(), 1024) != 0 ||
      ::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on port " + std::to_string(port));
  }
  port_ = ntohs(address.sin_port);
}

std::optional<Socket> Listener::accept(milliseconds at_most) const {
  if (!socket_.wait_readable(in(at_most))) return std::nullopt;
  Socket accepted(::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!accepted.is_open()) return std::nullopt;
  set_option(accepted.fd(), IPPROTO_TCP, TCP_NODELAY, 1);
  return accepted;
}

std::uint16_t refusing_port() { return Listener().port(); }

}  // namespace router::test
