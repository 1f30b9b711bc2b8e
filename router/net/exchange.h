// One request and its answer, as the pipeline sees them: no sockets, back-pressure built in.
//
// Implemented by net/client_connection. All calls on the connection's loop, one body read and one response write at a
// time. An operation that fails (closed, timeout, bad_request in a chunked body) ends the exchange: nothing more can
// be sent; the connection is closed when the handler returns.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "http/content_coding.h"
#include "http/message.h"

namespace router::net {

class BackendConnection;

struct BodyPiece {
  std::string_view data;  // valid until the next call
  bool last = false;      // the end; `data` may still hold bytes
};

struct Endpoints {
  std::string_view peer_address;  // without port
  std::uint16_t local_port = 0;
  bool tls = false;
  std::optional<base::IpAddress> peer = base::IpAddress::parse(peer_address);  // none: it is no address
};

// How a response begins. `fields` are without framing and connection fields: those follow from `body`,
// `content_length`, the status and the client's version. What they refer to is needed until the head is taken.
struct ResponseStart {
  int status = 200;
  std::string_view reason;
  http::Fields fields;
  http::BodyKind body = http::BodyKind::none;  // none, length or chunked (until_close is written as chunked)
  std::uint64_t content_length = 0;
  bool close = false;  // the connection ends with this response
};

// What whoever forwards an answer says about its body on the way (Exchange::relay). On the exchange's loop.
class RelayRules {
 public:
  virtual ~RelayRules() = default;
  // What goes out for a piece; valid until the next call and as long as the piece. `flush`: how much of it the client
  // has to be able to read then. Errors: internal; the body is not completed then.
  virtual base::Result<std::string_view> on_the_way(std::string_view piece, http::Flush flush) = 0;
  // The client has taken that.
  virtual void taken() = 0;
  // Those of the back-end's trailers that go on to the client.
  virtual http::Fields passed_trailers(const http::Headers& sent) = 0;
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const http::Request& request() const = 0;
  virtual Endpoints endpoints() const = 0;
  virtual base::Loop& loop() = 0;

  // Request body. `last` is reported once, also for a request without body. Takes turns (base/turn.h): reading on
  // never keeps the loop.
  virtual base::Task<base::Result<BodyPiece>> read_body() = 0;
  // What has been read is read again by the next read_body().
  virtual void put_back_body(std::string data) = 0;
  virtual bool body_finished() const = 0;
  // Body bytes that can be read without waiting.
  virtual bool has_buffered_body() const = 0;
  virtual const http::Headers& trailers() const = 0;
  // Makes a read_body() under way on this loop end with `cancelled`.
  virtual void cancel_body_read() = 0;

  // Response. 1xx first, then start_response, which takes the head, any number of write, finish. What is referred to
  // outlives the Task.
  virtual base::Task<base::Result<void>> send_interim(int status, const http::Fields& fields) = 0;
  virtual void start_response(ResponseStart start) = 0;
  virtual bool response_started() const = 0;
  // The head waits for the first body bytes; flush sends it without.
  virtual base::Task<base::Result<void>> flush() = 0;
  virtual base::Task<base::Result<void>> write(std::string_view data) = 0;
  // A part of a file, without a copy where the connection allows it. The file may be closed afterwards. Errors: also
  // internal, where the file has become shorter.
  virtual base::Task<base::Result<void>> send_file(int descriptor, std::uint64_t offset, std::uint64_t length) = 0;
  virtual base::Task<base::Result<void>> finish(const http::Fields& trailers) = 0;
  // A response of the router itself, in one go: start_response, write, finish. To HEAD the head alone.
  base::Task<base::Result<void>> respond(http::Response response);

  // The rest of a response that has been started: the body that `backend` has still to give, piece by piece, to its end.
  // What has come never waits for what comes later. Errors: also those of the back-end's connection.
  base::Task<base::Result<void>> relay(BackendConnection& backend, RelayRules& rules);
  // After the back-end's 101: sends the head, then passes bytes both ways until either side closes, and the connection
  // with it. `fields` may refer to the back-end's head; `client_data` is called for data frames of the client (a user at
  // work, not a ping).
  virtual base::Task<base::Result<void>> tunnel(std::unique_ptr<BackendConnection> backend, http::Fields fields,
                                                std::function<void()> client_data) = 0;
  // Ends tunnel() with a WebSocket close frame on both sides.
  virtual void end_tunnel(std::uint16_t code, std::string_view reason) = 0;

  // Calls `gone` once (on the loop) if the client closes while it is being answered. nullptr ends the watch.
  virtual void watch_client(std::function<void()> gone) = 0;
  // The connection is closed without completing the response; operations under way end.
  virtual void abort() = 0;
};

// What answers requests: the pipeline.
class Handler {
 public:
  virtual ~Handler() = default;
  // Must answer through the exchange; returning without a finished response closes the connection.
  virtual base::Task<void> handle(Exchange& exchange) = 0;
  // The answer to a request that could not be read; `read`: its fields, as far as that went.
  virtual http::Response refusal(const base::Error& error, const http::Headers& read) = 0;
};

}  // namespace router::net
