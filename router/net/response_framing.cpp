#include "net/response_framing.h"

#include <charconv>

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using namespace std::string_view_literals;

namespace {

void append_number(std::string& out, std::uint64_t value, int base = 10) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

void append_start(int status, std::string_view reason, const http::Fields& fields, std::string& out) {
  out.append("HTTP/1.1 "sv);
  append_number(out, static_cast<std::uint64_t>(status));
  out.append(" "sv).append(reason).append("\r\n"sv);
  fields.write_to(out);
}

}  // namespace

void append_interim_head(int status, const http::Fields& fields, std::string& out) {
  append_start(status, http::reason_phrase(status), fields, out);
  out.append("\r\n"sv);
}

void ResponseFraming::begin(const ResponseStart& start, int minor_version, bool close, std::string& out) {
  close_ = close;
  body_ = start.body;
  left_ = start.content_length;
  if (body_ == http::BodyKind::chunked && minor_version == 0) {
    body_ = http::BodyKind::until_close;
    close_ = true;
  }
  append_start(start.status, start.reason.empty() ? http::reason_phrase(start.status) : start.reason, start.fields,
               out);
  if (body_ == http::BodyKind::length) {
    out.append("Content-Length: "sv);
    append_number(out, start.content_length);
    out.append("\r\n"sv);
  } else if (body_ == http::BodyKind::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (start.status == 101) {
    out.append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  } else if (close_) {
    out.append("Connection: close\r\n");
  } else if (minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n"sv);
}

Result<std::string_view> ResponseFraming::before(std::uint64_t bytes, std::string& out) {
  if (body_ == http::BodyKind::chunked) {
    append_number(out, bytes, 16);
    out.append("\r\n"sv);
    return std::string_view("\r\n");
  }
  if (body_ == http::BodyKind::length) {
    if (bytes > left_) return Error{ErrorCode::internal, Side::router, "body longer than announced"};
    left_ -= bytes;
  }
  return std::string_view();
}

Result<void> ResponseFraming::end(const http::Fields& trailers, std::string& out) {
  if (body_ == http::BodyKind::length && left_ != 0) {
    return Error{ErrorCode::internal, Side::router, "body shorter than announced"};
  }
  if (body_ != http::BodyKind::chunked) return {};
  out.append("0\r\n");
  trailers.write_to(out);
  out.append("\r\n"sv);
  return {};
}

}  // namespace router::net
