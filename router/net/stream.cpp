#include "net/stream.h"

#include <boost/asio/write.hpp>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace router::net {

void Stream::ReadSome::await_suspend(std::coroutine_handle<> waiter) {
  auto done = [this, waiter](const error_code& fault, std::size_t bytes) {
    result = {fault, bytes};
    waiter.resume();
  };
  if (stream.tls_) {
    stream.tls_->async_read_some(into, done);
  } else {
    stream.socket_.async_read_some(into, done);
  }
}

bool Stream::try_write(Write& write) {
  if (tls_) return false;
  iovec vectors[3];
  std::size_t count = 0;
  std::size_t total = 0;
  for (auto part : write.parts) {
    if (part.empty()) continue;
    vectors[count++] = {const_cast<char*>(part.data()), part.size()};
    total += part.size();
  }
  if (total == 0) return true;
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = count;
  const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return false;
    write.result.fault = error_code(errno, boost::system::system_category());
    return true;
  }
  auto left = static_cast<std::size_t>(sent);
  write.result.bytes = left;
  for (auto& part : write.parts) {
    const auto gone = std::min(left, part.size());
    part.remove_prefix(gone);
    left -= gone;
  }
  return write.result.bytes == total;
}

void Stream::Write::await_suspend(std::coroutine_handle<> waiter) {
  const auto already = result.bytes;
  auto done = [this, waiter, already](const error_code& fault, std::size_t bytes) {
    result = {fault, already + bytes};
    waiter.resume();
  };
  std::array<asio::const_buffer, 3> buffers;
  for (std::size_t i = 0; i < parts.size(); ++i) buffers[i] = asio::buffer(parts[i].data(), parts[i].size());
  if (stream.tls_) {
    asio::async_write(*stream.tls_, buffers, done);
  } else {
    asio::async_write(stream.socket_, buffers, done);
  }
}

void Stream::Connect::await_suspend(std::coroutine_handle<> waiter) {
  stream.socket_.async_connect(endpoint, [this, waiter](const error_code& ended) {
    fault = ended;
    waiter.resume();
  });
}

void Stream::Handshake::await_suspend(std::coroutine_handle<> waiter) {
  stream.tls_->async_handshake(type, [this, waiter](const error_code& ended) {
    fault = ended;
    waiter.resume();
  });
}

bool Stream::is_quiet() {
  char byte;
  const ssize_t peeked = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace router::net
