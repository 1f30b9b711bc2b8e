#include "net/parser.h"

#include <boost/beast/http/error.hpp>

#include "base/limits.h"
#include "http/trailer_names.h"

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

// Whether `framing` (chunk sizes, trailers: no body bytes) has a line end that is not CRLF. Beast looks at a last
// chunk only when its CRLF CRLF is there, which such a line end puts off for ever.
bool has_bare_line_end(std::string_view framing) {
  for (std::size_t i = 0; i < framing.size(); ++i) {
    if (framing[i] == '\n' && (i == 0 || framing[i - 1] != '\r')) return true;
    if (framing[i] == '\r' && i + 1 < framing.size() && framing[i + 1] != '\n') return true;
  }
  return false;
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

}  // namespace

template <bool isRequest>
MessageParser<isRequest>::MessageParser(http::Headers& headers, http::Headers& trailers, const ParseLimits& limits)
    : headers_(headers), trailers_(trailers), limits_(limits) {
  // the split between URL and header limits is ours to check, once the head is complete
  this->header_limit(static_cast<std::uint32_t>(limits.header_bytes + limits.url_bytes));
  this->body_limit(boost::none);
}

template <bool isRequest>
Error MessageParser<isRequest>::bad(std::string detail) {
  return Error{ErrorCode::bad_request, Side::client, std::move(detail)};
}

template <bool isRequest>
Error MessageParser<isRequest>::section_too_large(std::string detail) {
  const auto& limit = isRequest ? base::limits::kHeaderBytes : base::limits::kAnswerHeadBytes;
  return limit.refuse(ErrorCode::head_too_large, std::move(detail));
}

template <bool isRequest>
Error MessageParser<isRequest>::fault(const error_code& reason) const {
  if (refusal_) return *refusal_;
  if (reason == beast_http::error::header_limit) {
    return section_too_large("the header section is too large");
  }
  return bad(reason.message());
}

template <bool isRequest>
Result<bool> MessageParser<isRequest>::put_head(std::string_view input) {
  const auto scanned = scanner_.scan(input);
  if (scanned == HeadScanner::State::malformed) return bad("malformed head");
  if (scanned == HeadScanner::State::incomplete) return false;
  const auto head = input.substr(0, scanner_.head_size());
  start_line_bytes_ = head.find(kLineEnd) + kLineEnd.size();
  head_size_ = start_line_bytes_;
  auto put = put_start_line(head.substr(0, start_line_bytes_));
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
    return section_too_large("the header section is too large");
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
    return section_too_large("the trailer section is too large");
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
  if (size > this->kLargestBody) {
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

}  // namespace router::net
