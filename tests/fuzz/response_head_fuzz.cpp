// A back-end's head that is taken is read as Beast reads it, has one framing, and its body ends where the framing says. The
// bytes behind the head are the body.
#include "fuzz/fuzz.h"
#include "net/beast_reading.h"
#include "net/parser.h"

using namespace router;
using fuzz::require;

namespace {

void check_framing(const net::ResponseHead& head, bool to_head) {
  const auto& headers = head.headers;
  require(head.status >= 100 && head.status <= 599, "a status has its range");
  require(!headers.contains("Content-Length") || !headers.contains("Transfer-Encoding"), "one framing");
  require(headers.count("Content-Length") <= 1 && headers.count("Transfer-Encoding") <= 1, "framing fields once");
  const bool bodiless = to_head || head.status < 200 || head.status == 204 || head.status == 304;
  require(!bodiless || head.body == http::BodyKind::none, "some answers have no body");
  require(head.body != http::BodyKind::until_close || !head.keep_alive, "a body up to the end ends the connection");
}

// The body's bytes; stops where more input is needed.
std::uint64_t drain(net::ResponseParser& parser, std::string_view rest) {
  std::uint64_t bytes = 0;
  while (!parser.finished()) {
    const auto piece = parser.put_body(rest);
    if (!piece) break;
    require(piece->consumed <= rest.size() && fuzz::is_part_of(piece->data, rest),
            "body bytes are a part of the input");
    bytes += piece->data.size();
    rest.remove_prefix(piece->consumed);
    if (piece->consumed == 0) break;
  }
  return bytes;
}

void check_answer(std::string_view input, bool to_head) {
  const auto end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return;
  const auto text = input.substr(0, end + 4);
  const auto* difference = test::response_difference(text);
  require(difference == nullptr, difference);
  const net::ParseLimits limits;
  net::ResponseHead head;
  http::Headers trailers;
  net::ResponseParser parser(head, trailers, limits, to_head);
  const auto parsed = parser.put_head(text);
  if (!parsed || !*parsed) return;
  require(parser.head_size() == text.size(), "the head ends at its empty line");
  require(fuzz::is_part_of(head.reason, text), "the reason is a view of the head");
  for (const auto& field : head.headers) {
    require(fuzz::is_part_of(field.name, text) && fuzz::is_part_of(field.value, text), "fields are views of the head");
    require(http::is_token(field.name) && http::is_field_value(field.value), "fields have their form");
  }
  check_framing(head, to_head);
  require(head.body != http::BodyKind::none || parser.finished(), "without a body the answer is over");
  const auto bytes = drain(parser, input.substr(text.size()));
  require(head.body != http::BodyKind::length || bytes <= head.content_length, "no more than was announced");
  require(!parser.finished() || head.body != http::BodyKind::length || bytes == head.content_length,
          "no less than was announced");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::as_text(data, size);
  check_answer(input, false);
  check_answer(input, true);
  return 0;
}
