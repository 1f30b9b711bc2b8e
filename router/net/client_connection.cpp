#include "net/client_connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/error.hpp>

#include "base/guarded.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "net/next_piece.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::milliseconds;
using base::Result;
using base::Side;
using base::Task;

namespace {

const base::CounterFamily kTlsHandshakes("xsrouter_tls_handshakes_total",
                                         "TLS handshakes of clients: full, resumed, failed.", {"kind"});
// with() locks, and all loops count here
const base::Counter kFullHandshakes = kTlsHandshakes.with("full");
const base::Counter kResumedHandshakes = kTlsHandshakes.with("resumed");
const base::Counter kFailedHandshakes = kTlsHandshakes.with("failed");

// An idle connection gives its memory back after this long; busy clients send their next request sooner.
constexpr milliseconds kRestAfter{250};
// What a client does not read waits with us, not in the kernel: a few thousand slow readers would use up the
// memory of its TCP, and all connections would stall.
constexpr int kMostUnsentBytes = 128 * 1024;
// For the answer to reach who still sends a body, and for the end of a tunnel or of TLS.
constexpr milliseconds kLingerForBody{5'000};
constexpr milliseconds kLinger{2'000};
// While draining, an idle client has this long for the request that may be on its way already.
constexpr milliseconds kDrainIdle{3'000};

}  // namespace

ClientConnection::Turn::Turn(ClientConnection& connection)
    : piece_turns(connection.loop_),
      write_deadline(connection.loop_.deadlines(), [&connection] { connection.abort(); }),
      watch(
          connection.loop_, [&connection] { return connection.has_client_left(); },
          [this, &connection] {
            connection.abort();
            std::exchange(client_gone, nullptr)();
          }) {}

ClientConnection::ClientConnection(AsioLoop& loop, Socket socket, Handler& handler, Connections& connections,
                                   const ParseLimits& limits, const ServerTimeouts& timeouts)
    : loop_(loop),
      stream_(std::move(socket)),
      handler_(handler),
      connections_(connections),
      limits_(limits),
      timeouts_(timeouts),
      input_(loop.buffers(), InputBuffer::Begin::small),
      read_deadline_(loop.deadlines(), [this] {
        timed_out_ = true;
        if (lingering_) return stream_.close();
        idle_ ? stream_.cancel() : stream_.cancel_read();  // who is idle writes nothing
      }) {
  stream_.prepare(timeouts.stall);
  error_code ignored;
  ::setsockopt(stream_.socket().native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsentBytes,
               sizeof kMostUnsentBytes);
  const auto peer = stream_.socket().remote_endpoint(ignored);
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  peer_address_ = address.to_string();
  peer_ = base::IpAddress::parse(peer_address_);
  local_port_ = stream_.socket().local_endpoint(ignored).port();
  connections_.add(*this);
}

ClientConnection::~ClientConnection() { connections_.remove(*this); }

namespace {
Task<void> serve_and_delete(std::unique_ptr<ClientConnection> connection, Task<void> served,
                            std::function<void()> closed) {
  auto guarded = base::guarded(std::move(served));
  const auto ended = co_await guarded;
  if (!ended) base::log_error("connection.failed", {{"detail", ended.error().detail}});
  connection.reset();
  closed();
}
}  // namespace

void ClientConnection::start(std::unique_ptr<ClientConnection> connection, asio::ssl::context* tls,
                             std::function<void()> closed) {
  auto served = connection->serve(tls);
  base::start_detached(serve_and_delete(std::move(connection), std::move(served), std::move(closed)));
}

Task<void> ClientConnection::serve(asio::ssl::context* tls) {
  if (tls != nullptr) {
    const bool shaken = co_await handshake(*tls);
    if (!shaken) co_return;
  }
  for (;;) {
    if (input_.empty()) {
      const auto ends_by = begin_idle();
      auto came = Came::nothing;
      while (came == Came::nothing) {
        const auto room = begin_waiting(ends_by);
        const auto read = co_await stream_.read_some(room.data(), room.size());
        came = take_first_bytes(read, ends_by);
        if (came != Came::nothing) break;
        // no frame but this one while it rests
        rest(ends_by);
        const auto fault = co_await stream_.wait_readable();
        if (fault || timed_out_) came = Came::end;
      }
      if (came == Came::end) break;
    } else {
      // a client that sends many requests at once gets its answers between those of others
      co_await base::take_turn(loop_);
    }
    idle_ = false;
    const bool go_on = co_await serve_one();
    if (!go_on) break;
  }
  // a client that reads an end without close_notify takes it for a cut, and does not resume the session (RFC
  // 8446 section 6.1)
  if (stream_.is_tls()) linger_for_ = std::max(linger_for_, kLinger);
  if (!aborted_ && linger_for_ > milliseconds::zero()) co_await linger();
  stream_.close();
}

Task<bool> ClientConnection::handshake(asio::ssl::context& context) {
  stream_.enable_tls(context);
  read_deadline_.arm(std::min(timeouts_.head, timeouts_.stall));
  const auto fault = co_await stream_.handshake(true);
  read_deadline_.disarm();
  const bool is_resumed = !fault && stream_.is_tls_resumed();
  (fault ? kFailedHandshakes : is_resumed ? kResumedHandshakes : kFullHandshakes).add();
  co_return !fault;
}

// Until when a request has to begin.
base::SteadyTime ClientConnection::begin_idle() {
  idle_ = true;
  if (connections_.draining()) return loop_.deadlines().now() + kDrainIdle;
  return loop_.deadlines().now() + std::min(timeouts_.stall, is_first_ ? timeouts_.head : timeouts_.idle);
}

// For a moment, or until it has to begin.
std::span<char> ClientConnection::begin_waiting(base::SteadyTime ends_by) {
  rests_at_ = loop_.deadlines().now() + kRestAfter;
  timed_out_ = false;
  read_deadline_.arm_at(std::min(ends_by, rests_at_));
  return input_.head_room();
}

// Came::nothing: it is time to rest.
ClientConnection::Came ClientConnection::take_first_bytes(const IoResult& read, base::SteadyTime ends_by) {
  const bool is_silent = read.fault == asio::error::operation_aborted && timed_out_;
  if (is_silent && rests_at_ < ends_by && !connections_.draining()) return Came::nothing;
  if (read.fault) return Came::end;
  input_.received(read.bytes);
  return Came::bytes;
}

// A connection that rests holds no memory that it does not need.
void ClientConnection::rest(base::SteadyTime ends_by) {
  timed_out_ = false;
  input_.release();
  turn_.reset();
  read_deadline_.arm_at(ends_by);
}

// false: the connection is over.
Task<bool> ClientConnection::serve_one() {
  begin_turn();
  auto head = co_await read_head();
  if (head && !*head) co_return false;  // closed without a request
  if (!head) {
    co_await refuse(std::move(head.error()));
    co_return false;
  }
  turn_->watch.begin();
  co_await handler_.handle(*this);
  turn_->client_gone = nullptr;
  turn_->watch.end();
  if (aborted_ || !response_finished_) {
    abort();
    co_return false;
  }
  is_first_ = false;
  if (!turn_->body_finished || close_after_) {
    if (!input_.empty() || turn_->request.is_upgrade) linger_for_ = kLinger;
    if (!turn_->body_finished) linger_for_ = kLingerForBody;
    co_return false;
  }
  input_.begin_message();
  co_return true;
}

void ClientConnection::begin_turn() {
  if (!turn_) turn_ = std::make_unique<Turn>(*this);
  auto& turn = *turn_;
  turn.request.method = {};  // whose bytes are gone
  turn.request.headers.clear();
  turn.request.body = http::BodyKind::none;
  turn.request.content_length = 0;
  turn.request.expects_continue = false;
  turn.request.is_upgrade = false;
  turn.trailers.clear();
  turn.parser.emplace(turn.request, turn.trailers, limits_);
  turn.next_piece.reset();
  turn.put_back.clear();
  turn.body_finished = true;
  turn.body_read_cancelled = false;
  turn.pace = BodyPace(timeouts_.minimum_body_rate);
  turn.reading = BodyPace(timeouts_.minimum_read_rate);
  response_started_ = response_finished_ = false;
  close_after_ = false;
  timed_out_ = false;
}

// Collects the head in input_. false: the peer closed before sending all of it.
Task<Result<bool>> ClientConnection::read_head() {
  const auto began = loop_.deadlines().now();
  turn_->ends_by = began + timeouts_.request;
  bool skipped_empty_line = false;
  auto taken = take_head(skipped_empty_line);
  if (!taken || *taken) return taken;
  return read_rest_of_head(began, skipped_empty_line);
}

// false: not all of it has come.
Result<bool> ClientConnection::take_head(bool& skipped_empty_line) {
  // RFC 9112 section 2.2: an empty line before the request line is ignored - one, not a thousand
  if (!skipped_empty_line && input_.unread().starts_with("\r\n")) {
    input_.consume(2);
    skipped_empty_line = true;
  }
  auto taken = turn_->parser->put_head(input_.unread());
  if (!taken || !*taken) return taken;
  read_deadline_.disarm();
  if (auto begun = begin_request(); !begun) return begun.error();
  return true;
}

Task<Result<bool>> ClientConnection::read_rest_of_head(base::SteadyTime began, bool skipped_empty_line) {
  for (;;) {
    const auto room = input_.head_room();
    if (room.empty()) {
      const bool in_first_line = input_.unread().find('\n') == std::string_view::npos;
      co_return in_first_line
          ? base::limits::kUrlBytes.refuse(ErrorCode::uri_too_long, "the request line is too long")
          : base::limits::kHeaderBytes.refuse(ErrorCode::head_too_large, "the header section is too large");
    }
    read_deadline_.arm_at(std::min(began + timeouts_.head, loop_.deadlines().now() + timeouts_.stall));
    const auto read = co_await stream_.read_some(room.data(), room.size());
    // also where the deadline came between the last bytes and this turn
    if (timed_out_) co_return base::limits::kHeaderTimeout.refuse(ErrorCode::timeout, "the head did not come in time");
    if (read.fault) co_return false;
    input_.received(read.bytes);
    auto taken = take_head(skipped_empty_line);
    if (!taken || *taken) co_return taken;
  }
}

Result<void> ClientConnection::begin_request() {
  auto& request = turn_->request;
  auto& parser = *turn_->parser;
  input_.keep_head(parser.head_size());
  // CONNECT names an authority, and TRACE nothing of ours: both are refused by their method, not by their
  // target
  if (request.is("CONNECT") || request.is("TRACE")) {
    request.target = {.path = "/"};
  } else {
    auto target = http::parse_target(request.method, parser.raw_target());
    if (!target) return target.error();
    request.target = std::move(*target);
  }
  turn_->body_finished = parser.finished();
  turn_->may_send_body = !request.expects_continue;
  if (!turn_->body_finished) turn_->next_piece = next_piece(parser, input_);
  return {};
}

Task<void> ClientConnection::refuse(Error error) {
  auto response = handler_.refusal(error, turn_->request.headers);
  close_after_ = true;
  const auto sent = co_await respond(std::move(response));
  if (sent) linger_for_ = kLingerForBody;
}

// The peer may still be sending: reading on for a moment keeps a TCP reset from destroying our answer on its
// way (RFC 9112 section 9.6). What TLS wraps need not be unwrapped for that.
Task<void> ClientConnection::linger() {
  lingering_ = true;
  input_.release();
  const auto room = input_.head_room();
  read_deadline_.arm(linger_for_);
  co_await stream_.finish_sending();
  stream_.drop_tls();
  error_code ended;
  while (!ended) {
    const auto read = co_await stream_.read_some(room.data(), room.size());
    ended = read.fault;
  }
  read_deadline_.disarm();
}

void ClientConnection::drain() {
  if (idle_) read_deadline_.arm(kDrainIdle);
  end_tunnel(1001, "going away");
}

// Only where `client_gone` wants to know. While body bytes are awaited, reading them notices the end. Else the end
// shows at the socket, also behind bytes that nobody reads; that of TLS only where it is read: some of what the
// client sends ahead is.
bool ClientConnection::has_client_left() {
  if (!turn_->client_gone || aborted_ || turn_->is_waiting) return false;
  const auto signs = stream_.look();
  if (signs.hung_up) return true;
  if (!signs.readable || !stream_.is_tls() || !turn_->body_finished) return false;
  const auto room = input_.room_behind();
  if (room.empty()) return false;
  const auto read = stream_.read_now(room.data(), room.size());
  input_.received(read.bytes);
  return read.fault && read.fault != asio::error::would_block;
}

void ClientConnection::abort() {
  aborted_ = true;
  if (response_started_ && !response_finished_) {
    stream_.reset();
  } else {
    stream_.close();
  }
}

}  // namespace router::net
