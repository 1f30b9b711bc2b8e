#include "net/parser.h"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "base/limits.h"
#include "http/token.h"
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
  start_line_bytes_ = *scanner_.line_end(0) + kLineEnd.size();
  head_size_ = start_line_bytes_;
  const auto line = head.substr(0, start_line_bytes_);
  // larger ones are for Beast to refuse, with its own limit
  is_plain_ = head.size() <= limits_.header_bytes + limits_.url_bytes && take_plain_start(line);
  Result<void> put;
  if (!is_plain_) put = put_start_line(line);
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
  for (std::size_t i = 1;; ++i) {
    const auto rest = head.substr(head_size_);
    const auto end = scanner_.line_end(i);
    const auto line = rest.substr(0, end ? *end - head_size_ : rest.find(kLineEnd.front()));
    const auto name = rest.substr(0, http::token_size(rest));
    const auto next = head_size_ + line.size() + kLineEnd.size();
    Result<void> put;
    if (line.empty()) {
      put = put_end(head);
    } else if (name.empty() || !line.substr(name.size()).starts_with(':')) {
      put = bad("invalid field name");
    } else {
      const auto value = base::trim(line.substr(name.size() + 1));
      put = frames_message(name) ? put_framing(head, line, name, value) : take_field(name, value);
    }
    if (!put) return put;
    head_size_ = next;
    if (line.empty()) return {};
  }
}

// `line` begins at head_size_.
template <bool isRequest>
Result<void> MessageParser<isRequest>::put_framing(std::string_view head, std::string_view line, std::string_view name,
                                                   std::string_view value) {
  // that a line is not folded shows at the one behind it
  const auto shown = head.substr(head_size_, line.size() + kLineEnd.size() + 1);
  if (is_plain_ && take_plain_framing(shown, name, value)) return take_field(name, value);
  if (auto caught_up = show_so_far(head); !caught_up) return caught_up;
  return show(shown, 1);
}

template <bool isRequest>
bool MessageParser<isRequest>::take_plain_framing(std::string_view shown, std::string_view name,
                                                  std::string_view value) {
  constexpr std::size_t kMostDigits = 18;
  const auto is = [name](std::string_view known) { return equals_ignoring_case(name, known); };
  auto& length_line = plain_framing_[content_length];
  auto& connection_line = plain_framing_[connection];
  if (is("Content-Length") && length_line.empty() && value.size() <= kMostDigits && base::parse_unsigned(value)) {
    length_line = shown;
    return true;
  }
  if (!is("Connection") || !connection_line.empty()) return false;
  closes_ = equals_ignoring_case(value, "close");
  keeps_alive_ = equals_ignoring_case(value, "keep-alive");
  if (!closes_ && !keeps_alive_) return false;
  connection_line = shown;
  return true;
}

template <bool isRequest>
Result<void> MessageParser<isRequest>::put_end(std::string_view head) {
  if (is_plain_ && (has_plain_end() || !plain_framing_[content_length].empty())) return {};
  if (auto caught_up = show_so_far(head); !caught_up) return caught_up;
  return show(kLineEnd);
}

// The message turns out not to be a plain one: what has been read of its framing is Beast's from here on. In which order
// it is shown a length and a Connection field makes no difference to it.
template <bool isRequest>
Result<void> MessageParser<isRequest>::show_so_far(std::string_view head) {
  if (!std::exchange(is_plain_, false)) return {};
  shows_again_ = true;
  auto shown = put_start_line(head.substr(0, start_line_bytes_));
  for (const auto line : plain_framing_) {
    if (shown && !line.empty()) shown = show(line, 1);
  }
  shows_again_ = false;
  return shown;
}

template <bool isRequest>
bool MessageParser<isRequest>::keeps_alive(int minor_version) const {
  if (!is_plain_) return this->keep_alive();
  return minor_version == 0 ? keeps_alive_ : !closes_;
}

// `name` is a token, as put_fields or Beast has found.
template <bool isRequest>
Result<void> MessageParser<isRequest>::take_field(std::string_view name, std::string_view value) {
  if (headers_.size() >= limits_.header_count) {
    const auto& limit = isRequest ? base::limits::kHeaderCount : base::limits::kAnswerFields;
    return limit.refuse(ErrorCode::head_too_large, "too many fields");
  }
  headers_.pass({name, value});
  return {};
}

template <bool isRequest>
Result<BodyInput> MessageParser<isRequest>::put_body(std::string_view input) {
  if (is_plain_) return put_plain_body(input);
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

template <bool isRequest>
Result<BodyInput> MessageParser<isRequest>::put_plain_body(std::string_view input) {
  const auto data = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
  if (!count_body(data.size())) return *refusal_;
  left_ -= data.size();
  return BodyInput{data.size(), data, left_ == 0};
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
  if (is_plain_ || !this->got_some()) return false;
  error_code ec;
  this->put_eof(ec);
  return !ec;
}

template <bool isRequest>
void MessageParser<isRequest>::on_field_impl(beast_http::field, string_view name, string_view value, error_code& ec) {
  if (shows_again_) return;
  auto taken = take_field({name.data(), name.size()}, {value.data(), value.size()});
  if (taken) return;
  refusal_ = std::move(taken.error());
  ec = beast_http::error::bad_field;
}

template <bool isRequest>
bool MessageParser<isRequest>::count_body(std::size_t bytes) {
  body_bytes_ += bytes;
  if (limits_.body_bytes == 0 || body_bytes_ <= limits_.body_bytes) return true;
  refusal_ = base::limits::kBodyBytes.refuse(ErrorCode::body_too_large, "the body is larger than LIMIT_BODY_BYTES");
  return false;
}

template <bool isRequest>
std::size_t MessageParser<isRequest>::on_body_impl(string_view body, error_code& ec) {
  if (!count_body(body.size())) {
    ec = beast_http::error::body_limit;
    return 0;
  }
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
