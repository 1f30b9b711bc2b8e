// One TCP connection, plain or TLS, with coroutine operations. Included by net/*.cpp only.
//
// Each operation is an awaitable without a coroutine frame of its own; at most one read and one write may be under
// way at a time. Deadlines are the owner's business (net/deadline.h): it calls cancel(), and the operation ends with
// operation_aborted. Not thread-safe: everything on the loop the stream was made for.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <coroutine>
#include <memory>
#include <optional>
#include <string_view>

#include "base/task.h"
#include "net/asio_loop.h"

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
  using Tls = asio::ssl::stream<Socket&>;

  explicit Stream(AsioLoop& loop) : socket_(loop.context().get_executor()) {}
  explicit Stream(Socket socket) : socket_(std::move(socket)) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // A socket that has been connected elsewhere.
  void adopt(Socket socket) { socket_ = std::move(socket); }
  Socket& socket() { return socket_; }
  bool is_open() const { return socket_.is_open(); }
  bool is_tls() const { return tls_ != nullptr; }
  Tls& tls() { return *tls_; }
  void enable_tls(asio::ssl::context& context) { tls_ = std::make_unique<Tls>(socket_, context); }

  // At least one byte, or a fault; asio::error::eof at the end.
  auto read_some(char* data, std::size_t size) { return ReadSome{*this, asio::buffer(data, size)}; }
  // All spans completely, in one system call where they fit.
  auto write(std::string_view first, std::string_view second = {}, std::string_view third = {}) {
    return Write{*this, {first, second, third}};
  }
  // Until a byte can be read or the peer has closed. Nothing is consumed. Plain sockets and TLS alike.
  auto wait_readable() { return WaitReadable{*this}; }
  // Until bytes can be written. Takes a turn through the loop even where they can be at once.
  auto wait_writable() { return WaitWritable{*this}; }
  // Sends what the socket takes without waiting, up to a turn's share, and moves `rest` on. Plain sockets only;
  // SIGPIPE must be ignored (net/signals). Faults: asio::error::eof where the file has become shorter.
  error_code send_file_now(FileSending& rest);
  auto handshake(asio::ssl::stream_base::handshake_type type) { return Handshake{*this, type}; }
  // Sends close_notify and waits for the peer's, or its end. TLS only.
  auto shutdown_tls() { return ShutdownTls{*this}; }

  // Ends operations under way with operation_aborted.
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
  // The peer reads an end of file after what has been written.
  void shutdown_send() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }
  // For a kept-alive connection: neither closed by the peer nor holding unexpected bytes, in the kernel or, with TLS,
  // decrypted or not in OpenSSL's buffers.
  bool is_quiet();

  struct ReadSome {
    Stream& stream;
    asio::mutable_buffer into;
    IoResult result{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    IoResult await_resume() const noexcept { return result; }
  };

  struct Write {
    Stream& stream;
    std::array<std::string_view, 3> parts;
    IoResult result{};
    // Most writes fit into the socket's buffer: tried at once, without a turn through the loop.
    bool await_ready() { return stream.try_write(*this); }
    void await_suspend(std::coroutine_handle<> waiter);
    IoResult await_resume() const noexcept { return result; }
  };

  struct WaitReadable {
    Stream& stream;
    error_code fault{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      stream.socket_.async_wait(Socket::wait_read, [this, waiter](const error_code& ended) {
        fault = ended;
        waiter.resume();
      });
    }
    error_code await_resume() const noexcept { return fault; }
  };

  struct WaitWritable {
    Stream& stream;
    error_code fault{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
      stream.socket_.async_wait(Socket::wait_write, [this, waiter](const error_code& ended) {
        fault = ended;
        waiter.resume();
      });
    }
    error_code await_resume() const noexcept { return fault; }
  };

  struct ShutdownTls {
    Stream& stream;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    void await_resume() const noexcept {}
  };

  struct Handshake {
    Stream& stream;
    asio::ssl::stream_base::handshake_type type;
    error_code fault{};
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    error_code await_resume() const noexcept { return fault; }
  };

 private:
  bool try_write(Write& write);

  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace router::net
