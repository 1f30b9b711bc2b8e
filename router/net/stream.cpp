#include "net/stream.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace router::net {

namespace {

// A file goes out in shares of this many bytes, so that one fast client does not hold up the others of the loop.
constexpr std::uint64_t kFileShare = 1024 * 1024;

// The fault of a system call that has just failed; none where waiting helps.
error_code fault_unless_full() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {errno, boost::system::system_category()};
}

}  // namespace

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
    write.result.fault = fault_unless_full();
    return write.result.fault.failed();
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

error_code Stream::send_file_now(FileSending& rest) {
  const int socket = socket_.native_handle();
  while (!rest.head.empty()) {
    const ssize_t sent =
        ::send(socket, rest.head.data(), rest.head.size(), MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE);
    if (sent < 0) return fault_unless_full();
    rest.head.remove_prefix(static_cast<std::size_t>(sent));
  }
  for (std::uint64_t share = std::min(rest.length, kFileShare); share != 0;) {
    auto offset = static_cast<off_t>(rest.offset);
    const ssize_t sent = ::sendfile(socket, rest.descriptor, &offset, static_cast<std::size_t>(share));
    if (sent < 0) return fault_unless_full();
    if (sent == 0) return asio::error::eof;
    const auto bytes = static_cast<std::uint64_t>(sent);
    rest.offset += bytes;
    rest.length -= bytes;
    share -= bytes;
  }
  return {};
}

void Stream::Handshake::await_suspend(std::coroutine_handle<> waiter) {
  stream.tls_->async_handshake(type, [this, waiter](const error_code& ended) {
    fault = ended;
    waiter.resume();
  });
}

void Stream::ShutdownTls::await_suspend(std::coroutine_handle<> waiter) {
  stream.tls_->async_shutdown([waiter](const error_code&) { waiter.resume(); });
}

namespace {

// Asio hands all that it reads on to OpenSSL at once: nothing waits between the two.
bool holds_nothing(SSL* tls) {
  char byte;
  ERR_clear_error();
  // takes in what is no application data, such as a ticket
  const int peeked = SSL_peek(tls, &byte, 1);
  const bool wants_more = peeked <= 0 && SSL_get_error(tls, peeked) == SSL_ERROR_WANT_READ;
  ERR_clear_error();
  return wants_more && SSL_has_pending(tls) == 0;
}

}  // namespace

bool Stream::is_quiet() {
  if (tls_ && !holds_nothing(tls_->native_handle())) return false;
  char byte;
  const ssize_t peeked = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace router::net
