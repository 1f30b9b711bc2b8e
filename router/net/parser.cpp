#include "net/parser.h"

#include <boost/beast/http/error.hpp>

#include "base/limits.h"
#include "http/field_list.h"
#include "http/trailer_names.h"
#include "http/url.h"
#include "http/websocket_handshake.h"

namespace router::net {

namespace beast_http = boost::beast::http;
using base::equals_ignoring_case;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

// One chunk extension line; RFC 9112 section 7.1.1 wants a limit.
constexpr std::size_t kChunkExtensionBytes = 1024;

constexpr std::size_t kShortestLastChunk = 5;
constexpr std::string_view kLineEnd = "\r\n";
// "HTTP/1.1 200"
constexpr std::size_t kBareStatusLine = 12;
// Registered methods have at most 17 characters (UPDATEREDIRECTREF).
constexpr std::size_t kLongestMethod = 64;
// No body is that large (256 TiB); a size beyond it is an attempt to overflow somebody's counter.
constexpr std::uint64_t kLargestBody = std::uint64_t{1} << 48;

// Whether `framing` (chunk sizes, trailers: no body bytes) has a line end that is not CRLF. Beast looks at a last
// chunk only when its CRLF CRLF is there, which such a line end puts off for ever.
bool has_bare_line_end(std::string_view framing) {
  for (std::size_t i = 0; i < framing.size(); ++i) {
    if (framing[i] == '\n' && (i == 0 || framing[i - 1] != '\r')) return true;
    if (framing[i] == '\r' && i + 1 < framing.size() && framing[i + 1] != '\n') return true;
  }
  return false;
}

Error bad(std::string detail) { return Error{ErrorCode::bad_request, Side::client, std::move(detail)}; }

// Of a head, and of the trailers behind a body, which are bounded alike.
template <bool isRequest>
Error section_too_large(std::string detail) {
  const auto& limit = isRequest ? base::limits::kHeaderBytes : base::limits::kAnswerHeadBytes;
  return limit.refuse(ErrorCode::head_too_large, std::move(detail));
}

// What Beast goes by where it says how a message is framed, and whether another one follows it.
bool frames_message(std::string_view name) {
  switch (name.size()) {
    case 7:
      return equals_ignoring_case(name, "Upgrade");
    case 10:
      return equals_ignoring_case(name, "Connection");
    case 14:
      return equals_ignoring_case(name, "Content-Length");
    case 16:
      return equals_ignoring_case(name, "Proxy-Connection");
    case 17:
      return equals_ignoring_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

// The value of a Content-Length, where it is one.
std::optional<std::uint64_t> parse_length(std::string_view value) {
  const auto length = base::parse_unsigned(value);
  return length && *length <= kLargestBody ? length : std::nullopt;
}

}  // namespace

template <bool isRequest>
MessageParser<isRequest>::MessageParser(http::Headers& headers, http::Headers& trailers, const ParseLimits& limits)
    : headers_(headers), trailers_(trailers), limits_(limits) {
  // the split between URL and header limits is ours to check, once the head is complete
  this->header_limit(static_cast<std::uint32_t>(limits.header_bytes + limits.url_bytes));
  this->body_limit(boost::none);
}

template <bool isRequest>
Error MessageParser<isRequest>::fault(const error_code& reason) const {
  if (refusal_) return *refusal_;
  if (reason == beast_http::error::header_limit) {
    return section_too_large<isRequest>("the header section is too large");
  }
  return bad(reason.message());
}

template <bool isRequest>
Result<bool> MessageParser<isRequest>::put_head(std::string_view input) {
  const auto state = scanner_.scan(input);
  if (state == HeadScanner::State::malformed) return bad("malformed head");
  if (state == HeadScanner::State::incomplete) return false;
  const auto head = input.substr(0, scanner_.head_size());
  head_size_ = head.find(kLineEnd) + kLineEnd.size();
  auto put = put_start_line(head.substr(0, head_size_));
  if (put) put = put_fields(head);
  if (put) put = check_head();
  if (!put) return std::move(put.error());
  return true;
}

// Beast reads these bytes of the head, all but those that it only looks at.
template <bool isRequest>
Result<void> MessageParser<isRequest>::show(std::string_view bytes, std::size_t looked_at) {
  error_code ec;
  const auto read = this->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec && ec != beast_http::error::need_more) return fault(ec);
  if (read + looked_at != bytes.size()) return bad("malformed head");
  return {};
}

// The scanner has seen that every line ends in CRLF, that none is folded or has control characters, and that the head
// ends with an empty one.
template <bool isRequest>
Result<void> MessageParser<isRequest>::put_fields(std::string_view head) {
  if (head.size() - head_size_ > limits_.header_bytes + limits_.url_bytes) {
    return section_too_large<isRequest>("the header section is too large");
  }
  for (;;) {
    const auto line = head.substr(head_size_, head.find(kLineEnd.front(), head_size_) - head_size_);
    const auto next = head_size_ + line.size() + kLineEnd.size();
    const auto [name, value] = base::cut(line, ':');
    Result<void> put;
    if (line.empty()) {
      put = show(kLineEnd);
    } else if (frames_message(name)) {
      // that a line is not folded shows at the one behind it
      put = show(head.substr(head_size_, next + 1 - head_size_), 1);
    } else if (!value) {
      put = bad("invalid field name");
    } else {
      put = take_field(name, base::trim(*value));
    }
    if (!put) return put;
    head_size_ = next;
    if (line.empty()) return {};
  }
}

template <bool isRequest>
Result<void> MessageParser<isRequest>::take_field(std::string_view name, std::string_view value) {
  if (!http::is_token(name)) return bad("invalid field name");
  if (headers_.size() >= limits_.header_count) {
    const auto& limit = isRequest ? base::limits::kHeaderCount : base::limits::kAnswerFields;
    return limit.refuse(ErrorCode::head_too_large, "too many fields");
  }
  headers_.pass({name, value});
  return {};
}

template <bool isRequest>
Result<BodyInput> MessageParser<isRequest>::put_body(std::string_view input) {
  BodyInput out;
  // Beast expects the shortest last chunk, "0 CRLF CRLF", to come whole when it begins the body (it asserts n >= 5)
  if (this->chunked() && !chunk_seen_ && input.starts_with('0') && input.size() < kShortestLastChunk) {
    if (has_bare_line_end(input)) return bad("a line of the chunked body does not end in CRLF");
    return out;
  }
  while (out.consumed < input.size() && !finished()) {
    span_ = {};
    error_code ec;
    out.consumed += this->put(boost::asio::const_buffer(input.data() + out.consumed, input.size() - out.consumed), ec);
    if (ec == beast_http::error::need_more) {
      if (has_bare_line_end(input.substr(out.consumed))) return bad("a line of the chunked body does not end in CRLF");
      break;
    }
    if (ec && last_chunk_seen_ && !refusal_) {
      if (auto taken = take_trailers(out, input); !taken) return taken.error();
      break;
    }
    if (ec) return fault(ec);
    out.data = span_;
    if (!span_.empty()) break;  // one span a call: the next chunk waits for the next call
  }
  out.finished = finished();
  return out;
}

// The whole trailer section is there, behind the line of the last chunk, which has been looked at.
template <bool isRequest>
Result<void> MessageParser<isRequest>::take_trailers(BodyInput& out, std::string_view input) {
  const auto next_line = [&] {
    const auto rest = input.substr(out.consumed);
    const auto line = rest.substr(0, rest.find(kLineEnd));
    out.consumed += line.size() + kLineEnd.size();
    return line;
  };
  if (next_line().empty()) next_line();  // the end of the chunk before
  for (auto line = next_line(); !line.empty(); line = next_line()) {
    if (auto added = add_trailer(line); !added) return added;
  }
  trailers_done_ = true;
  return {};
}

template <bool isRequest>
Result<void> MessageParser<isRequest>::add_trailer(std::string_view line) {
  trailer_bytes_ += line.size() + kLineEnd.size();
  if (trailers_.size() >= limits_.header_count || trailer_bytes_ > limits_.header_bytes) {
    return section_too_large<isRequest>("the trailer section is too large");
  }
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || !http::is_token(name)) return bad("invalid field name in a trailer");
  const auto value = base::trim(line.substr(colon + 1));
  if (!http::is_field_value(value)) return bad("invalid field value in a trailer");
  if (!http::is_forbidden_in_trailer(name)) {
    trailers_.add(name, value);  // copied: the body buffer moves on
  } else if (isRequest) {
    return bad("a trailer names " + std::string(name));
  }
  // a back-end's is dropped: its body is whole, and we frame it anew (RFC 9110 section 6.5.1)
  return {};
}

