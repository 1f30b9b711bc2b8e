#include <boost/asio/error.hpp>

#include "base/limits.h"
#include "net/backend_connection.h"
#include "net/client_connection.h"
#include "net/date.h"
#include "net/file_copy.h"
#include "net/tunnel.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

Task<Result<void>> ClientConnection::send(std::string_view first, std::string_view second, std::string_view third) {
  if (aborted_) return Error{ErrorCode::closed, Side::client, "the connection was aborted"};
  auto writing = stream_.write(first, second, third);
  if (writing.await_ready()) return sent(loop_.deadlines().now(), writing.result);
  return send_rest(writing);
}

Task<Result<void>> ClientConnection::send_rest(Stream::Write writing) {
  const auto began = loop_.deadlines().now();
  turn_->write_deadline.arm(std::min(timeouts_.stall, turn_->reading.patience()));
  const auto written = co_await writing.rest();
  turn_->write_deadline.disarm();
  co_return sent(began, written);
}

Result<void> ClientConnection::sent(base::SteadyTime began, const IoResult& written) {
  read_by_client(began, written.bytes);
  if (!written.fault) return {};
  give_client_up();
  return Error{ErrorCode::closed, Side::client, "the client is gone: " + written.fault.message()};
}

// Bytes that have gone out since then count for the client, as far as we had to wait for it.
void ClientConnection::read_by_client(base::SteadyTime began, std::size_t bytes) {
  const auto waited = loop_.deadlines().now() - began;
  turn_->reading.waited(std::chrono::duration_cast<base::milliseconds>(waited), bytes);
}

void ClientConnection::give_client_up() {
  aborted_ = true;
  if (turn_->reading.is_exhausted()) base::limits::kReadRate.hit();
}

Task<Result<void>> ClientConnection::send_interim(int status, const http::Fields& fields) {
  // HTTP/1.0 does not know interim responses
  if (turn_->request.minor_version == 0 || response_started_) co_return Result<void>();
  std::string head;
  append_interim_head(status, fields, head);
  auto sent = co_await send(head, {}, {});
  if (sent && status == 100 && !turn_->may_send_body) {
    turn_->may_send_body = true;
    if (turn_->is_waiting) arm_for_body();
  }
  co_return sent;
}

void ClientConnection::start_response(ResponseStart start) {
  response_started_ = true;
  auto& turn = *turn_;
  // a body that is still on its way cannot be told from a next request
  const bool close =
      close_after_ || start.close || !turn.request.keep_alive || !turn.body_finished || connections_.draining();
  // RFC 9110 section 6.6.1: what came without is dated by who received it
  if (!start.fields.contains("Date")) start.fields.add_view("Date", current_http_date());
  turn.pending.clear();
  turn.framing.begin(start, turn.request.minor_version, close, turn.pending);
  close_after_ = turn.framing.closes();
}

Task<Result<void>> ClientConnection::flush() {
  if (turn_->pending.empty()) return Result<void>();
  return send_pending({}, {});
}

Task<Result<void>> ClientConnection::write(std::string_view data) {
  if (data.empty()) return Result<void>();
  const auto tail = turn_->framing.before(data.size(), turn_->pending);
  if (!tail) return tail.error();
  return send_pending(data, *tail);
}

Task<Result<void>> ClientConnection::send_pending(std::string_view data, std::string_view tail) {
  auto& turn = *turn_;
  turn.sending.swap(turn.pending);
  turn.pending.clear();
  return send(turn.sending, data, tail);
}

Task<Result<void>> ClientConnection::send_file(int descriptor, std::uint64_t offset, std::uint64_t length) {
  auto& framing = turn_->framing;
  Result<void> copied;
  if (stream_.is_tls() || !framing.is_plain()) {
    copied = co_await copy_file(*this, descriptor, offset, length);
    co_return copied;
  }
  if (length > framing.left()) co_return Error{ErrorCode::internal, Side::router, "body longer than announced"};
  if (length == 0) co_return Result<void>();
  const std::string head = std::exchange(turn_->pending, {});
  FileSending rest{head, descriptor, offset, length};
  error_code fault;
  auto began = loop_.deadlines().now();
  while (!aborted_ && !fault) {
    const auto left = rest.length;
    fault = stream_.send_file_now(rest);
    read_by_client(began, static_cast<std::size_t>(left - rest.length));
    if (fault || rest.length == 0) break;
    began = loop_.deadlines().now();
    turn_->write_deadline.arm(std::min(timeouts_.stall, turn_->reading.patience()));
    fault = co_await stream_.wait_writable();
    turn_->write_deadline.disarm();
  }
  framing.passed(length - rest.length);
  if (rest.length == 0) co_return Result<void>();
  if (fault == asio::error::eof) {
    co_return Error{ErrorCode::internal, Side::router, "a file became shorter while it was sent"};
  }
  if (fault == asio::error::invalid_argument && rest.head.empty()) {
    // a file system that cannot do it
    copied = co_await copy_file(*this, descriptor, rest.offset, rest.length);
    co_return copied;
  }
  give_client_up();
  co_return Error{ErrorCode::closed, Side::client, "the client is gone: " + fault.message()};
}

Task<Result<void>> ClientConnection::finish(const http::Fields& trailers) {
  if (auto ended = turn_->framing.end(trailers, turn_->pending); !ended) return ended;
  if (!turn_->pending.empty()) return send_end();
  response_finished_ = true;
  return Result<void>();
}

Task<Result<void>> ClientConnection::send_end() {
  auto sending = send_pending({}, {});
  auto ended = co_await sending;
  response_finished_ = ended.has_value();
  co_return ended;
}

Task<Result<void>> ClientConnection::tunnel(std::unique_ptr<BackendConnection> backend, http::Fields fields,
                                            std::function<void()> client_data) {
  response_started_ = true;
  close_after_ = true;
  std::string head;
  turn_->framing.begin({.status = 101, .fields = std::move(fields)}, turn_->request.minor_version, false, head);
  Switched switched = backend->switch_protocols();
  Tunnel tunnel(loop_, stream_, switched.stream, std::move(client_data));
  tunnel_ = &tunnel;  // before the head is on its way: whoever ends it now must not be missed
  auto sent = co_await send(head, {}, {});
  if (sent) {
    // what the client has sent behind its head stays, the request refers to it
    const std::string from_client(input_.unread());
    input_.consume(from_client.size());
    co_await tunnel.run(from_client, switched.came_early);
    response_finished_ = !aborted_;
  }
  tunnel_ = nullptr;
  co_return sent;
}

void ClientConnection::end_tunnel(std::uint16_t code, std::string_view reason) {
  if (tunnel_ != nullptr) tunnel_->end(code, reason);
}

}  // namespace router::net
