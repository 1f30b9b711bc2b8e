// A request's way to the back-end: connections, attempts, who ends it. The answer's way back is passage_answer.cpp.
#include "backend/passage.h"

#include "backend/forward_headers.h"
#include "base/guarded.h"
#include "http/method.h"
#include "net/bounded_body.h"

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::milliseconds;
using base::Result;
using base::Side;
using base::Task;
using namespace std::string_view_literals;

namespace {

// Of a request body, before it takes a back-end connection.
constexpr std::size_t kMostGathered = 16 * 1024;
// What the allocator hands out from the thread's own small chunks.
constexpr std::size_t kUsualHead = 1000;

}  // namespace

Task<Result<void>> Passage::run(std::string path) {
  const std::string head = request_head(path);
  path_ = base::cut(path, '?').before;
  Result<void> passed;
  if (should_gather_body()) passed = co_await gather_body();
  bool tries = passed.has_value();
  for (bool fresh = false; tries; fresh = true) {
    net::ConnectionWish wish(fresh, timeout_);
    wish.lead_to(destination_.name);
    wish_ = &wish;
    // the client gives up: so do we
    call_.exchange.watch_client([this] { leave_with_client(); });
    auto acquired = co_await call_.pool.acquire(origin_, wish);
    wish_ = nullptr;
    if (acquired) {
      take_connection(*std::move(acquired));
      try {
        passed = co_await exchange_messages(head);
      } catch (...) {
        // the pump may be under way, and the connection has to be given back
        passed = base::caught_error();
      }
    } else {
      passed = std::move(acquired.error());
    }
    call_.exchange.watch_client(nullptr);
    if (pump_) co_await pump_->stop();
    tries = give_connection_back(passed) && !fresh;
  }
  if (!passed && session_over_ && !is_work()) co_return ended_meanwhile();
  if (!passed && passed.error().side == Side::back_end) {
    note_fault(destination_.name, base::to_string(passed.error().code));
  }
  co_return passed;
}

Error Passage::ended_meanwhile() {
  return Error{ErrorCode::unauthenticated, Side::client, "the session has ended meanwhile"};
}

bool Passage::is_work() const { return call_.facts.user.stored() && !http::is_safe(call_.facts.request.method); }

void Passage::end_with_session() {
  session_over_ = true;
  const bool answers = call_.exchange.response_started();
  if (!is_work() || (answers && is_event_stream_)) return cut_off();
  // until the answer begins each wait has an end of its own
  if (answers) lasting_.after(timeout_, [this] { cut_off(); });
}

// A browser leaves the form that is being saved when its user clicks on: to the logout, perhaps.
void Passage::leave_with_client() {
  if (!is_work()) give_up();
}

void Passage::cut_off() {
  if (call_.status == 101) return call_.exchange.end_tunnel(4001, "signed out");
  if (call_.exchange.response_started()) call_.exchange.abort();
  give_up();
}

std::string Passage::request_head(std::string_view path) const {
  std::string head;
  head.reserve(kUsualHead);
  head.append(call_.facts.request.method)
      .append(" "sv)
      .append(rules_.before_path)
      .append(path)
      .append(" HTTP/1.1\r\n"sv);
  RequestForward forward{.facts = call_.facts,
                         .destination = destination_,
                         .own_cookies = call_.own_cookies,
                         .authenticated = call_.authenticated,
                         .forwarded_identity = config_.environment.forwarded_identity,
                         .csrf_is_ours = call_.csrf_is_ours(),
                         .scope = scope()};
  forward.scope.backend_path = base::cut(path, '?').before;
  write_request_headers(forward, head);
  head.append(rules_.added_lines);
  if (call_.facts.request.body == http::BodyKind::chunked) {
    head.append("Transfer-Encoding: chunked\r\n");
  } else if (call_.facts.request.body == http::BodyKind::length ||
             call_.facts.request.headers.contains("Content-Length")) {
    head.append("Content-Length: ").append(std::to_string(call_.facts.request.content_length)).append("\r\n");
  }
  head.append("\r\n"sv);
  return head;
}

JarScope Passage::scope() const {
  return {.jar = destination_.jar_name(),
          .backend_path = path_,
          .client_path = call_.facts.client_path(),
          .secure = destination_.url.secure() || call_.facts.external.secure()};
}

bool Passage::should_gather_body() const {
  return call_.facts.request.body != http::BodyKind::none && call_.pool.is_scarce(origin_);
}

Task<Result<void>> Passage::gather_body() {
  if (call_.facts.request.expects_continue) {
    // so says RFC 9110 section 10.1.1; the back-end's own is not passed on then
    auto continued = co_await call_.exchange.send_interim(100, http::kNoFields);
    if (!continued) co_return continued;
    has_continued_ = true;
  }
  gathering_ = true;
  auto body = co_await net::read_bounded_body(call_.exchange, kMostGathered);
  gathering_ = false;
  if (!body) co_return body.error();
  call_.exchange.put_back_body(*std::move(body));
  co_return Result<void>();
}

void Passage::give_up() {
  if (gathering_) call_.exchange.cancel_body_read();
  if (wish_) wish_->withdraw();
  if (connection_) connection_->close();
}

void Passage::take_connection(std::unique_ptr<net::BackendConnection> connection) {
  connection_ = std::move(connection);
  connection_->set_timeout(timeout_);
  if (session_over_ && !is_work()) connection_->close();
}

// true: a kept-alive connection turned out to be closed, and nothing was lost by it.
bool Passage::give_connection_back(const Result<void>& passed) {
  const bool whole = !pump_ || pump_->finished();
  pump_.reset();
  if (!connection_) return false;
  const bool was_stale = !passed && connection_->was_stale(passed.error());
  call_.pool.release(std::move(connection_), passed.has_value() && whole);
  return was_stale && call_.facts.request.body == http::BodyKind::none &&
         http::is_idempotent(call_.facts.request.method);
}

Task<Result<void>> Passage::exchange_messages(const std::string& head) {
  if (call_.facts.request.body == http::BodyKind::none) {
    auto sent = co_await connection_->send(head);
    if (!sent) co_return sent;
  } else {
    pump_.emplace(call_.exchange, *connection_, call_.own_cookies);
    pump_->start(head);
  }
  const auto began = std::chrono::steady_clock::now();
  for (int heads = 1;; ++heads) {
    auto answered = co_await connection_->read_head(call_.facts.request.is("HEAD"));
    if (!answered) co_return pump_fault_or(std::move(answered.error()));
    if (has_final_head()) break;
    auto passed_on = co_await pass_interim_head(heads);
    if (!passed_on) co_return pump_fault_or(std::move(passed_on.error()));
  }
  note_head(std::chrono::steady_clock::now() - began);
  if (connection_->head().status == 101) {
    auto switched = co_await switch_protocols();
    co_return switched;
  }
  if (const auto refused = what_is_kept_back()) co_return *refused;
  auto kept = co_await keep_cookies();
  if (!kept) co_return kept;
  if (auto begun = begin_answer(); !begun) co_return begun;
  auto relayed = co_await call_.exchange.relay(*connection_, *this);
  if (!relayed) co_return pump_fault_or(std::move(relayed.error()));
  co_return relayed;
}

// Where the request body broke, that is the cause, not the back-end connection that was closed because of it.
Error Passage::pump_fault_or(Error error) {
  if (error.side != Side::client && pump_ && pump_->client_fault()) return *pump_->client_fault();
  return error;
}

}  // namespace router::backend
