#include "net/asio_backend.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/head_scanner.h"
#include "net/next_piece.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

// The system's resolver cannot be interrupted: who waits for it goes on without its answer when told to.
struct LookUp {
  explicit LookUp(AsioLoop& loop) : resolver(loop.context().get_executor()) {}
  void end() {
    if (auto handle = std::exchange(waiter, {})) handle.resume();
  }

  asio::ip::basic_resolver<asio::ip::tcp, asio::io_context::executor_type> resolver;
  error_code fault = asio::error::operation_aborted;
  std::vector<asio::ip::tcp::endpoint> endpoints;
  std::coroutine_handle<> waiter;
};

namespace {

struct Answer {
  const std::shared_ptr<LookUp>& look_up;
  const std::string& host;
  std::string port;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    look_up->waiter = waiter;
    look_up->resolver.async_resolve(host, port, [kept = look_up](const error_code& fault, const auto& found) {
      kept->fault = fault;
      for (const auto& entry : found) kept->endpoints.push_back(entry.endpoint());
      kept->end();
    });
  }
  void await_resume() const noexcept {}
};

}  // namespace

AsioBackendConnection::AsioBackendConnection(AsioLoop& loop, const BackendOrigin& origin, const ParseLimits& limits)
    : loop_(loop),
      origin_(origin),
      key_(origin.key),
      limits_(limits),
      stream_(loop),
      input_(loop.buffers(), InputBuffer::Begin::large),
      read_deadline_(loop.deadlines(),
                     [this] {
                       timed_out_ = true;
                       stream_.cancel();
                       if (const auto waited_for = look_up_) waited_for->end();
                     }),
      write_deadline_(loop.deadlines(), [this] {
        timed_out_ = true;
        stream_.cancel();
      }) {}

void AsioBackendConnection::close() {
  closed_ = true;
  stream_.close();
  if (look_up_) loop_.post([ended = look_up_] { ended->end(); });
}

void AsioBackendConnection::arm(Deadline& deadline) {
  if (timeout_ > base::milliseconds::zero()) deadline.arm(timeout_);
}

Error AsioBackendConnection::fault(const error_code& reason, std::string_view doing) const {
  const std::string what = std::string(doing) + " " + key_ + ": ";
  if (timed_out_) return Error{ErrorCode::timeout, Side::back_end, what + "timed out", true};
  if (closed_) return Error{ErrorCode::cancelled, Side::router, what + "given up"};
  return Error{ErrorCode::closed, Side::back_end, what + reason.message(), true};
}

Task<Result<void>> AsioBackendConnection::connect(ClientTls& tls, base::milliseconds timeout) {
  timeout_ = timeout;
  const bool tunnelled = !origin_.proxy_host.empty();
  auto connected = co_await connect_to(tunnelled ? origin_.proxy_host : origin_.host,
                                       tunnelled ? origin_.proxy_port : origin_.port);
  if (!connected) co_return connected;
  if (tunnelled) {
    auto opened = co_await open_tunnel(origin_);
    if (!opened) co_return opened;
  }
  if (!origin_.secure) co_return Result<void>();
  auto context = tls.context(origin_.tls);
  if (!context) co_return context.error();
  if (!stream_.enable_tls(**context).expect_peer(origin_.host, origin_.tls.verify)) {
    co_return Error{ErrorCode::refused, Side::router, "no TLS server can be called " + origin_.host};
  }
  arm(read_deadline_);
  const auto shaken = co_await stream_.handshake(false);
  read_deadline_.disarm();
  if (shaken) {
    auto refused = fault(shaken, "TLS handshake with");
    if (refused.code == ErrorCode::closed) refused.code = ErrorCode::refused;
    co_return refused;
  }
  co_return Result<void>();
}

Task<Result<std::vector<asio::ip::tcp::endpoint>>> AsioBackendConnection::look_up(const std::string& host,
                                                                                  std::uint16_t port) {
  error_code no_literal;
  const auto address = asio::ip::make_address(host, no_literal);
  if (!no_literal) co_return std::vector{asio::ip::tcp::endpoint(address, port)};
  look_up_ = std::make_shared<LookUp>(loop_);
  Answer answer{look_up_, host, std::to_string(port)};
  co_await answer;
  const auto found = std::exchange(look_up_, nullptr);
  if (!found->fault) co_return std::move(found->endpoints);
  auto error = fault(found->fault, "looking up");
  if (error.code == ErrorCode::closed) error.code = ErrorCode::refused;
  co_return error;
}

Task<Result<void>> AsioBackendConnection::connect_to(const std::string& host, std::uint16_t port) {
  arm(read_deadline_);
  auto endpoints = co_await look_up(host, port);
  if (!endpoints) co_return endpoints.error();
  error_code failed = asio::error::host_not_found;
  for (const auto& endpoint : *endpoints) {
    if (closed_) break;
    stream_.close();
    failed = co_await stream_.connect(endpoint);
    if (!failed || timed_out_ || closed_) break;
  }
  read_deadline_.disarm();
  if (failed) {
    auto error = fault(failed, "connecting to");
    if (error.code == ErrorCode::closed) error.code = ErrorCode::refused;
    co_return error;
  }
  stream_.prepare(longest_stall_);
  co_return Result<void>();
}