template <bool isRequest>
bool MessageParser<isRequest>::finish_at_eof() {
  if (!this->got_some()) return false;
  error_code ec;
  this->put_eof(ec);
  return !ec;
}

template <bool isRequest>
void MessageParser<isRequest>::on_field_impl(beast_http::field, string_view name, string_view value, error_code& ec) {
  auto taken = take_field({name.data(), name.size()}, {value.data(), value.size()});
  if (taken) return;
  refusal_ = std::move(taken.error());
  ec = beast_http::error::bad_field;
}

template <bool isRequest>
bool MessageParser<isRequest>::count_body(std::size_t bytes, error_code& ec) {
  body_bytes_ += bytes;
  if (limits_.body_bytes != 0 && body_bytes_ > limits_.body_bytes) {
    refusal_ = base::limits::kBodyBytes.refuse(ErrorCode::body_too_large, "the body is larger than LIMIT_BODY_BYTES");
    ec = beast_http::error::body_limit;
    return false;
  }
  return true;
}

template <bool isRequest>
std::size_t MessageParser<isRequest>::on_body_impl(string_view body, error_code& ec) {
  if (!count_body(body.size(), ec)) return 0;
  span_ = {body.data(), body.size()};
  return body.size();
}

template <bool isRequest>
void MessageParser<isRequest>::on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) {
  ec = {};
  chunk_seen_ = true;
  if (size > kLargestBody) {
    refusal_ = bad("chunk size too large");
    ec = beast_http::error::bad_chunk;
  } else if (extensions.size() > kChunkExtensionBytes) {
    refusal_ = bad("chunk extension too long");
    ec = beast_http::error::bad_chunk_extension;
  } else if (size == 0) {
    last_chunk_seen_ = true;
    ec = beast_http::error::end_of_stream;  // the trailers are ours
  }
}

