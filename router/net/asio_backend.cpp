#include "net/asio_backend.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>

#include "net/next_piece.h"
#include "net/peer_address.h"
#include "net/reaching.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

// Who takes no more of an answer for so long is a slow reader.
constexpr base::milliseconds kHeldUpAfter{1'000};
// Of this machine, not of the back-end: it passes by itself.
bool is_shortage(const error_code& reason) {
  switch (reason.value()) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:  // no port is left to come from
      return reason.category() == boost::system::system_category();
    default:
      return false;
  }
}

}  // namespace

AsioBackendConnection::AsioBackendConnection(AsioLoop& loop, const BackendOrigin& origin, const ParseLimits& limits)
    : loop_(loop),
      origin_(origin),
      limits_(limits),
      stream_(loop),
      input_(loop.buffers(), InputBuffer::Begin::large),
      piece_turns_(loop),
      read_deadline_(loop.deadlines(), [this] { stop(true); }),
      write_deadline_(loop.deadlines(), [this] { stop(true); }) {}

AsioBackendConnection::~AsioBackendConnection() {
  if (lender != nullptr) lender->was_destroyed(*this);
}

// Whoever waits goes on in a turn of its own, never in here.
void AsioBackendConnection::stop(bool by_deadline) {
  (by_deadline ? timed_out_ : closed_) = true;
  by_deadline ? stream_.cancel() : stream_.close();
  if (give_up_) give_up_();
}

void AsioBackendConnection::close() { stop(false); }

void AsioBackendConnection::arm(Deadline& deadline, base::SteadyTime since) {
  const bool may_stall = timeout_ == base::milliseconds::zero();
  const auto at = may_stall ? ends_by_ : std::min(ends_by_, since + timeout_);
  if (at != base::SteadyTime::max()) deadline.arm_at(at);
}

// An upload that flows does not use up the time for the answer's head.
void AsioBackendConnection::request_moved() {
  request_moved_at_ = loop_.deadlines().now();
  if (awaits_head_ && read_deadline_.armed()) arm(read_deadline_, request_moved_at_);
}

Error AsioBackendConnection::fault(const error_code& reason, std::string_view doing) const {
  const std::string what = std::string(doing) + " " + origin_.place() + ": ";
  if (timed_out_) return Error{ErrorCode::timeout, Side::back_end, what + "timed out", true};
  if (closed_) return Error{ErrorCode::cancelled, Side::router, what + "given up"};
  return Error{ErrorCode::closed, Side::back_end, what + reason.message(), true};
}

Error AsioBackendConnection::connect_fault(const error_code& reason, std::string_view doing) const {
  auto error = fault(reason, doing);
  if (error.code == ErrorCode::closed) error.code = is_shortage(reason) ? ErrorCode::overloaded : ErrorCode::refused;
  return error;
}

Task<Result<void>> AsioBackendConnection::connect(ClientTls& tls, Names& names, base::SteadyTime ends_by) {
  ends_by_ = ends_by;
  auto reached = co_await reach(tls, names);
  ends_by_ = base::SteadyTime::max();
  co_return reached;
}

Task<Result<void>> AsioBackendConnection::reach(ClientTls& tls, Names& names) {
  const bool tunnelled = !origin_.proxy_host.empty();
  auto connected = co_await connect_to(names, tunnelled ? origin_.proxy_host : origin_.host,
                                       tunnelled ? origin_.proxy_port : origin_.port);
  if (connected && tunnelled) connected = co_await open_tunnel();
  if (connected && origin_.secure) connected = co_await shake_hands(tls);
  co_return connected;
}

Task<Result<void>> AsioBackendConnection::connect_to(Names& names, const std::string& host, std::uint16_t port) {
  arm(read_deadline_, loop_.deadlines().now());
  Reaching reaching(loop_, names, host, port);
  give_up_ = [&reaching] { reaching.give_up(); };
  auto way = reaching.run();
  auto reached = co_await way;
  give_up_ = nullptr;
  read_deadline_.disarm();
  if (!reached.has_addresses)
    co_return reached.look_up_error(connect_fault(reached.reason, "looking up"), origin_.place());
  if (!reached.socket) co_return connect_fault(reached.reason, "connecting to");
  stream_.adopt(*std::move(reached.socket));
  stream_.prepare(longest_stall_);
  co_return Result<void>();
}

// RFC 9110 section 9.3.6
Task<Result<void>> AsioBackendConnection::open_tunnel() {
  const std::string authority = to_string(PeerAddress{origin_.host, origin_.port});
  const std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
  auto sent = co_await send(request, {}, {});
  if (!sent) co_return sent;
  // interim responses may come first (RFC 9110 section 15.2)
  for (int heads = 0; heads < kMostInterimHeads; ++heads) {
    auto answered = co_await read_head(true);
    if (!answered) co_return answered;
    if (response_.status >= 200) break;
  }
  if (response_.status / 100 != 2 || !input_.empty()) {
    co_return Error{ErrorCode::refused, Side::back_end,
                    "the proxy answered CONNECT with " + std::to_string(response_.status), true};
  }
  input_.release();
  answered_ = false;
  co_return Result<void>();
}

