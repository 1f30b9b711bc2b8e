// A connection from a client: reads requests one after the other, has each answered, keeps the connection
// alive.
//
// Owner: itself - start() runs it to its end on its loop. The Connections registry knows all of them, to
// close idle ones on shutdown. Time-outs: the whole head, the whole request (408), a stalled client, a body
// that drips (408), an idle connection. What a request needs is kept while the client is busy; an idle
// connection gives it back. Included by net/*.cpp only.
// client_connection.cpp: the life of a connection, and heads; client_body.cpp: bodies; client_answer.cpp: answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/turn.h"
#include "net/body_pace.h"
#include "net/client_watch.h"
#include "net/connections.h"
#include "net/exchange.h"
#include "net/input_buffer.h"
#include "net/parser.h"
#include "net/response_framing.h"
#include "net/stream.h"

namespace router::net {

struct ServerTimeouts {
  base::milliseconds head{10'000};      // from the first byte (or accept) to the end of the head
  base::milliseconds request{300'000};  // the whole request
  base::milliseconds stall{120'000};    // neither side moves: in a head, a body, an answer, between requests
  base::milliseconds idle{120'000};     // between requests, where that is less
  std::size_t minimum_body_rate = 0;    // bytes per second, 0 = off
  std::size_t minimum_read_rate = 0;    // the same, of answers
};

class Tunnel;

class ClientConnection final : public Exchange {
 public:
  ClientConnection(AsioLoop& loop, Socket socket, Handler& handler, Connections& connections, const ParseLimits& limits,
                   const ServerTimeouts& timeouts);
  ~ClientConnection() override;

  // Serves the connection until it ends; `closed` runs last, on the loop.
  static void start(std::unique_ptr<ClientConnection> connection, asio::ssl::context* tls,
                    std::function<void()> closed);

  const http::Request& request() const override { return turn_->request; }
  Endpoints endpoints() const override { return {peer_address_, local_port_, stream_.is_tls(), peer_}; }
  base::Loop& loop() override { return loop_; }
  base::Task<base::Result<BodyPiece>> read_body() override;
  void put_back_body(std::string data) override { turn_->put_back = std::move(data); }
  bool body_finished() const override { return turn_->body_finished && turn_->put_back.empty(); }
  bool has_buffered_body() const override { return !turn_->put_back.empty() || turn_->next_piece.has_value(); }
  const http::Headers& trailers() const override { return turn_->trailers; }
  void cancel_body_read() override;
  base::Task<base::Result<void>> send_interim(int status, const http::Fields& fields) override;
  void start_response(ResponseStart start) override;
  bool response_started() const override { return response_started_; }
  base::Task<base::Result<void>> flush() override;
  base::Task<base::Result<void>> write(std::string_view data) override;
  base::Task<base::Result<void>> send_file(int descriptor, std::uint64_t offset, std::uint64_t length) override;
  base::Task<base::Result<void>> finish(const http::Fields& trailers) override;
  base::Task<base::Result<void>> tunnel(std::unique_ptr<BackendConnection> backend, http::Fields fields,
                                        std::function<void()> client_data) override;
  void end_tunnel(std::uint16_t code, std::string_view reason) override;
  void watch_client(std::function<void()> gone) override { turn_->client_gone = std::move(gone); }
  void abort() override;

 private:
  friend class Connections;

  // One request and its answer.
  struct Turn {
    explicit Turn(ClientConnection& connection);

    http::Request request;
    http::Headers trailers;
    std::optional<RequestParser> parser;

    std::optional<base::Result<BodyPiece>> next_piece;  // of the body, where it can be had without waiting
    std::string put_back;                               // body bytes to be read again
    std::string put_back_given;                         // the same, while the caller looks at them
    bool body_finished = true;                          // the last piece has been handed out
    bool body_read_cancelled = false;
    base::SteadyTime ends_by;
    base::PieceTurns piece_turns;  // a thousand of them may come at once
    BodyPace pace;
    BodyPace reading;                // of the answer, by the client
    base::SteadyTime waiting_since;  // for body bytes
    bool is_waiting = false;
    bool may_send_body = true;  // the client does not wait for "100 Continue"

    ResponseFraming framing;
    std::string pending;  // bytes to be sent before the next body bytes
    std::string sending;  // those on their way
    Deadline write_deadline;
    std::function<void()> client_gone;
    ClientWatch watch;
  };

  base::Task<void> serve(asio::ssl::context* tls);
  base::Task<bool> serve_one();
  base::Task<bool> handshake(asio::ssl::context& context);
  enum class Came { bytes, nothing, end };
  base::SteadyTime begin_idle();
  std::span<char> begin_waiting(base::SteadyTime ends_by);
  Came take_first_bytes(const IoResult& read, base::SteadyTime ends_by);
  void rest(base::SteadyTime ends_by);
  base::Task<base::Result<bool>> read_head();
  base::Task<base::Result<bool>> read_rest_of_head(base::SteadyTime began, bool skipped_empty_line);
  base::Result<bool> take_head(bool& skipped_empty_line);
  base::Result<void> begin_request();
  base::Task<void> refuse(base::Error error);
  base::Task<void> linger();
  bool has_client_left();
  base::Task<base::Result<void>> send(std::string_view first, std::string_view second, std::string_view third);
  base::Task<base::Result<void>> send_rest(Stream::Write writing);
  base::Result<void> sent(base::SteadyTime began, const IoResult& written);
  base::Task<base::Result<void>> send_pending(std::string_view data, std::string_view tail);
  base::Task<base::Result<void>> send_end();
  base::Task<base::Result<void>> read_more();
  void arm_for_body();
  void read_by_client(base::SteadyTime began, std::size_t bytes);
  void give_client_up();
  base::Error body_fault() const;
  void begin_turn();
  void drain();

  AsioLoop& loop_;
  Stream stream_;
  Handler& handler_;
  Connections& connections_;
  const ParseLimits& limits_;
  const ServerTimeouts& timeouts_;
  std::string peer_address_;
  std::optional<base::IpAddress> peer_;
  InputBuffer input_;
  Deadline read_deadline_;
  base::SteadyTime rests_at_;   // while it waits for a request
  std::unique_ptr<Turn> turn_;  // none while it rests
  Tunnel* tunnel_ = nullptr;    // while tunnel() runs

  std::uint16_t local_port_ = 0;
  bool response_started_ = false;
  bool response_finished_ = false;
  bool close_after_ = false;
  bool timed_out_ = false;
  bool aborted_ = false;
  base::milliseconds linger_for_{0};  // at the end of the connection
  bool lingering_ = false;            // all has been said
  bool idle_ = true;
  bool is_first_ = true;

  ClientConnection* next_ = nullptr;
  ClientConnection* previous_ = nullptr;
};

}  // namespace router::net
