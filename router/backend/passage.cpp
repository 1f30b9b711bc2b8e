#include "backend/passage.h"

#include <algorithm>

#include "backend/forward_headers.h"
#include "backend/location.h"
#include "base/guarded.h"
#include "base/metrics.h"
#include "http/method.h"
#include "net/bounded_body.h"

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::milliseconds;
using base::Result;
using base::Side;
using base::Task;

namespace {

const base::SingleCounter kUpgrades("xsrouter_websockets_total",
                                    "WebSockets, and other protocols, that back-ends have switched to.");

// Of a request body, before it takes a back-end connection.
constexpr std::size_t kMostGathered = 16 * 1024;
// What the allocator hands out from the thread's own small chunks.
constexpr std::size_t kUsualHead = 1000;

bool is_event_stream(const http::Headers& headers) {
  constexpr std::string_view kType = "text/event-stream";
  const auto type = headers.get("Content-Type");
  return type && base::equals_ignoring_case(type->substr(0, kType.size()), kType);
}

constexpr int kFirstFailure = 500;

constexpr std::string_view kKeptBack = "refuses the router's own credentials with ";

Error ended_meanwhile() { return Error{ErrorCode::unauthenticated, Side::client, "the session has ended meanwhile"}; }

}  // namespace

bool is_kept_back(const Error& error) {
  return error.code == ErrorCode::forbidden && error.side == Side::back_end && error.detail.starts_with(kKeptBack);
}

Task<Result<void>> Passage::run(std::string path) {
  const std::string head = request_head(path);
  path_ = base::cut(path, '?').before;
  Attempted attempted;
  if (should_gather_body()) attempted.passed = co_await gather_body();
  if (attempted.passed) attempted = co_await attempt(head, false);
  if (attempted.may_retry) attempted = co_await attempt(head, true);
  if (!attempted.passed && session_over_ && !is_work()) co_return ended_meanwhile();
  if (!attempted.passed && attempted.passed.error().side == Side::back_end) {
    note_fault(destination_.name, base::to_string(attempted.passed.error().code));
  }
  co_return attempted.passed;
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
  head.append(call_.facts.request.method).append(" ").append(rules_.before_path).append(path).append(" HTTP/1.1\r\n");
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
  head.append("\r\n");
  return head;
}

