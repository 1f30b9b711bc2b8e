// A connection from a client: reads requests one after the other, has each answered, keeps the connection alive.
//
// Owner: itself - start() runs it to its end on its loop. The Connections registry knows all of them, to close idle
// ones on shutdown. Time-outs: the whole head (limits.header_timeout), the whole request (408), a stalled client, an
// idle connection. An idle connection holds no buffer. Included by net/*.cpp only.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/event.h"
#include "net/exchange.h"
#include "net/head_scanner.h"
#include "net/parser.h"
#include "net/stream.h"

namespace router::net {

struct ServerTimeouts {
  base::milliseconds head{10'000};      // from the first byte (or accept) to the end of the head
  base::milliseconds request{300'000};  // the whole request
  base::milliseconds stall{120'000};    // neither side moves
  base::milliseconds idle{120'000};     // between requests
};

class ClientConnection;
class Tunnel;

// The open connections of one loop.
class Connections {
 public:
  void add(ClientConnection& connection);
  void remove(ClientConnection& connection);
  // Any thread.
  std::size_t count() const { return count_; }
  bool draining() const { return draining_; }
  // Closes idle connections now, the others after their current response.
  void drain();
  // Closes everything.
  void abort_all();

 private:
  ClientConnection* first_ = nullptr;
  std::atomic<std::size_t> count_ = 0;
  bool draining_ = false;
};

class ClientConnection final : public Exchange {
 public:
  ClientConnection(AsioLoop& loop, Socket socket, Handler& handler, Connections& connections,
                   const ParseLimits& limits, const ServerTimeouts& timeouts);
  ~ClientConnection() override;

  // Serves the connection until it ends; `closed` runs last, on the loop.
  static void start(std::unique_ptr<ClientConnection> connection, asio::ssl::context* tls,
                    std::function<void()> closed);

  const http::Request& request() const override { return request_; }
  Endpoints endpoints() const override { return {peer_address_, local_port_, stream_.is_tls()}; }
  base::Loop& loop() override { return loop_; }
  base::Task<base::Result<BodyPiece>> read_body() override;
  void put_back_body(std::string data) override { put_back_ = std::move(data); }
  bool body_finished() const override { return body_finished_ && put_back_.empty(); }
  bool has_buffered_body() const override { return !put_back_.empty() || (!body_finished_ && begin_ != end_); }
  const http::Headers& trailers() const override { return trailers_; }
  void cancel_body_read() override;
  base::Task<base::Result<void>> send_interim(int status, std::string_view fields) override;
  void start_response(ResponseStart start) override;
  bool response_started() const override { return response_started_; }
  base::Task<base::Result<void>> flush() override;
  base::Task<base::Result<void>> write(std::string_view data) override;
  base::Task<base::Result<void>> send_file(int descriptor, std::uint64_t offset, std::uint64_t length) override;
  base::Task<base::Result<void>> finish(std::string_view trailer_fields) override;
  base::Task<base::Result<void>> respond(http::Response response) override;
  base::Task<base::Result<void>> tunnel(BackendConnection& backend, std::string fields,
                                        std::function<void()> client_data) override;
  void end_tunnel(std::uint16_t code, std::string_view reason) override;
  void watch_client(std::function<void()> gone) override;
  void abort() override;

 private:
  friend class Connections;

  base::Task<void> serve(asio::ssl::context* tls);
  base::Task<bool> serve_one();
  base::Task<bool> handshake(asio::ssl::context& context);
  base::Task<bool> await_first_byte();
  base::Task<base::Result<bool>> read_head();
  base::Result<void> parse_head();
  base::Task<void> refuse(base::Error error);
  base::Task<void> stop_watching();
  base::Task<void> watch();
  base::Task<void> linger();
  base::Task<base::Result<void>> send(std::string_view first, std::string_view second, std::string_view third);
  base::Task<base::Result<void>> read_more();
  std::string_view unread() { return {(body_ ? body_ : head_).data() + begin_, end_ - begin_}; }
  void begin_request();
  void keep_rest_of_input();
  void on_watch_due();

  AsioLoop& loop_;
  Stream stream_;
  Handler& handler_;
  Connections& connections_;
  const ParseLimits& limits_;
  const ServerTimeouts& timeouts_;
  std::string peer_address_;
  std::uint16_t local_port_ = 0;

  // Input. The head stays in place in head_ while the request is answered (request_ holds views of it); body bytes
  // that came with it are used from there, later ones are read into body_. [begin_, end_) is what is not used yet.
  BufferPool::Buffer head_;
  BufferPool::Buffer body_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<RequestParser> parser_;
  std::string put_back_;        // body bytes to be read again
  std::string put_back_given_;  // the same, while the caller looks at them
  HeadScanner scanner_;
  http::Request request_;
  http::Headers trailers_;

  std::string pending_;  // bytes to be sent before the next body bytes
  http::BodyKind response_body_ = http::BodyKind::none;
  std::uint64_t response_left_ = 0;

  Deadline read_deadline_;
  Deadline write_deadline_;
  Deadline watch_deadline_;
  base::SteadyTime request_ends_by_;
  std::function<void()> client_gone_;
  std::unique_ptr<base::Event> watch_ended_;  // while watch() runs
  Tunnel* tunnel_ = nullptr;                  // while tunnel() runs

  bool body_finished_ = true;
  bool response_started_ = false;
  bool response_finished_ = false;
  bool close_after_ = false;
  bool timed_out_ = false;
  bool body_read_cancelled_ = false;
  bool aborted_ = false;
  bool idle_ = true;
  bool watching_ = false;
  unsigned served_ = 0;

  ClientConnection* next_ = nullptr;
  ClientConnection* previous_ = nullptr;
};

}  // namespace router::net
