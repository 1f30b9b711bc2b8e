// The bytes around a response's body: status line and fields, chunk sizes, the end. No sockets.
//
// Of an answer's fields nobody else makes lines: HTTP/1.1 is written here.
// One response at a time: begin(), before() with each piece, end(). Source: RFC 9112 sections 4, 6 and 7.1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/exchange.h"

namespace router::net {

// Appends the head of a 1xx answer that another head follows.
void append_interim_head(int status, const http::Fields& fields, std::string& out);

class ResponseFraming {
 public:
  // Appends the head. `close`: the connection ends with this response; what an HTTP/1.0 client cannot be told
  // otherwise makes it so, too. A 101 says what the connection is from then on.
  void begin(const ResponseStart& start, int minor_version, bool close, std::string& out);
  bool closes() const { return close_; }
  // The body goes out as it is: passed() may tell of pieces instead of before().
  bool is_plain() const { return body_ == http::BodyKind::length; }
  std::uint64_t left() const { return left_; }
  void passed(std::uint64_t bytes) { left_ -= bytes; }

  // Appends what goes before a piece of body; gives what goes behind. Error internal: longer than announced.
  base::Result<std::string_view> before(std::uint64_t bytes, std::string& out);
  // Appends what goes behind the body. Error internal: shorter than announced.
  base::Result<void> end(const http::Fields& trailers, std::string& out);

 private:
  http::BodyKind body_ = http::BodyKind::none;
  std::uint64_t left_ = 0;  // where length
  bool close_ = false;
};

}  // namespace router::net
