// The answer's way back to the client.
#include <algorithm>

#include "backend/forward_headers.h"
#include "backend/location.h"
#include "backend/passage.h"
#include "base/metrics.h"

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

constexpr int kFirstFailure = 500;

constexpr std::string_view kKeptBack = "refuses the router's own credentials with ";

bool is_event_stream(const http::Headers& headers) {
  constexpr std::string_view kType = "text/event-stream";
  const auto type = headers.get("Content-Type");
  return type && base::equals_ignoring_case(type->substr(0, kType.size()), kType);
}

}  // namespace

bool is_kept_back(const Error& error) {
  return error.code == ErrorCode::forbidden && error.side == Side::back_end && error.detail.starts_with(kKeptBack);
}

bool Passage::has_final_head() const {
  const int status = connection_->head().status;
  return status >= 200 || (status == 101 && call_.facts.request.is_upgrade);
}

Task<Result<void>> Passage::pass_interim_head(int so_far) {
  const int status = connection_->head().status;
  const bool is_ours = status == 100 && (!call_.facts.request.expects_continue || has_continued_);
  if (status != 101 && !is_ours) {
    const auto fields = plain_fields(connection_->head().headers);
    auto sent = co_await call_.exchange.send_interim(status, fields);
    if (!sent && !is_work()) co_return sent;
  }
  if (status != 101 && so_far < net::kMostInterimHeads) co_return Result<void>();
  co_return Error{ErrorCode::protocol, Side::back_end, "interim responses without end, or an upgrade nobody asked for"};
}

void Passage::note_head(std::chrono::steady_clock::duration took) {
  metrics_.until_head.observe(took);
  if (connection_->head().status >= kFirstFailure) metrics_.failures.add();
  call_.upstream_time = std::chrono::duration_cast<milliseconds>(took);
}

std::optional<Error> Passage::what_is_kept_back() const {
  const int status = connection_->head().status;
  if (std::find(rules_.kept_back.begin(), rules_.kept_back.end(), status) == rules_.kept_back.end()) return {};
  return Error{ErrorCode::forbidden, Side::back_end, std::string(kKeptBack) + std::to_string(status)};
}

Result<void> Passage::begin_answer() {
  const auto& head = connection_->head();
  is_event_stream_ = is_event_stream(head.headers);
  if (session_over_ && (!is_work() || is_event_stream_)) return ended_meanwhile();
  net::ResponseStart start;
  start.status = head.status;
  start.reason = head.reason;
  start.fields = response_fields();
  start.body = head.body == http::BodyKind::until_close ? http::BodyKind::chunked : head.body;
  start.content_length = head.content_length;
  if (is_event_stream_) {
    if (auto lasting = call_.pool.begin_lasting(*connection_); !lasting) return lasting;
  }
  call_.status = head.status;
  connection_->set_timeout(is_event_stream_ ? milliseconds::zero() : timeout_);
  body_.begin(config_.compression, call_.facts.request, start);
  call_.exchange.start_response(std::move(start));
  if (session_over_) end_with_session();
  return {};
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
  const auto& answer = connection_->head().headers;
  if (!destination_.exchanges_cookies || !answer.contains("Set-Cookie")) return Result<void>();
  const bool passes_all = call_.route().set_backend_session_cookies;
  const bool may_open = call_.opener != nullptr && !passes_all;
  const SetCookieRules rules{call_.own_cookies, call_.facts.user.stored() || may_open, passes_all};
  cookies_ = sort_set_cookies(answer, scope(), rules, call_.clock.wall());
  if (cookies_.to_jar.empty()) return Result<void>();
  return call_.facts.user.stored() ? save_in_jar() : open_jar();
}

Task<Result<void>> Passage::save_in_jar() {
  auto changes = cookies_.to_jar;
  auto saving = save_cookies(call_.sessions, call_.facts.user.stored(), destination_.name, std::move(changes),
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
