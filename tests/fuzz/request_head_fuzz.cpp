// A request head that is taken can be read in one way only, which is Beast's, and reading it byte by byte finds the same
// end.
#include "fuzz/fuzz.h"
#include "net/beast_reading.h"
#include "net/head_scanner.h"
#include "net/parser.h"

using namespace router;
using fuzz::require;
using State = net::HeadScanner::State;

namespace {

void check_scan(std::string_view input, State whole, std::size_t head_size) {
  net::HeadScanner scanner;
  State state = State::incomplete;
  for (std::size_t end = 1; end <= input.size() && state == State::incomplete; ++end) {
    state = scanner.scan(input.substr(0, end));
  }
  require(state == whole, "a head in pieces is judged like a whole one");
  require(state != State::complete || scanner.head_size() == head_size, "a head in pieces ends where a whole one does");
}

void check_fields(const http::Headers& headers, std::string_view head) {
  for (const auto& field : headers) {
    require(fuzz::is_part_of(field.name, head) && fuzz::is_part_of(field.value, head), "fields are views of the head");
    require(http::is_token(field.name), "a field name is a token");
    require(http::is_field_value(field.value), "a field value has no control characters");
  }
}

void check_request(const http::Request& request) {
  require(http::is_token(request.method), "a method is a token");
  require(request.minor_version == 0 || request.minor_version == 1, "HTTP/1.0 or 1.1");
  const auto& headers = request.headers;
  require(headers.count("Host") == 1 || (request.minor_version == 0 && headers.count("Host") == 0), "one Host");
  require(!headers.contains("Content-Length") || !headers.contains("Transfer-Encoding"), "one framing");
  require(headers.count("Content-Length") <= 1 && headers.count("Transfer-Encoding") <= 1, "framing fields once");
  require((request.body == http::BodyKind::chunked) == headers.contains("Transfer-Encoding"), "chunked is chunked");
  require((request.body == http::BodyKind::length) == (request.content_length > 0), "a length has a body");
  require(request.body != http::BodyKind::until_close, "no request ends with its connection");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::as_text(data, size);
  net::HeadScanner scanner;
  const auto state = scanner.scan(input);
  check_scan(input, state, scanner.head_size());
  if (state != State::complete) return 0;
  const auto head = input.substr(0, scanner.head_size());
  const auto* difference = test::request_difference(head);
  require(difference == nullptr, difference);
  require(head.ends_with("\r\n\r\n"), "a head ends with an empty line");

  const net::ParseLimits limits;
  http::Request request;
  http::Headers trailers;
  net::RequestParser parser(request, trailers, limits);
  const auto parsed = parser.put_head(head);
  if (!parsed || !*parsed) return 0;
  require(parser.head_size() == head.size(), "scanner and parser see the same end");
  require(fuzz::is_part_of(parser.raw_target(), head), "the target is a view of the head");
  require(request.headers.size() <= limits.header_count, "no more fields than allowed");
  check_fields(request.headers, head);
  check_request(request);
  require(parser.finished() == (request.body == http::BodyKind::none), "without a body the request is over");
  return 0;
}
