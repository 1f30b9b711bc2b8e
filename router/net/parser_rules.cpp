// What makes a head one that is taken, and its framing one that is trusted.
#include <algorithm>

#include "base/byte_scan.h"
#include "base/limits.h"
#include "http/field_list.h"
#include "http/url.h"
#include "http/websocket_handshake.h"
#include "net/parser.h"

namespace router::net {

using base::equals_ignoring_case;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

// "HTTP/1.1 200", and its end.
constexpr std::size_t kBareStatusLine = 14;
constexpr std::string_view kVersion = "HTTP/1.";
// Registered methods have at most 17 characters (UPDATEREDIRECTREF).
constexpr std::size_t kLongestMethod = 64;

// The value of a Content-Length, where it is one.
std::optional<std::uint64_t> parse_length(std::string_view value, std::uint64_t largest) {
  const auto length = base::parse_unsigned(value);
  return length && *length <= largest ? length : std::nullopt;
}

bool is_minor_version(char c) { return c == '0' || c == '1'; }

}  // namespace

bool RequestParser::take_plain_start(std::string_view line) {
  const auto method = line.substr(0, line.find(' '));
  auto rest = line.substr(std::min(line.size(), method.size() + 1));
  const auto target = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), target.size() + 1));
  const bool is_plain = rest.size() == kVersion.size() + 3 && rest.starts_with(kVersion) &&
                        is_minor_version(rest[kVersion.size()]) && !target.empty() &&
                        base::find_unquotable(target) == target.size() && http::is_token(method);
  if (!is_plain) return false;
  request_.method = method;
  raw_target_ = target;
  request_.minor_version = rest[kVersion.size()] - '0';
  return true;
}

void RequestParser::on_request_impl(boost::beast::http::verb, string_view method, string_view target, int version,
                                    error_code& ec) {
  request_.method = {method.data(), method.size()};
  raw_target_ = {target.data(), target.size()};
  request_.minor_version = version - 10;
  ec = {};
}

Result<void> RequestParser::check_head() {
  if (request_.method.size() > kLongestMethod) return bad("the method is too long");
  if (raw_target_.size() > limits_.url_bytes) {
    return base::limits::kUrlBytes.refuse(ErrorCode::uri_too_long, "the request target is too long");
  }
  if (head_size() > limits_.header_bytes + start_line_bytes_) {
    return section_too_large("the header section is too large");
  }
  if (http::count_items(headers_, "Connection") > http::kMostConnectionOptions)
    return bad("Connection names too many fields");
  const auto hosts = headers_.count("Host");
  if (hosts > 1 || (hosts == 0 && request_.minor_version == 1)) return bad("Host must be there exactly once");
  if (hosts == 1 && !http::parse_host(*headers_.get("Host"))) return bad("Host is not a host");
  return check_framing();
}

Result<void> RequestParser::check_framing() {
  const auto coding = headers_.get("Transfer-Encoding");
  if (coding) {
    if (request_.minor_version == 0) return bad("Transfer-Encoding on HTTP/1.0");
    if (!equals_ignoring_case(*coding, "chunked")) return bad("Transfer-Encoding other than chunked");
    if (headers_.contains("Content-Length")) return bad("Content-Length with Transfer-Encoding");
    request_.body = http::BodyKind::chunked;
  } else if (const auto length = headers_.get("Content-Length")) {
    const auto bytes = parse_length(*length, kLargestBody);
    if (headers_.count("Content-Length") > 1 || !bytes) return bad("malformed Content-Length");
    request_.content_length = *bytes;
    if (limits_.body_bytes != 0 && request_.content_length > limits_.body_bytes) {
      return base::limits::kBodyBytes.refuse(ErrorCode::body_too_large, "the body is larger than LIMIT_BODY_BYTES");
    }
    request_.body = request_.content_length > 0 ? http::BodyKind::length : http::BodyKind::none;
  }
  left_ = request_.content_length;
  request_.keep_alive = keeps_alive(request_.minor_version);
  if (const auto expect = headers_.get("Expect"); expect && request_.minor_version == 1) {
    request_.expects_continue = equals_ignoring_case(*expect, "100-continue");
  }
  request_.is_upgrade = http::asks_for_websocket(request_);
  return {};
}

bool ResponseParser::take_plain_start(std::string_view line) {
  constexpr auto kStatus = kVersion.size() + 2;
  constexpr auto kReason = kStatus + 4;
  if (line.size() < kReason + 2 || !line.starts_with(kVersion) || !is_minor_version(line[kVersion.size()]))
    return false;
  const auto reason = line.substr(kReason, line.size() - kReason - 2);
  const auto digits = line.substr(kStatus, 3);
  const bool is_plain = line[kStatus - 1] == ' ' && line[kReason - 1] == ' ' &&
                        digits.find_first_not_of("0123456789") == std::string_view::npos &&
                        base::find_unquotable(reason) == reason.size();
  if (!is_plain) return false;
  head_.status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  head_.reason = reason;
  head_.minor_version = line[kVersion.size()] - '0';
  return true;
}

bool ResponseParser::is_bodiless() const {
  return to_head_ || head_.status / 100 == 1 || head_.status == 204 || head_.status == 304;
}

bool ResponseParser::has_plain_end() const { return is_bodiless(); }

Result<void> ResponseParser::put_start_line(std::string_view line) {
  if (line.size() != kBareStatusLine) return MessageParser::put_start_line(line);
  status_line_.assign(line.substr(0, kBareStatusLine - 2)).append(" \r\n");
  return MessageParser::put_start_line(status_line_);
}

void ResponseParser::on_response_impl(int status, string_view reason, int version, error_code& ec) {
  head_.status = status;
  head_.reason = {reason.data(), reason.size()};
  head_.minor_version = version - 10;
  ec = {};
}

Result<void> ResponseParser::check_head() {
  auto refuse = [](std::string detail) { return Error{ErrorCode::protocol, Side::back_end, std::move(detail)}; };
  const auto coding = headers_.get("Transfer-Encoding");
  const auto length = headers_.get("Content-Length");
  if (http::count_items(headers_, "Connection") > http::kMostConnectionOptions)
    return refuse("Connection names too many fields");
  if (head_.status < 100 || head_.status > 599) return refuse("status out of range");
  if (coding && length) return refuse("Content-Length with Transfer-Encoding");
  if (headers_.count("Transfer-Encoding") > 1 || headers_.count("Content-Length") > 1) {
    return refuse("framing fields repeated");
  }
  if (coding && !equals_ignoring_case(*coding, "chunked")) return refuse("Transfer-Encoding other than chunked");
  const auto bytes = length ? parse_length(*length, kLargestBody) : 0;
  if (!bytes) return refuse("malformed Content-Length");
  head_.content_length = *bytes;
  if (is_bodiless() || (length && head_.content_length == 0)) {
    head_.body = http::BodyKind::none;
  } else if (coding) {
    head_.body = http::BodyKind::chunked;
  } else {
    head_.body = length ? http::BodyKind::length : http::BodyKind::until_close;
  }
  left_ = head_.body == http::BodyKind::length ? head_.content_length : 0;
  // RFC 9112 section 6.1: framing that HTTP/1.0 does not have, or of a body that must not come, is not to be trusted
  // (a 304 may say what length a 200 would have)
  const bool is_never_framed = head_.status / 100 == 1 || head_.status == 204;
  const bool is_dubious =
      (coding && (head_.minor_version == 0 || head_.status == 304)) || (is_never_framed && (coding || length));
  head_.keep_alive = keeps_alive(head_.minor_version) && head_.body != http::BodyKind::until_close && !is_dubious;
  return {};
}

}  // namespace router::net
