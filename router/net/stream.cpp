#include "net/stream.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

namespace router::net {

namespace {

// A file goes out in shares of this many bytes, so that one fast client does not hold up the others of the
// loop; what TLS writes, too.
constexpr std::size_t kShare = 256 * 1024;
constexpr std::size_t kRecord = 16 * 1024;  // RFC 8446 section 5.1

// Of a connection where nothing moves: asked after a minute, then every ten seconds.
constexpr int kProbeAfterSeconds = 60;
constexpr int kProbeEverySeconds = 10;
constexpr int kMostProbes = 6;
// What is not acknowledged for so long will not be.
constexpr base::milliseconds kUnacknowledged{120'000};
constexpr base::milliseconds kLongestSilence{24 * 60 * 60 * 1000};

// The fault of a system call that has just failed; none where waiting helps.
error_code fault_unless_full() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
  return {errno, boost::system::system_category()};
}

void set_option(int socket, int level, int name, int value) { ::setsockopt(socket, level, name, &value, sizeof value); }

void drop_sent(std::array<std::string_view, 3>& parts, std::size_t bytes) {
  for (auto& part : parts) {
    const auto gone = std::min(bytes, part.size());
    part.remove_prefix(gone);
    bytes -= gone;
  }
}

// What fits into one record, gathered where it is in several parts.
std::string_view next_record(const std::array<std::string_view, 3>& parts) {
  thread_local std::array<char, kRecord> gathered;
  std::string_view only;
  std::size_t filled = 0;
  for (const auto part : parts) {
    if (part.empty()) continue;
    if (filled == 0 && only.empty()) {
      only = part.substr(0, kRecord);
      if (only.size() == kRecord) return only;
      continue;
    }
    if (filled == 0) filled = only.copy(gathered.data(), only.size());
    filled += part.copy(gathered.data() + filled, kRecord - filled);
  }
  return filled == 0 ? only : std::string_view(gathered.data(), filled);
}

Socket::wait_type wait_type_of(TlsChannel::Needs needs) {
  return needs == TlsChannel::Needs::writable ? Socket::wait_write : Socket::wait_read;
}

}  // namespace

TlsChannel& Stream::enable_tls(asio::ssl::context& context) {
  tls_ = std::make_unique<TlsChannel>(context, socket_.native_handle());
  return *tls_;
}

void Stream::prepare(base::milliseconds longest_stall) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  const int socket = socket_.native_handle();
  const bool may_stall_for_ever = longest_stall <= base::milliseconds::zero() || longest_stall >= kLongestSilence;
  const auto silence =
      may_stall_for_ever ? kLongestSilence : std::max(kUnacknowledged, longest_stall + kUnacknowledged / 4);
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kProbeEverySeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kMostProbes);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(silence.count()));
}

void Stream::ReadSome::await_suspend(std::coroutine_handle<> waiter) {
  if (stream.tls_) return go_on(waiter, true);
  auto done = [this, waiter](const error_code& fault, std::size_t bytes) {
    result = {fault, bytes};
    waiter.resume();
  };
  stream.socket_.async_read_some(into, asio::bind_cancellation_slot(stream.read_cancel_.slot(), done));
}

void Stream::ReadSome::go_on(std::coroutine_handle<> waiter, bool is_first) {
  if (!stream.is_open()) {
    result = {asio::error::bad_descriptor};
  } else {
    const auto step = stream.tls_->read({static_cast<char*>(into.data()), into.size()});
    if (step.needs != TlsChannel::Needs::nothing) {
      auto again = [this, waiter](const error_code& fault) {
        if (!fault) return go_on(waiter, false);
        result = {fault};
        waiter.resume();
      };
      auto bound = asio::bind_cancellation_slot(stream.read_cancel_.slot(), again);
      return stream.socket_.async_wait(wait_type_of(step.needs), bound);
    }
    result = {step.fault, step.bytes};
  }
  if (!is_first) return waiter.resume();
  asio::post(stream.socket_.get_executor(), [waiter] { waiter.resume(); });
}

IoResult Stream::read_now(char* data, std::size_t size) {
  if (!is_open()) return {asio::error::bad_descriptor};
  if (tls_) {
    const auto step = tls_->read({data, size});
    if (step.needs != TlsChannel::Needs::nothing) return {asio::error::would_block};
    return {step.fault, step.bytes};
  }
  const ssize_t got = ::recv(socket_.native_handle(), data, size, MSG_DONTWAIT);
  if (got > 0) return {{}, static_cast<std::size_t>(got)};
  if (got == 0) return {asio::error::eof};
  const auto fault = fault_unless_full();
  return {fault ? fault : error_code(asio::error::would_block)};
}

