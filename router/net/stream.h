// One TCP connection, plain or TLS, with coroutine operations. Included by net/*.cpp only.
//
// Each operation is an awaitable without a coroutine frame of its own; at most one read and one write may be
// under way at a time (a handshake counts as a read). Deadlines are the owner's business (net/deadline.h): it
// calls cancel_read(), and the read ends with operation_aborted; a write is never cancelled, because a record
// or a frame that is half sent cannot be followed by anything: close() ends it with its connection. Reading
// ends with asio::error::eof only where the peer said so: by FIN, with TLS by close_notify. Not thread-safe:
// everything on the loop the stream was made for.
#pragma once

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <coroutine>
#include <memory>
#include <optional>
#include <string_view>

#include "base/task.h"
#include "net/asio_loop.h"
#include "net/tls_channel.h"

namespace router::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

struct IoResult {
  error_code fault;
  std::size_t bytes = 0;
};

// What is still to be sent of a head and a part of a file.
struct FileSending {
  std::string_view head;
  int descriptor = -1;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

class Stream {
 public:
  explicit Stream(AsioLoop& loop) : socket_(loop.context().get_executor()) {}
  explicit Stream(Socket socket) : socket_(std::move(socket)) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // A socket that has been connected elsewhere.
  void adopt(Socket socket) { socket_ = std::move(socket); }
  Socket& socket() { return socket_; }
  bool is_open() const { return socket_.is_open(); }
  bool is_tls() const { return tls_ != nullptr; }
  // Of a connected socket; the handshake comes next.
  TlsChannel& enable_tls(asio::ssl::context& context);
  bool is_tls_resumed() const { return tls_ != nullptr && tls_->is_resumed(); }
  // What comes from now on is nobody's, and is read as it is.
  void drop_tls() { tls_.reset(); }

  // Small answers at once, and a peer that is gone without a word is noticed: keep-alive probes, and
  // TCP_USER_TIMEOUT for what it does not acknowledge; a peer that acknowledges but takes nothing for so long
  // counts as gone, too, so it is longer than any stall that is allowed (zero: any).
  void prepare(base::milliseconds longest_stall);

  // At least one byte, or a fault; asio::error::eof at the end.
  auto read_some(char* data, std::size_t size) { return ReadSome{*this, asio::buffer(data, size)}; }
  // The same for what is there already: would_block where nothing is. No read may be under way.
  IoResult read_now(char* data, std::size_t size);
  // All spans completely, in one system call where they fit. Who asks await_ready() himself, which writes what can be
  // written at once, awaits rest() where it says no.
  auto write(std::string_view first, std::string_view second = {}, std::string_view third = {}) {
    return Write{*this, {first, second, third}};
  }
  // Until a byte can be read or the peer has closed; cancel() ends it. Nothing is consumed. Plain sockets and TLS
  // alike.
  auto wait_readable() { return Wait{*this, Socket::wait_read}; }
  // Until bytes can be written. Takes a turn through the loop even where they can be at once.
  auto wait_writable() { return Wait{*this, Socket::wait_write}; }
  // Sends what the socket takes without waiting, up to a turn's share, and moves `rest` on. Plain sockets
  // only; SIGPIPE must be ignored (net/signals). Faults: asio::error::eof where the file has become shorter.
  error_code send_file_now(FileSending& rest);
  auto handshake(bool as_server) { return TlsStep{*this, as_server ? Step::accept : Step::connect}; }
  // The peer reads an end after what has been written, with TLS a close_notify first. Counts as a write.
  auto finish_sending() { return TlsStep{*this, Step::end}; }

  // The read under way ends with operation_aborted.
  void cancel_read() { read_cancel_.emit(asio::cancellation_type::all); }
  // Whatever is under way ends with operation_aborted: for a connection that is given up.
  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }
  void close() {
    error_code ignored;
    socket_.close(ignored);
  }
  // The peer's next read fails: for a response that must not look complete.
  void reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
  }
  // For a kept-alive connection: neither closed by the peer nor holding unexpected bytes, in the kernel or, with
  // TLS, decrypted or not in OpenSSL's buffers.
  bool is_quiet();

  // What the socket shows without being read. `hung_up`: an end or a reset has come, also behind unread
  // bytes.
  struct Signs {
    bool readable = false;
    bool hung_up = false;
  };
  Signs look() const;

  struct ReadSome {
    Stream& stream;
    asio::mutable_buffer into;
    IoResult result{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    IoResult await_resume() const noexcept { return result; }

   private:
    friend Stream;
    void go_on(std::coroutine_handle<> waiter, bool is_first);
  };

  struct Write {
    Stream& stream;
    std::array<std::string_view, 3> parts;
    IoResult result{};
    TlsChannel::Needs needs = TlsChannel::Needs::nothing;
    // Most writes fit into the socket's buffer: tried at once, without a turn through the loop.
    bool await_ready() { return stream.tls_ ? stream.try_write_tls(*this) : stream.try_write(*this); }
    void await_suspend(std::coroutine_handle<> waiter);
    IoResult await_resume() const noexcept { return result; }

    struct Rest {
      Write& write;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiter) { write.await_suspend(waiter); }
      IoResult await_resume() const noexcept { return write.result; }
    };
    Rest rest() { return Rest{*this}; }

   private:
    void go_on(std::coroutine_handle<> waiter);
  };

  struct Wait {
    Stream& stream;
    Socket::wait_type what;
    error_code fault{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    error_code await_resume() const noexcept { return fault; }
  };

  enum class Step { accept, connect, end };
  struct TlsStep {
    Stream& stream;
    Step step;
    error_code fault{};
    TlsChannel::Needs needs = TlsChannel::Needs::nothing;
    bool await_ready();
    void await_suspend(std::coroutine_handle<> waiter);
    error_code await_resume();

   private:
    bool try_step();
  };

 private:
  bool try_write(Write& write);
  bool try_write_tls(Write& write);

  Socket socket_;
  asio::cancellation_signal read_cancel_;
  std::unique_ptr<TlsChannel> tls_;
};

}  // namespace router::net