template <bool isRequest>
std::size_t MessageParser<isRequest>::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) {
  return on_body_impl(body, ec);
}

template class MessageParser<true>;
template class MessageParser<false>;

void RequestParser::on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                                    error_code& ec) {
  request_.method = {method.data(), method.size()};
  raw_target_ = {target.data(), target.size()};
  request_.minor_version = version - 10;
  start_line_bytes_ = method.size() + target.size() + 12;  // two spaces, HTTP/1.x, CRLF
  ec = {};
}

Result<void> RequestParser::check_head() {
  if (request_.method.size() > kLongestMethod) return bad("the method is too long");
  if (raw_target_.size() > limits_.url_bytes) {
    return base::limits::kUrlBytes.refuse(ErrorCode::uri_too_long, "the request target is too long");
  }
  if (head_size() > limits_.header_bytes + start_line_bytes_) {
    return section_too_large<true>("the header section is too large");
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
    const auto bytes = parse_length(*length);
    if (headers_.count("Content-Length") > 1 || !bytes) return bad("malformed Content-Length");
    request_.content_length = *bytes;
    if (limits_.body_bytes != 0 && request_.content_length > limits_.body_bytes) {
      return base::limits::kBodyBytes.refuse(ErrorCode::body_too_large, "the body is larger than LIMIT_BODY_BYTES");
    }
    request_.body = request_.content_length > 0 ? http::BodyKind::length : http::BodyKind::none;
  }
  request_.keep_alive = keep_alive();
  if (const auto expect = headers_.get("Expect"); expect && request_.minor_version == 1) {
    request_.expects_continue = equals_ignoring_case(*expect, "100-continue");
  }
  request_.is_upgrade = http::asks_for_websocket(request_);
  return {};
}

Result<void> ResponseParser::put_start_line(std::string_view line) {
  if (line.size() != kBareStatusLine + kLineEnd.size()) return MessageParser::put_start_line(line);
  status_line_.assign(line.substr(0, kBareStatusLine)).append(" ").append(kLineEnd);
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
  const auto bytes = length ? parse_length(*length) : 0;
  if (!bytes) return refuse("malformed Content-Length");
  head_.content_length = *bytes;
  const bool bodiless = to_head_ || head_.status / 100 == 1 || head_.status == 204 || head_.status == 304;
  if (bodiless || (length && head_.content_length == 0)) {
    head_.body = http::BodyKind::none;
  } else if (coding) {
    head_.body = http::BodyKind::chunked;
  } else {
    head_.body = length ? http::BodyKind::length : http::BodyKind::until_close;
  }
  // RFC 9112 section 6.1: framing that HTTP/1.0 does not have, or of a body that must not come, is not to be trusted
  // (a 304 may say what length a 200 would have)
  const bool is_never_framed = head_.status / 100 == 1 || head_.status == 204;
  const bool is_dubious =
      (coding && (head_.minor_version == 0 || head_.status == 304)) || (is_never_framed && (coding || length));
  head_.keep_alive = keep_alive() && head_.body != http::BodyKind::until_close && !is_dubious;
  return {};
}

}  // namespace router::net