bool Stream::try_write(Write& write) {
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
  write.result.bytes = static_cast<std::size_t>(sent);
  drop_sent(write.parts, write.result.bytes);
  return write.result.bytes == total;
}

// True: done, well or not. False: `needs` says what to wait for; nothing, where its turn is over.
bool Stream::try_write_tls(Write& write) {
  write.needs = TlsChannel::Needs::nothing;
  for (std::size_t share = 0; share < kShare;) {
    const auto record = next_record(write.parts);
    if (record.empty()) return true;
    const auto step = is_open() ? tls_->write(record) : TlsChannel::Step{asio::error::bad_descriptor};
    write.result.fault = step.fault;
    if (step.fault) return true;
    write.needs = step.needs;
    if (step.needs != TlsChannel::Needs::nothing) return false;
    drop_sent(write.parts, step.bytes);
    write.result.bytes += step.bytes;
    share += step.bytes;
  }
  return next_record(write.parts).empty();
}

void Stream::Write::await_suspend(std::coroutine_handle<> waiter) {
  if (stream.tls_) return go_on(waiter);
  const auto already = result.bytes;
  auto done = [this, waiter, already](const error_code& fault, std::size_t bytes) {
    result = {fault, already + bytes};
    waiter.resume();
  };
  std::array<asio::const_buffer, 3> buffers;
  for (std::size_t i = 0; i < parts.size(); ++i) buffers[i] = asio::buffer(parts[i].data(), parts[i].size());
  asio::async_write(stream.socket_, buffers, done);
}

void Stream::Write::go_on(std::coroutine_handle<> waiter) {
  auto again = [this, waiter](const error_code& fault) {
    if (fault) result.fault = fault;
    if (fault || stream.try_write_tls(*this)) return waiter.resume();
    go_on(waiter);
  };
  if (needs == TlsChannel::Needs::nothing) {
    return asio::post(stream.socket_.get_executor(), [again] { again({}); });
  }
  stream.socket_.async_wait(wait_type_of(needs), again);
}

error_code Stream::send_file_now(FileSending& rest) {
  const int socket = socket_.native_handle();
  while (!rest.head.empty()) {
    const ssize_t sent = ::send(socket, rest.head.data(), rest.head.size(), MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE);
    if (sent < 0) return fault_unless_full();
    rest.head.remove_prefix(static_cast<std::size_t>(sent));
  }
  for (std::uint64_t share = std::min<std::uint64_t>(rest.length, kShare); share != 0;) {
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

void Stream::Wait::await_suspend(std::coroutine_handle<> waiter) {
  // a connection that rests keeps nothing that it does not need
  if (what == Socket::wait_read) stream.read_cancel_.slot().clear();
  stream.socket_.async_wait(what, [this, waiter](const error_code& ended) {
    fault = ended;
    waiter.resume();
  });
}

// True: done, well or not.
bool Stream::TlsStep::try_step() {
  if (!stream.is_open()) {
    fault = asio::error::operation_aborted;
    return true;
  }
  const auto made = step == Step::end ? stream.tls_->say_end() : stream.tls_->handshake(step == Step::accept);
  fault = made.fault;
  needs = made.needs;
  return needs == TlsChannel::Needs::nothing;
}

bool Stream::TlsStep::await_ready() { return stream.tls_ == nullptr || try_step(); }

void Stream::TlsStep::await_suspend(std::coroutine_handle<> waiter) {
  auto again = [this, waiter](const error_code& ended) {
    if (ended) fault = ended;
    if (ended || try_step()) return waiter.resume();
    await_suspend(waiter);
  };
  if (step == Step::end) return stream.socket_.async_wait(wait_type_of(needs), again);
  stream.socket_.async_wait(wait_type_of(needs), asio::bind_cancellation_slot(stream.read_cancel_.slot(), again));
}

error_code Stream::TlsStep::await_resume() {
  error_code ignored;
  if (step == Step::end) stream.socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  return fault;
}

Stream::Signs Stream::look() const {
  pollfd asked{const_cast<Socket&>(socket_).native_handle(), POLLIN | POLLRDHUP, 0};
  if (!socket_.is_open() || ::poll(&asked, 1, 0) < 0) return {};
  return {(asked.revents & POLLIN) != 0 || (tls_ && tls_->has_pending()),
          (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0};
}

bool Stream::is_quiet() {
  if (tls_) return is_open() && tls_->is_quiet();
  char byte;
  const ssize_t peeked = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace router::net