// RFC 9110 section 9.3.6
Task<Result<void>> AsioBackendConnection::open_tunnel(const BackendOrigin& origin) {
  const bool literal_v6 = origin.host.find(':') != std::string::npos;
  const std::string authority = (literal_v6 ? "[" + origin.host + "]" : origin.host) + ":" + std::to_string(origin.port);
  const std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
  auto sent = co_await send(request, {}, {});
  if (!sent) co_return sent;
  auto answered = co_await read_head(true);
  if (!answered) co_return answered;
  if (response_.status / 100 != 2 || !input_.empty()) {
    co_return Error{ErrorCode::refused, Side::back_end,
                    "the proxy answered CONNECT with " + std::to_string(response_.status), true};
  }
  input_.release();
  answered_ = false;
  co_return Result<void>();
}

Task<Result<void>> AsioBackendConnection::send(std::string_view first, std::string_view second,
                                               std::string_view third) {
  if (closed_ || timed_out_) co_return fault({}, "sending to");
  arm(write_deadline_);
  const auto written = co_await stream_.write(first, second, third);
  write_deadline_.disarm();
  if (written.fault) co_return fault(written.fault, "sending to");
  co_return Result<void>();
}

Task<Result<void>> AsioBackendConnection::read_into(std::span<char> room) {
  if (closed_ || timed_out_) co_return fault({}, "reading from");
  arm(read_deadline_);
  const auto read = co_await stream_.read_some(room.data(), room.size());
  read_deadline_.disarm();
  ended_cleanly_ = read.fault == asio::error::eof;
  if (read.fault) co_return fault(read.fault, "reading from");
  answered_ = true;
  input_.received(read.bytes);
  co_return Result<void>();
}

Task<Result<void>> AsioBackendConnection::read_head(bool to_head_request) {
  input_.begin_message();  // what followed an interim response
  clean_ = false;
  response_.headers.clear();
  trailers_.clear();
  next_piece_.reset();
  parser_.emplace(response_, trailers_, limits_, to_head_request);
  for (HeadScanner scanner;;) {
    const auto state = scanner.scan(input_.unread());
    if (state == HeadScanner::State::malformed) {
      co_return Error{ErrorCode::protocol, Side::back_end, "the back-end's head is malformed"};
    }
    if (state == HeadScanner::State::complete) {
      auto parsed = parser_->put_head(input_.unread().substr(0, scanner.head_size()));
      if (!parsed || !*parsed) {
        co_return Error{ErrorCode::protocol, Side::back_end, parsed ? "incomplete head" : parsed.error().detail};
      }
      break;
    }
    const auto room = input_.head_room();
    if (room.empty()) co_return Error{ErrorCode::protocol, Side::back_end, "the back-end's head is too large"};
    auto read = co_await read_into(room);
    if (!read) co_return read;
  }
  input_.keep_head(parser_->head_size());
  body_finished_ = parser_->finished();
  clean_ = body_finished_;
  if (!body_finished_) next_piece_ = next_piece(*parser_, input_);
  co_return Result<void>();
}

Task<Result<BodyPiece>> AsioBackendConnection::read_body() {
  if (body_finished_) co_return BodyPiece{{}, true};
  while (!next_piece_) {
    const auto room = input_.body_room();
    if (room.empty()) co_return Error{ErrorCode::protocol, Side::back_end, "chunk framing too long"};
    auto read = co_await read_into(room);
    if (!read && !ends_at_eof(read.error())) co_return read.error();
    next_piece_ = read ? next_piece(*parser_, input_) : Result<BodyPiece>(BodyPiece{{}, true});
  }
  auto piece = *std::exchange(next_piece_, std::nullopt);
  if (!piece) co_return Error{ErrorCode::protocol, Side::back_end, piece.error().detail};
  body_finished_ = piece->last;
  clean_ = body_finished_;
  if (!body_finished_) next_piece_ = next_piece(*parser_, input_);
  co_return piece;
}

// RFC 9112 section 8: a reset, or TLS without close_notify, is a cut and no end.
bool AsioBackendConnection::ends_at_eof(const Error& fault) {
  return fault.code == ErrorCode::closed && ended_cleanly_ && !timed_out_ && !closed_ &&
         response_.body == http::BodyKind::until_close && parser_->finish_at_eof();
}

bool AsioBackendConnection::is_clean() const {
  return clean_ && !closed_ && !timed_out_ && input_.empty() && response_.keep_alive && response_.status >= 200;
}

void AsioBackendConnection::become_idle(base::SteadyTime now) {
  ++requests_;
  idle_since_ = now;
  answered_ = false;
  input_.release();
  parser_.reset();
  response_.headers.clear();
}

}  // namespace router::net
