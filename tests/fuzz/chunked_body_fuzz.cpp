// A chunked body, however it is cut, is the same body, and ends where RFC 9112 section 7.1 says: a second,
// plain reading of the accepted bytes must agree, or a request could be smuggled behind it.
#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "net/parser.h"

using namespace router;
using fuzz::require;

namespace {

constexpr std::string_view kHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

struct Read {
  std::string body;
  std::size_t consumed = 0;
  std::size_t trailers = 0;
  bool finished = false;
  bool refused = false;
};

// `step` bytes arrive at a time.
Read read_body(std::string_view input, std::size_t step) {
  const net::ParseLimits limits;
  http::Request request;
  http::Headers trailers;
  net::RequestParser parser(request, trailers, limits);
  const auto head = parser.put_head(kHead);
  require(head && *head, "the head is good");
  Read read;
  for (std::size_t arrived = std::min(step, input.size()); !read.finished && !read.refused;) {
    const auto unread = input.substr(read.consumed, arrived - read.consumed);
    const auto piece = parser.put_body(unread);
    read.refused = !piece;
    if (!piece) break;
    require(fuzz::is_part_of(piece->data, unread), "body bytes are a part of the input");
    read.body += piece->data;
    read.consumed += piece->consumed;
    read.finished = piece->finished;
    if (piece->consumed > 0) continue;
    if (arrived == input.size()) break;
    arrived = std::min(arrived + step, input.size());
  }
  read.trailers = trailers.size();
  return read;
}

std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

// The plain reading; `rest` is left behind the body.
std::optional<std::string> decode(std::string_view& rest) {
  std::string body;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return std::nullopt;
    std::uint64_t size = 0;
    std::size_t digits = 0;
    for (; digits < line->size() && base::hex_value((*line)[digits]) >= 0; ++digits) {
      size = size * 16 + static_cast<std::uint64_t>(base::hex_value((*line)[digits]));
    }
    if (digits == 0) return std::nullopt;
    if (size == 0) break;
    if (size > rest.size() || !rest.substr(static_cast<std::size_t>(size)).starts_with("\r\n")) return std::nullopt;
    body += rest.substr(0, static_cast<std::size_t>(size));
    rest.remove_prefix(static_cast<std::size_t>(size) + 2);
  }
  for (auto line = take_line(rest);; line = take_line(rest)) {
    if (!line) return std::nullopt;
    if (line->empty()) return body;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::as_text(data, size);
  const auto whole = read_body(input, std::max<std::size_t>(input.size(), 1));
  for (const std::size_t step : {1, 3}) {
    const auto pieces = read_body(input, step);
    require(pieces.finished == whole.finished, "a body in pieces ends if a whole one does");
    if (!whole.finished) continue;
    require(pieces.body == whole.body && pieces.consumed == whole.consumed && pieces.trailers == whole.trailers,
            "a body in pieces is the same");
  }
  if (!whole.finished) return 0;
  auto rest = input;
  const auto plain = decode(rest);
  require(plain && *plain == whole.body, "the plain reading has the same body");
  require(input.size() - rest.size() == whole.consumed, "the plain reading ends at the same place");
  return 0;
}