JarScope Passage::scope() const {
  return {.destination = destination_.name,
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

Task<Passage::Attempted> Passage::attempt(const std::string& head, bool fresh) {
  net::ConnectionWish wish(fresh, timeout_);
  wish.lead_to(destination_.name);
  wish_ = &wish;
  // the client gives up: so do we
  call_.exchange.watch_client([this] { leave_with_client(); });
  auto acquired = co_await call_.pool.acquire(origin_, wish);
  wish_ = nullptr;
  if (!acquired) {
    call_.exchange.watch_client(nullptr);
    co_return Attempted{acquired.error()};
  }
  connection_ = std::move(*acquired);
  connection_->set_timeout(timeout_);
  if (session_over_ && !is_work()) connection_->close();
  Result<void> passed;
  try {
    passed = co_await exchange_messages(head);
  } catch (...) {
    // the pump may be under way, and the connection has to be given back
    passed = base::caught_error();
  }
  call_.exchange.watch_client(nullptr);
  bool whole = true;
  if (pump_) {
    co_await pump_->stop();
    whole = pump_->finished();
    pump_.reset();
  }
  if (!connection_) co_return Attempted{std::move(passed)};
  const bool may_retry = !passed && !fresh && connection_->was_stale(passed.error()) &&
                         call_.facts.request.body == http::BodyKind::none &&
                         http::is_idempotent(call_.facts.request.method);
  call_.pool.release(std::move(connection_), passed.has_value() && whole);
  co_return Attempted{std::move(passed), may_retry};
}

Task<Result<void>> Passage::exchange_messages(const std::string& head) {
  if (call_.facts.request.body == http::BodyKind::none) {
    auto sent = co_await connection_->send(head);
    if (!sent) co_return sent;
  } else {
    pump_.emplace(call_.exchange, *connection_, call_.own_cookies);
    pump_->start(head);
  }
  auto answered = co_await read_final_head();
  if (!answered) co_return pump_fault_or(std::move(answered.error()));
  if (connection_->head().status == 101) {
    auto switched = co_await switch_protocols();
    co_return switched;
  }
  auto relayed = co_await relay_response();
  co_return relayed;
}

// Where the request body broke, that is the cause, not the back-end connection that was closed because of it.
Error Passage::pump_fault_or(Error error) {
  if (error.side != Side::client && pump_ && pump_->client_fault()) return *pump_->client_fault();
  return error;
}

Task<Result<void>> Passage::read_final_head() {
  const auto began = std::chrono::steady_clock::now();
  for (int heads = 0; heads < net::kMostInterimHeads; ++heads) {
    auto answered = co_await connection_->read_head(call_.facts.request.is("HEAD"));
    if (!answered) co_return answered;
    const int status = connection_->head().status;
    const bool upgraded = status == 101 && call_.facts.request.is_upgrade;
    if (status >= 200 || upgraded) {
      const auto took = std::chrono::steady_clock::now() - began;
      metrics_.until_head.observe(took);
      if (status >= kFirstFailure) metrics_.failures.add();
      call_.upstream_time = std::chrono::duration_cast<milliseconds>(took);
      co_return Result<void>();
    }
    if (status == 101) break;
    if (status == 100 && (!call_.facts.request.expects_continue || has_continued_)) continue;
    const auto fields = plain_fields(connection_->head().headers);
    auto sent = co_await call_.exchange.send_interim(status, fields);
    if (!sent && !is_work()) co_return sent;
  }
  co_return Error{ErrorCode::protocol, Side::back_end, "interim responses without end, or an upgrade nobody asked for"};
}

Task<Result<void>> Passage::relay_response() {
  const auto& head = connection_->head();
  if (std::find(rules_.kept_back.begin(), rules_.kept_back.end(), head.status) != rules_.kept_back.end()) {
    co_return Error{ErrorCode::forbidden, Side::back_end, std::string(kKeptBack) + std::to_string(head.status)};
  }
  auto kept = co_await keep_cookies();
  if (!kept) co_return kept;
  is_event_stream_ = is_event_stream(head.headers);
  if (session_over_ && (!is_work() || is_event_stream_)) co_return ended_meanwhile();
  net::ResponseStart start;
  start.status = head.status;
  start.reason = head.reason;
  start.fields = response_fields();
  start.body = head.body == http::BodyKind::until_close ? http::BodyKind::chunked : head.body;
  start.content_length = head.content_length;
  if (is_event_stream_) {
    auto lasting = call_.pool.begin_lasting(*connection_);
    if (!lasting) co_return lasting;
  }
  call_.status = head.status;
  connection_->set_timeout(is_event_stream_ ? milliseconds::zero() : timeout_);
  body_.begin(config_.compression, call_.facts.request, start);
  call_.exchange.start_response(std::move(start));
  if (session_over_) end_with_session();
  auto relayed = co_await call_.exchange.relay(*connection_, *this);
  if (!relayed) co_return pump_fault_or(std::move(relayed.error()));
  co_return relayed;
}

Result<std::string_view> Passage::on_the_way(std::string_view piece, http::Flush flush) {
  auto bytes = body_.put(piece, flush);
  if (bytes) call_.bytes_sent += bytes->size();
  return bytes;
}

void Passage::taken() {
  if (!is_event_stream_) lasting_.user_is_active();
}

http::Fields Passage::passed_trailers(const http::Headers& sent) {
  return call_.facts.request.headers.has_token("TE", "trailers") ? plain_fields(sent) : http::Fields();
}

// The browser's next request may come before this answer ends: the cookies are in the session before it hears of it.
Task<Result<void>> Passage::keep_cookies() {
  if (!destination_.exchanges_cookies) return Result<void>();
  const bool passes_all = call_.route().set_backend_session_cookies;
  const bool may_open = call_.opener != nullptr && !passes_all;
  const SetCookieRules rules{call_.own_cookies, call_.facts.user.stored() || may_open, passes_all};
  cookies_ = sort_set_cookies(connection_->head().headers, scope(), rules, call_.clock.wall());
  if (cookies_.to_jar.empty()) return Result<void>();
  return call_.facts.user.stored() ? save_in_jar() : open_jar();
}

Task<Result<void>> Passage::save_in_jar() {
  auto changes = cookies_.to_jar;
  auto saving = save_cookies(call_.sessions, call_.facts.user.stored(), std::move(changes),
                             config_.environment.limits.cookie_jar_bytes, config_.logout);
  auto saved = co_await saving;
  if (saved && *saved) co_return Result<void>();
  if (!call_.facts.user.session) {
    // nobody is signed in: the page is as public as before, but sets no cookie any more
    cookies_ = SetCookies();
  } else if (saved) {
    session_over_ = true;
  } else {
    co_return saved.error();
  }
  co_return Result<void>();
}

Task<Result<void>> Passage::open_jar() {
  std::vector<session::BackendCookie> jar;
  apply_changes(cookies_.to_jar, config_.environment.limits.cookie_jar_bytes, jar);
  if (jar.empty()) co_return Result<void>();
  auto opening = call_.opener->open(std::move(jar));
  const auto opened = co_await opening;
  if (opened) lasting_.session_opened();
  co_return Result<void>();
}

http::Fields Passage::response_fields() {
  const auto& answer = connection_->head();
  location_ = rewritten_location(answer.headers, destination_, call_.route());
  if (location_.starts_with('/')) location_.insert(0, call_.facts.application_path);
  const ResponseForward forward{config_.response_headers, call_.csrf_is_ours(), call_.cors_is_ours, cookies_,
                                location_};
  auto fields = forwarded_fields(answer.headers, forward);
  // the length of a body that is not sent
  if (answer.body == http::BodyKind::none && answer.status != 204 && answer.status >= 200) {
    if (const auto length = answer.headers.get("Content-Length")) fields.pass({"Content-Length", *length});
  }
  const bool is_cacheable = answer.status == 200 || answer.status == 206 || answer.status == 304;
  if (!rules_.cache_control.empty() && is_cacheable && !fields.contains("Cache-Control")) {
    fields.add_view("Cache-Control", rules_.cache_control);
  }
  call_.reply.complete(fields, call_.upstream_time);
  if (session_over_) fields.remove("Set-Cookie");
  return fields;
}

Task<Result<void>> Passage::switch_protocols() {
  // RFC 9110 section 7.8: its body would be taken for what comes after it
  if (pump_ && !pump_->finished())
    co_return Error{ErrorCode::protocol, Side::back_end, "an upgrade in the middle of the request"};
  auto kept = co_await keep_cookies();
  if (!kept) co_return kept;
  if (session_over_) co_return Error{ErrorCode::cancelled, Side::router, "the session has ended"};
  auto lasting = call_.pool.begin_lasting(*connection_);
  if (!lasting) co_return lasting;
  call_.status = 101;
  kUpgrades.add();
  connection_->set_timeout(milliseconds::zero());
  call_.exchange.watch_client(nullptr);
  auto fields = response_fields();
  std::function<void()> active = [this] { lasting_.user_is_active(); };
  auto tunnelled = co_await call_.exchange.tunnel(std::move(connection_), std::move(fields), std::move(active));
  co_return tunnelled;
}

}  // namespace router::backend
