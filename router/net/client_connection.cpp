#include "net/client_connection.h"

#include <boost/asio/error.hpp>
#include <charconv>
#include <cstring>
#include <sys/socket.h>

#include "net/asio_backend.h"
#include "net/date.h"
#include "net/file_copy.h"
#include "net/tunnel.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;
using base::milliseconds;

namespace {

// An idle connection gives its buffer back after this long; busy clients send their next request sooner.
constexpr milliseconds kParkAfter{1'000};
// A client is watched for going away once its answer takes longer than this: quick ones need no extra system call.
constexpr milliseconds kWatchAfter{100};
constexpr milliseconds kLinger{2'000};
constexpr std::size_t kLingerBytes = 256 * 1024;
// While draining, an idle client has this long for the request that may be on its way already.
constexpr milliseconds kDrainIdle{3'000};

}  // namespace

void Connections::add(ClientConnection& connection) {
  connection.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &connection;
  first_ = &connection;
  ++count_;
}

void Connections::remove(ClientConnection& connection) {
  if (connection.previous_ != nullptr) {
    connection.previous_->next_ = connection.next_;
  } else {
    first_ = connection.next_;
  }
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
  --count_;
}

void Connections::drain() {
  draining_ = true;
  for (auto* connection = first_; connection != nullptr; connection = connection->next_) {
    if (connection->idle_) connection->read_deadline_.arm(kDrainIdle);
    connection->end_tunnel(1001, "going away");
  }
}

void Connections::abort_all() {
  for (auto* connection = first_; connection != nullptr;) {
    auto* const next = connection->next_;
    connection->abort();
    connection = next;
  }
}

ClientConnection::ClientConnection(AsioLoop& loop, Socket socket, Handler& handler, Connections& connections,
                                   const ParseLimits& limits, const ServerTimeouts& timeouts)
    : loop_(loop),
      stream_(std::move(socket)),
      handler_(handler),
      connections_(connections),
      limits_(limits),
      timeouts_(timeouts),
      read_deadline_(loop.deadlines(),
                     [this] {
                       timed_out_ = true;
                       stream_.cancel();
                     }),
      write_deadline_(loop.deadlines(), [this] { abort(); }),
      watch_deadline_(loop.deadlines(), [this] { on_watch_due(); }) {
  error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  stream_.socket().non_blocking(true, ignored);
  const auto peer = stream_.socket().remote_endpoint(ignored);
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  peer_address_ = address.to_string();
  local_port_ = stream_.socket().local_endpoint(ignored).port();
  connections_.add(*this);
}

ClientConnection::~ClientConnection() { connections_.remove(*this); }

namespace {
Task<void> serve_and_delete(std::unique_ptr<ClientConnection> connection, Task<void> served,
                            std::function<void()> closed) {
  co_await served;
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
    const bool go_on = co_await serve_one();
    if (!go_on) break;
  }
  stream_.close();
}

Task<bool> ClientConnection::handshake(asio::ssl::context& context) {
  stream_.enable_tls(context);
  read_deadline_.arm(timeouts_.head);
  const auto fault = co_await stream_.handshake(asio::ssl::stream_base::server);
  read_deadline_.disarm();
  co_return !fault;
}

// false: the connection is over.
Task<bool> ClientConnection::serve_one() {
  begin_request();
  if (begin_ == end_) {
    const bool some = co_await await_first_byte();
    if (!some) co_return false;
  }
  idle_ = false;
  auto head = co_await read_head();
  if (head && !*head) co_return false;  // closed without a request
  if (!head) {
    co_await refuse(std::move(head.error()));
    co_return false;
  }
  watch_deadline_.arm(kWatchAfter);
  co_await handler_.handle(*this);
  watch_deadline_.disarm();
  client_gone_ = nullptr;
  if (watching_) co_await stop_watching();
  if (aborted_ || !response_finished_) {
    abort();
    co_return false;
  }
  ++served_;
  const bool was_tunnel = request_.is_upgrade;
  if (!body_finished_ || close_after_) {
    if (!body_finished_ || begin_ != end_ || was_tunnel) co_await linger();
    co_return false;
  }
  keep_rest_of_input();
  co_return true;
}

void ClientConnection::begin_request() {
  idle_ = true;
  request_.headers.clear();
  request_.body = http::BodyKind::none;
  request_.content_length = 0;
  request_.expects_continue = false;
  request_.is_upgrade = false;
  trailers_.clear();
  put_back_.clear();
  parser_.emplace(request_, trailers_, limits_);
  scanner_.reset();
  body_finished_ = true;
  response_started_ = response_finished_ = false;
  close_after_ = false;
  timed_out_ = false;
  body_read_cancelled_ = false;
}

// Waits for a request to begin; false if the peer closes or the idle time is over.
Task<bool> ClientConnection::await_first_byte() {
  const auto idle = served_ == 0 ? timeouts_.head : timeouts_.idle;
  if (!head_) head_ = loop_.buffers().take();
  begin_ = end_ = 0;
  const bool may_park = idle > kParkAfter && !stream_.is_tls();
  read_deadline_.arm(connections_.draining() ? kDrainIdle : may_park ? kParkAfter : idle);
  auto read = co_await stream_.read_some(head_.data(), head_.size());
  if (read.fault == asio::error::operation_aborted && timed_out_ && may_park && !connections_.draining()) {
    timed_out_ = false;
    head_.release();
    read_deadline_.arm(idle - kParkAfter);
    const auto fault = co_await stream_.wait_readable();
    if (fault) co_return false;
    head_ = loop_.buffers().take();
    read = co_await stream_.read_some(head_.data(), head_.size());
  }
  if (read.fault) co_return false;
  end_ = read.bytes;
  co_return true;
}

// Collects the head in head_. false: the peer closed before sending any of it.
Task<Result<bool>> ClientConnection::read_head() {
  request_ends_by_ = loop_.deadlines().now() + timeouts_.request;
  read_deadline_.arm(timeouts_.head);
  // RFC 9112 section 2.2: an empty line before the request line is ignored - one, not a thousand
  bool skipped_empty_line = false;
  for (;;) {
    if (!skipped_empty_line && end_ - begin_ >= 2 && head_.data()[begin_] == '\r' && head_.data()[begin_ + 1] == '\n') {
      begin_ += 2;
      skipped_empty_line = true;
    }
    const auto state = scanner_.scan(unread());
    if (state == HeadScanner::State::malformed) {
      co_return Error{ErrorCode::bad_request, Side::client, "malformed head"};
    }
    if (state == HeadScanner::State::complete) break;
    if (end_ == head_.size()) {
      const bool in_first_line = unread().find('\n') == std::string_view::npos;
      co_return in_first_line ? Error{ErrorCode::uri_too_long, Side::client, "the request line is too long"}
                              : Error{ErrorCode::head_too_large, Side::client, "the header section is too large"};
    }
    const auto read = co_await stream_.read_some(head_.data() + end_, head_.size() - end_);
    if (read.fault) {
      if (timed_out_) co_return Error{ErrorCode::timeout, Side::client, "the head did not come in time"};
      co_return false;
    }
    end_ += read.bytes;
  }
  read_deadline_.disarm();
  if (auto parsed = parse_head(); !parsed) co_return parsed.error();
  co_return true;
}

Result<void> ClientConnection::parse_head() {
  auto parsed = parser_->put_head(unread().substr(0, scanner_.head_size()));
  if (!parsed) return parsed.error();
  if (!*parsed) return Error{ErrorCode::bad_request, Side::client, "incomplete head"};
  begin_ += parser_->head_size();
  // CONNECT names an authority, and TRACE nothing of ours: both are refused by their method, not by their target
  if (request_.is("CONNECT") || request_.is("TRACE")) {
    request_.target = {.path = "/"};
  } else {
    auto target = http::parse_target(request_.method, parser_->raw_target());
    if (!target) return target.error();
    request_.target = std::move(*target);
  }
  body_finished_ = parser_->finished();
  return {};
}

Task<void> ClientConnection::refuse(Error error) {
  auto response = handler_.refusal(error);
  close_after_ = true;
  auto sent = co_await respond(std::move(response));
  if (sent) co_await linger();
}

// The peer may still be sending: reading on for a moment keeps a TCP reset from destroying our answer on its way.
Task<void> ClientConnection::linger() {
  if (stream_.is_tls()) co_return;
  stream_.shutdown_send();
  body_.release();
  if (!head_) head_ = loop_.buffers().take();
  timed_out_ = false;
  read_deadline_.arm(kLinger);
  std::size_t discarded = 0;
  while (discarded < kLingerBytes) {
    const auto read = co_await stream_.read_some(head_.data(), head_.size());
    if (read.fault) break;
    discarded += read.bytes;
  }
  read_deadline_.disarm();
}

void ClientConnection::keep_rest_of_input() {
  const auto rest = unread();
  if (body_) {
    std::memcpy(head_.data(), rest.data(), rest.size());
    body_.release();
  } else if (!rest.empty() && begin_ != 0) {
    std::memmove(head_.data(), rest.data(), rest.size());
  }
  begin_ = 0;
  end_ = rest.size();
}

Task<Result<BodyPiece>> ClientConnection::read_body() {
  if (!put_back_.empty()) {
    put_back_given_ = std::exchange(put_back_, {});
    co_return BodyPiece{put_back_given_, body_finished_};
  }
  for (;;) {
    if (body_finished_) co_return BodyPiece{{}, true};
    if (begin_ != end_) {
      auto input = parser_->put_body(unread());
      if (!input) {
        close_after_ = true;
        co_return input.error();
      }
      begin_ += input->consumed;
      body_finished_ = input->finished;
      if (!input->data.empty() || body_finished_) co_return BodyPiece{input->data, body_finished_};
    }
    auto more = co_await read_more();
    if (!more) co_return more.error();
  }
}

// Reads behind what is not used yet.
Task<Result<void>> ClientConnection::read_more() {
  const auto rest = unread();
  if (!body_) {
    body_ = loop_.buffers().take();
    std::memcpy(body_.data(), rest.data(), rest.size());
  } else if (begin_ != 0) {
    std::memmove(body_.data(), rest.data(), rest.size());
  }
  begin_ = 0;
  end_ = rest.size();
  if (end_ == body_.size()) co_return Error{ErrorCode::bad_request, Side::client, "chunk framing too long"};
  const auto left = std::chrono::duration_cast<milliseconds>(request_ends_by_ - loop_.deadlines().now());
  read_deadline_.arm(std::max(milliseconds(1), std::min(timeouts_.stall, left)));
  const auto read = co_await stream_.read_some(body_.data() + end_, body_.size() - end_);
  read_deadline_.disarm();
  if (read.fault) {
    close_after_ = true;
    if (body_read_cancelled_) co_return Error{ErrorCode::cancelled, Side::router, "the answer is complete"};
    if (timed_out_) co_return Error{ErrorCode::timeout, Side::client, "the body did not come in time"};
    co_return Error{ErrorCode::closed, Side::client, "the client closed in the middle of a body"};
  }
  end_ += read.bytes;
  co_return Result<void>();
}

void ClientConnection::cancel_body_read() {
  body_read_cancelled_ = true;
  stream_.cancel();
}

Task<Result<void>> ClientConnection::send(std::string_view first, std::string_view second, std::string_view third) {
  if (aborted_) co_return Error{ErrorCode::closed, Side::client, "the connection was aborted"};
  write_deadline_.arm(timeouts_.stall);
  const auto written = co_await stream_.write(first, second, third);
  write_deadline_.disarm();
  if (written.fault) {
    aborted_ = true;
    co_return Error{ErrorCode::closed, Side::client, "the client is gone: " + written.fault.message()};
  }
  co_return Result<void>();
}

Task<Result<void>> ClientConnection::send_interim(int status, std::string_view fields) {
  // HTTP/1.0 does not know interim responses
  if (request_.minor_version == 0 || response_started_) co_return Result<void>();
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head.append(http::reason_phrase(status)).append("\r\n").append(fields).append("\r\n");
  auto sent = co_await send(head, {}, {});
  co_return sent;
}

void ClientConnection::start_response(ResponseStart start) {
  response_started_ = true;
  // a body that is still on its way cannot be told from a next request
  close_after_ = close_after_ || start.close || !request_.keep_alive || !body_finished_ || connections_.draining();
  response_body_ = start.body;
  response_left_ = start.content_length;
  if (start.body == http::BodyKind::chunked && request_.minor_version == 0) {
    response_body_ = http::BodyKind::until_close;
    close_after_ = true;
  }
  char number[20];
  auto decimal = [&](std::uint64_t value) {
    const auto end = std::to_chars(number, number + sizeof number, value).ptr;
    return std::string_view(number, static_cast<std::size_t>(end - number));
  };
  pending_.assign("HTTP/1.1 ");
  pending_.append(decimal(static_cast<std::uint64_t>(start.status))).append(" ");
  pending_.append(start.reason.empty() ? http::reason_phrase(start.status) : start.reason).append("\r\n");
  pending_.append(start.fields);
  if (response_body_ == http::BodyKind::length) {
    pending_.append("Content-Length: ").append(decimal(start.content_length)).append("\r\n");
  } else if (response_body_ == http::BodyKind::chunked) {
    pending_.append("Transfer-Encoding: chunked\r\n");
  }
  if (start.status != 101) {
    if (close_after_) {
      pending_.append("Connection: close\r\n");
    } else if (request_.minor_version == 0) {
      pending_.append("Connection: keep-alive\r\n");
    }
  }
  pending_.append("\r\n");
}

Task<Result<void>> ClientConnection::flush() {
  if (pending_.empty()) co_return Result<void>();
  const std::string head = std::move(pending_);
  pending_.clear();
  auto sent = co_await send(head, {}, {});
  co_return sent;
}

Task<Result<void>> ClientConnection::write(std::string_view data) {
  if (data.empty()) co_return Result<void>();
  std::string_view tail;
  if (response_body_ == http::BodyKind::chunked) {
    char size[20];
    const auto end = std::to_chars(size, size + sizeof size, data.size(), 16).ptr;
    pending_.append(size, static_cast<std::size_t>(end - size)).append("\r\n");
    tail = "\r\n";
  } else if (response_body_ == http::BodyKind::length) {
    if (data.size() > response_left_) co_return Error{ErrorCode::internal, Side::router, "body longer than announced"};
    response_left_ -= data.size();
  }
  auto sent = co_await send(pending_, data, tail);
  pending_.clear();
  co_return sent;
}

Task<Result<void>> ClientConnection::send_file(int descriptor, std::uint64_t offset, std::uint64_t length) {
  Result<void> copied;
  if (stream_.is_tls() || response_body_ != http::BodyKind::length) {
    copied = co_await copy_file(*this, descriptor, offset, length);
    co_return copied;
  }
  if (length > response_left_) co_return Error{ErrorCode::internal, Side::router, "body longer than announced"};
  if (length == 0) co_return Result<void>();
  const std::string head = std::exchange(pending_, {});
  FileSending rest{head, descriptor, offset, length};
  error_code fault;
  while (!aborted_ && !fault) {
    fault = stream_.send_file_now(rest);
    if (fault || rest.length == 0) break;
    write_deadline_.arm(timeouts_.stall);
    fault = co_await stream_.wait_writable();
    write_deadline_.disarm();
  }
  response_left_ -= length - rest.length;
  if (rest.length == 0) co_return Result<void>();
  if (fault == asio::error::eof) {
    co_return Error{ErrorCode::internal, Side::router, "a file became shorter while it was sent"};
  }
  if (fault == asio::error::invalid_argument && rest.head.empty()) {
    // a file system that cannot do it
    copied = co_await copy_file(*this, descriptor, rest.offset, rest.length);
    co_return copied;
  }
  aborted_ = true;
  co_return Error{ErrorCode::closed, Side::client, "the client is gone: " + fault.message()};
}

Task<Result<void>> ClientConnection::finish(std::string_view trailer_fields) {
  if (response_body_ == http::BodyKind::length && response_left_ != 0) {
    co_return Error{ErrorCode::internal, Side::router, "body shorter than announced"};
  }
  if (response_body_ == http::BodyKind::chunked) {
    pending_.append("0\r\n").append(trailer_fields).append("\r\n");
  }
  auto sent = co_await flush();
  response_finished_ = sent.has_value();
  co_return sent;
}

Task<Result<void>> ClientConnection::respond(http::Response response) {
  const bool bodiless = request_.is("HEAD") || response.status == 204 || response.status == 304;
  ResponseStart start;
  start.status = response.status;
  response.headers.write_to(start.fields);
  if (!response.headers.contains("Date")) start.fields.append("Date: ").append(current_http_date()).append("\r\n");
  start.body = bodiless ? http::BodyKind::none : http::BodyKind::length;
  start.content_length = response.body.size();
  if (request_.is("HEAD") && response.status != 204 && response.status != 304) {
    start.fields.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  start_response(std::move(start));
  if (!bodiless && !response.body.empty()) {
    auto sent = co_await write(response.body);
    if (!sent) co_return sent;
  }
  auto finished = co_await finish({});
  co_return finished;
}

Task<Result<void>> ClientConnection::tunnel(BackendConnection& backend, std::string fields,
                                            std::function<void()> client_data) {
  response_started_ = true;
  close_after_ = true;
  const std::string head = "HTTP/1.1 101 Switching Protocols\r\n" + fields + "\r\n";
  auto sent = co_await send(head, {}, {});
  if (!sent) co_return sent;
  auto& peer = static_cast<AsioBackendConnection&>(backend);
  Tunnel tunnel(loop_, stream_, peer.stream(), std::move(client_data));
  tunnel_ = &tunnel;
  // what either side has sent behind its head
  const std::string from_client(unread());
  const std::string from_backend(peer.take_buffered());
  begin_ = end_ = 0;
  co_await tunnel.run(from_client, from_backend);
  tunnel_ = nullptr;
  response_finished_ = !aborted_;
  co_return Result<void>();
}

void ClientConnection::end_tunnel(std::uint16_t code, std::string_view reason) {
  if (tunnel_ != nullptr) tunnel_->end(code, reason);
}

void ClientConnection::watch_client(std::function<void()> gone) { client_gone_ = std::move(gone); }

void ClientConnection::on_watch_due() {
  // while body bytes are awaited, reading them notices the end; pipelined bytes hide it
  if (!client_gone_ || watching_ || aborted_ || begin_ != end_) return;
  if (!body_finished_) return watch_deadline_.arm(kWatchAfter);
  watching_ = true;
  watch_ended_ = std::make_unique<base::Event>();
  base::start_detached(watch());
}

Task<void> ClientConnection::watch() {
  const auto fault = co_await stream_.wait_readable();
  char byte;
  const bool gone = !fault && ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
  watching_ = false;
  if ((gone || (fault && fault != asio::error::operation_aborted)) && client_gone_) {
    aborted_ = true;
    auto call = std::move(client_gone_);
    client_gone_ = nullptr;
    call();
  }
  watch_ended_->set();
}

Task<void> ClientConnection::stop_watching() {
  stream_.cancel();
  co_await watch_ended_->wait();
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