Task<Result<void>> AsioBackendConnection::shake_hands(ClientTls& tls) {
  auto context = tls.context(origin_.tls, loop_.deadlines().now());
  if (!context) co_return context.error();
  if (!stream_.enable_tls(**context).expect_peer(origin_.host, origin_.tls.verify)) {
    co_return Error{ErrorCode::refused, Side::router, "no TLS server can be called " + origin_.host};
  }
  arm(read_deadline_, loop_.deadlines().now());
  const auto shaken = co_await stream_.handshake(false);
  read_deadline_.disarm();
  if (shaken) co_return connect_fault(shaken, "TLS handshake with");
  co_return Result<void>();
}

Task<Result<void>> AsioBackendConnection::send(std::string_view first, std::string_view second,
                                               std::string_view third) {
  if (closed_ || timed_out_) return fault({}, "sending to");
  request_moved();
  auto writing = stream_.write(first, second, third);
  return writing.await_ready() ? sent(writing.result) : send_rest(writing);
}

Task<Result<void>> AsioBackendConnection::send_rest(Stream::Write writing) {
  arm(write_deadline_, request_moved_at_);
  const auto written = co_await writing.rest();
  write_deadline_.disarm();
  co_return sent(written);
}

Result<void> AsioBackendConnection::sent(const IoResult& written) {
  if (written.fault) return fault(written.fault, "sending to");
  request_moved();
  return {};
}

Result<void> AsioBackendConnection::begin_read() {
  if (closed_ || timed_out_) return fault({}, "reading from");
  arm(read_deadline_, awaits_head_ ? request_moved_at_ : loop_.deadlines().now());
  reads_ = true;
  return {};
}

Result<void> AsioBackendConnection::end_read(const IoResult& read) {
  reads_ = false;
  read_at_ = loop_.deadlines().now();
  read_deadline_.disarm();
  ended_cleanly_ = read.fault == asio::error::eof;
  if (read.fault) return fault(read.fault, "reading from");
  answered_ = true;
  input_.received(read.bytes);
  return {};
}

Task<Result<void>> AsioBackendConnection::read_head(bool to_head_request) {
  input_.begin_message();  // what followed an interim response
  awaits_head_ = true;
  clean_ = false;
  response_.headers.clear();
  trailers_.clear();
  next_piece_.reset();
  parser_.emplace(response_, trailers_, limits_, to_head_request);
  for (;;) {
    const auto taken = parser_->put_head(input_.unread());
    if (!taken) co_return Error{ErrorCode::protocol, Side::back_end, taken.error().detail};
    if (*taken) break;
    const auto room = input_.head_room();
    if (room.empty()) co_return Error{ErrorCode::protocol, Side::back_end, "the back-end's head is too large"};
    if (auto begun = begin_read(); !begun) co_return begun;
    const auto read = co_await stream_.read_some(room.data(), room.size());
    if (auto ended = end_read(read); !ended) co_return ended;
  }
  awaits_head_ = false;
  if (response_.status < 200 && !response_.keep_alive) doubted_ = true;
  input_.keep_head(parser_->head_size());
  body_finished_ = parser_->finished();
  clean_ = body_finished_;
  if (!body_finished_) next_piece_ = next_piece(*parser_, input_);
  co_return Result<void>();
}

Task<Result<BodyPiece>> AsioBackendConnection::read_body() {
  if (body_finished_) return BodyPiece{{}, true};
  const auto turn = piece_turns_.before_piece();
  if (next_piece_ && turn.await_ready()) return take_piece();
  return await_piece(turn);
}

Task<Result<BodyPiece>> AsioBackendConnection::await_piece(base::SwitchTo turn) {
  co_await turn;
  while (!next_piece_) {
    const auto room = input_.body_room();
    if (room.empty()) co_return Error{ErrorCode::protocol, Side::back_end, "chunk framing too long"};
    if (auto begun = begin_read(); !begun) co_return begun.error();
    const auto read = co_await stream_.read_some(room.data(), room.size());
    const auto ended = end_read(read);
    if (!ended && !ends_at_eof(ended.error())) co_return ended.error();
    next_piece_ = ended ? next_piece(*parser_, input_) : Result<BodyPiece>(BodyPiece{{}, true});
  }
  co_return take_piece();
}

Result<BodyPiece> AsioBackendConnection::take_piece() {
  auto piece = *std::exchange(next_piece_, std::nullopt);
  if (!piece) return Error{ErrorCode::protocol, Side::back_end, piece.error().detail};
  body_finished_ = piece->last;
  clean_ = body_finished_;
  if (!body_finished_) next_piece_ = next_piece(*parser_, input_);
  return piece;
}

// RFC 9112 section 8: a reset, or TLS without close_notify, is a cut and no end.
bool AsioBackendConnection::ends_at_eof(const Error& fault) {
  return fault.code == ErrorCode::closed && ended_cleanly_ && !timed_out_ && !closed_ &&
         response_.body == http::BodyKind::until_close && parser_->finish_at_eof();
}

bool AsioBackendConnection::is_clean() const {
  return clean_ && !closed_ && !timed_out_ && !doubted_ && input_.empty() && response_.keep_alive &&
         response_.status >= 200;
}

bool AsioBackendConnection::is_held_up(base::SteadyTime now) const {
  return answered_ && !awaits_head_ && !reads_ && response_.status >= 200 && now - read_at_ > kHeldUpAfter;
}

void AsioBackendConnection::become_idle(base::SteadyTime now) {
  ++requests_;
  idle_since_ = now;
  ends_by_ = base::SteadyTime::max();
  answered_ = false;
  input_.release();
  parser_.reset();
  response_.headers.clear();
}

}  // namespace router::net
