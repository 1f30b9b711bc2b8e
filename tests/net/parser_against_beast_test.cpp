// Beast is shown a part of a head, and of a plain one nothing: what it makes of all of it is the same.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "net/beast_reading.h"
#include "net/parser.h"

namespace router::parser_against_beast_test {

namespace {

// What a message says, as text; the body in pieces of `step` bytes.
std::string read_request(const std::string& head, std::string_view body, std::size_t step) {
  const net::ParseLimits limits{.body_bytes = 6};
  http::Request request;
  http::Headers trailers;
  net::RequestParser parser(request, trailers, limits);
  const auto taken = parser.put_head(head);
  if (!taken) return std::to_string(static_cast<int>(taken.error().code));
  std::string told = std::string(request.method) + " " + std::string(parser.raw_target());
  told += request.keep_alive ? " keeps" : " closes";
  while (!parser.finished() && !body.empty()) {
    const auto piece = parser.put_body(body.substr(0, step));
    if (!piece) return told + ": " + piece.error().detail;
    told.append("|").append(piece->data);
    body.remove_prefix(piece->consumed);
    if (piece->consumed == 0) break;
  }
  return told + (parser.finished() ? " whole, left: " : " cut, left: ") + std::string(body);
}

template <std::size_t kCount>
std::string_view one_of(const std::string_view (&pieces)[kCount], std::mt19937& random) {
  return pieces[random() % kCount];
}

constexpr std::string_view kNames[] = {"Host",
                                       "Connection",
                                       "Content-Length",
                                       "content-length",
                                       "Transfer-Encoding",
                                       "Upgrade",
                                       "uPGRADE",
                                       "Proxy-Connection",
                                       "Cookie",
                                       "X-A",
                                       "Expect",
                                       "Keep-Alive",
                                       "User-Agent",
                                       "x",
                                       "Trailer"};
constexpr std::string_view kOddNames[] = {"", "X A", "X(", "\x80", "Upgrade ", " X", "\tX", "Transfer_Encoding", "X:"};
constexpr std::string_view kValues[] = {"a",     "",      "close",     "keep-alive",   "Close, x", "upgrade",
                                        "5",     "0",     "05",        "chunked",      "x\ty",     "  padded\t ",
                                        "a:b:c", "\"q\"", "websocket", "100-continue", "x, close", "\xC3\xA4"};
constexpr std::string_view kOddValues[] = {
    "5, 5", "-1",    "gzip, chunked", "chunked, gzip", ",",    "18446744073709551616",
    ":",    "a\x01", "a\x7F",         "a\rb",          "a\nb", ";"};
constexpr std::string_view kBlanks[] = {"", " ", "\t", "  ", " \t "};
constexpr std::string_view kOddEnds[] = {"\r\n", "\n", "\r", "\r\n ", "\r\n\t", "\r\r\n"};

std::string random_fields(std::mt19937& random) {
  // most lines are good, or no head would be
  const auto is_odd = [&] { return random() % 16 == 0; };
  std::string fields = is_odd() ? "" : "Host: a\r\n";
  for (auto count = random() % 6; count > 0; --count) {
    fields.append(is_odd() ? one_of(kOddNames, random) : one_of(kNames, random)).append(":");
    fields.append(one_of(kBlanks, random));
    fields.append(is_odd() ? one_of(kOddValues, random) : one_of(kValues, random));
    fields.append(one_of(kBlanks, random)).append(is_odd() ? one_of(kOddEnds, random) : "\r\n");
  }
  return fields + "\r\n";
}

}  // namespace

TEST_CASE("parsers: of 20,000 random requests Beast reads each as the parser does that shows it a part [issue 13]") {
  std::mt19937 random(13);
  constexpr std::string_view kLines[] = {
      "GET / HTTP/1.1\r\n", "POST /a?b=c HTTP/1.1\r\n", "OPTIONS * HTTP/1.0\r\n", "GET http://a/ HTTP/1.1\r\n",
      "G(T / HTTP/1.1\r\n", "GET  HTTP/1.1\r\n",        "GET / HTTP/1.2\r\n",     "GET /\x80 HTTP/1.1\r\n"};
  for (int i = 0; i < 20'000; ++i) {
    const std::string head =
        std::string(random() % 4 == 0 ? one_of(kLines, random) : kLines[0]) + random_fields(random);
    CAPTURE(head);
    REQUIRE(test::request_difference(head) == nullptr);
  }
}

TEST_CASE("parsers: of 20,000 random answers Beast reads each as the parser does that shows it a part [issue 13]") {
  std::mt19937 random(14);
  constexpr std::string_view kLines[] = {"HTTP/1.1 200 OK\r\n",  "HTTP/1.0 200 OK\r\n",  "HTTP/1.1 204 \r\n",
                                         "HTTP/1.1 304 a b\r\n", "HTTP/1.1 100 C\r\n",   "HTTP/1.1 20 OK\r\n",
                                         "HTTP/2.0 200 OK\r\n",  "HTTP/1.1 200 \x80\r\n"};
  for (int i = 0; i < 20'000; ++i) {
    const std::string head =
        std::string(random() % 2 == 0 ? one_of(kLines, random) : kLines[0]) + random_fields(random);
    CAPTURE(head);
    REQUIRE(test::response_difference(head) == nullptr);
  }
}

TEST_CASE(
    "parsers: 20,000 random requests and their bodies are the same whether Beast reads the framing or not [issue 13]") {
  std::mt19937 random(15);
  constexpr std::string_view kLines[] = {"GET / HTTP/1.1\r\n", "PUT /a HTTP/1.0\r\n", "X-Y \"/ HTTP/1.1\r\n"};
  for (int i = 0; i < 20'000; ++i) {
    const std::string plain = std::string(one_of(kLines, random)) + random_fields(random);
    std::string shown = plain;
    shown.insert(shown.size() - 2, "Proxy-Connection: x\r\n");  // no plain head has it
    CAPTURE(plain);
    const auto step = 1 + random() % 8;
    REQUIRE(read_request(plain, "0123456789", step) == read_request(shown, "0123456789", step));
  }
}

TEST_CASE("parsers: a head of more lines than the scanner notes is read to its end as Beast reads it [issue 13]") {
  for (const int fields : {45, 46, 47, 48, 49, 50, 99}) {
    CAPTURE(fields);
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 1; i < fields; ++i) head += "X-" + std::to_string(i) + ": y\r\n";
    head += "\r\n";
    CHECK(test::request_difference(head) == nullptr);
    head.insert(head.size() - 2, "Content-Length: 3\r\n");  // framing behind the lines that are noted
    CHECK(test::request_difference(head) == nullptr);
  }
}

TEST_CASE("parsers: an answer's body of a length ends where it says, whatever comes behind it [issue 13]") {
  for (const std::string_view more : {"", "Connection: close\r\n", "Upgrade: x\r\n"}) {
    for (const std::size_t step : {1, 2, 3, 8}) {
      const net::ParseLimits limits;
      net::ResponseHead head;
      http::Headers trailers;
      net::ResponseParser parser(head, trailers, limits, false);
      const auto text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n" + std::string(more) + "\r\n";
      REQUIRE(parser.put_head(text).value_or(false));
      std::string_view rest = "abcdef";
      std::string body;
      while (!parser.finished()) {
        const auto piece = parser.put_body(rest.substr(0, step));
        REQUIRE(piece);
        body.append(piece->data);
        rest.remove_prefix(piece->consumed);
      }
      CHECK(body == "abc");
      CHECK(rest == "def");
    }
  }
}

}  // namespace router::parser_against_beast_test
