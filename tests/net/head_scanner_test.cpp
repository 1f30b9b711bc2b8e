#include "net/head_scanner.h"

#include <doctest/doctest.h>

#include <string>

namespace router::head_scanner_test {

using router::net::HeadScanner;
using State = HeadScanner::State;

namespace {

// The state after the bytes came one by one.
State drip(const std::string& input, std::size_t* head_size = nullptr) {
  HeadScanner scanner;
  State state = State::incomplete;
  for (std::size_t end = 1; end <= input.size() && state == State::incomplete; ++end) {
    state = scanner.scan(std::string_view(input).substr(0, end));
  }
  if (head_size != nullptr) *head_size = scanner.head_size();
  return state;
}

}  // namespace

TEST_CASE("head scanner: a head is complete at its empty line, in one piece or byte by byte") {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadScanner scanner;
  CHECK(scanner.scan(head + "body") == State::complete);
  CHECK(scanner.head_size() == head.size());
  std::size_t size = 0;
  CHECK(drip(head + "body", &size) == State::complete);
  CHECK(size == head.size());
}

TEST_CASE("head scanner: knows where the first lines end, whole or byte by byte [issue 13]") {
  std::string head = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 60; ++i) head += "X-" + std::to_string(i) + ": y\r\n";
  head += "\r\n";
  HeadScanner whole;
  HeadScanner dripped;
  CHECK(whole.scan(head) == State::complete);
  for (std::size_t end = 1; end <= head.size(); ++end) dripped.scan(std::string_view(head).substr(0, end));
  std::size_t begin = 0;
  std::size_t known = 0;
  for (std::size_t line = 0; begin < head.size(); ++line) {
    const auto end = head.find('\r', begin);
    CHECK(whole.line_end(line) == dripped.line_end(line));
    if (whole.line_end(line)) {
      ++known;
      CHECK(*whole.line_end(line) == end);
    }
    begin = end + 2;
  }
  CHECK(known > 40);
  CHECK_FALSE(whole.line_end(61).has_value());
}

TEST_CASE("head scanner: faults are seen without waiting for the end of the head") {
  const struct {
    const char* why;
    std::string input;
  } rows[] = {
      {"bare CR", "GET / HTTP/1.1\rHost: a\r\r"},
      {"bare LF", "GET / HTTP/1.1\nHost: a"},
      {"NUL", std::string("GET / HTTP/1.1\r\nX: a\0b", 22)},
      {"control character", "GET / HTTP/1.1\r\nX: a\x01"},
      {"DEL", "GET / HTTP/1.1\r\nX: a\x7f"},
      {"folded line", "GET / HTTP/1.1\r\nX: a\r\n b"},
      {"line folded with a tab", "GET / HTTP/1.1\r\nX: a\r\n\tb"},
      {"white space before the first field", "GET / HTTP/1.1\r\n \r\nHost: a"},
      {"a TLS handshake", "\x16\x03\x01\x02"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.why);
    CHECK(HeadScanner().scan(row.input) == State::malformed);
    CHECK(drip(row.input) == State::malformed);
  }
}

TEST_CASE("head scanner: what is merely unfinished is no fault") {
  for (const std::string input :
       {"", "G", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: \xC3\xA9\t\r\n\r"}) {
    CAPTURE(input);
    CHECK(HeadScanner().scan(input) == State::incomplete);
  }
}

}  // namespace router::head_scanner_test
