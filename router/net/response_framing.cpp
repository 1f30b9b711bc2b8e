#include "net/response_framing.h"

#include <charconv>

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace

void ResponseFraming::begin(const ResponseStart& start, int minor_version, bool close, std::string& out) {
  close_ = close;
  body_ = start.body;
  left_ = start.content_length;
  if (body_ == http::BodyKind::chunked && minor_version == 0) {
    body_ = http::BodyKind::until_close;
    close_ = true;
  }
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(start.status));
  out.append(" ")
      .append(start.reason.empty() ? http::reason_phrase(start.status) : start.reason)
      .append("\r\n");
  out.append(start.fields);
  if (body_ == http::BodyKind::length) {
    out.append("Content-Length: ");
    append_number(out, start.content_length);
    out.append("\r\n");
  } else if (body_ == http::BodyKind::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (close_) {
    out.append("Connection: close\r\n");
  } else if (minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

Result<std::string_view> ResponseFraming::before(std::uint64_t bytes, std::string& out) {
  if (body_ == http::BodyKind::chunked) {
    append_number(out, bytes, 16);
    out.append("\r\n");
    return std::string_view("\r\n");
  }
  if (body_ == http::BodyKind::length) {
    if (bytes > left_) return Error{ErrorCode::internal, Side::router, "body longer than announced"};
    left_ -= bytes;
  }
  return std::string_view();
}

Result<void> ResponseFraming::end(std::string_view trailer_fields, std::string& out) {
  if (body_ == http::BodyKind::length && left_ != 0) {
    return Error{ErrorCode::internal, Side::router, "body shorter than announced"};
  }
  if (body_ == http::BodyKind::chunked) out.append("0\r\n").append(trailer_fields).append("\r\n");
  return {};
}

}  // namespace router::net
