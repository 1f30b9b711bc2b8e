// Answers of back-ends, read: framing that is not trusted, trailers, versions.
#include <doctest/doctest.h>

#include <string>

#include "net/parser.h"

namespace router::response_parser_test {

using net::ParseLimits;

namespace {

// An answer that comes in steps of so many bytes.
struct ChunkedAnswer {
  ChunkedAnswer(const std::string& bytes, std::size_t step) {
    const ParseLimits limits;
    net::ResponseParser parser(head, trailers, limits, false);
    const auto done = parser.put_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE((done && *done));
    std::size_t begin = 0;
    for (std::size_t end = 0; !parser.finished() && end < bytes.size();) {
      end = std::min(bytes.size(), end + step);
      for (bool more = true; more;) {
        const auto piece = parser.put_body(std::string_view(bytes).substr(begin, end - begin));
        REQUIRE(piece.has_value());
        body.append(piece->data);
        begin += piece->consumed;
        more = !piece->finished && piece->consumed != 0;
      }
    }
    finished = parser.finished();
    rest = bytes.substr(begin);
  }

  net::ResponseHead head;
  http::Headers trailers;
  std::string body;
  std::string rest;  // behind the end
  bool finished = false;
};

}  // namespace

TEST_CASE("response parser: trailers that would change routing or identity are dropped, the body is whole") {
  const ChunkedAnswer answer("2\r\nok\r\n0\r\nSet-Cookie: a=b\r\nX-T: v\r\n\r\n", 1000);
  CHECK(answer.body == "ok");
  CHECK(answer.trailers.size() == 1);
  CHECK(*answer.trailers.get("X-T") == "v");
}

TEST_CASE("response parser: a trailer that names framing changes nothing, in one piece or byte by byte [N15]") {
  for (const char* trailer :
       {"Content-Length: 3", "Content-Length: x", "Transfer-Encoding: chunked", "Connection: close", "Upgrade: x"}) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
      CAPTURE(trailer);
      CAPTURE(step);
      const ChunkedAnswer answer(
          "5;a=b\r\nhello\r\n3\r\n yo\r\n00;c\r\n" + std::string(trailer) + "\r\nX-T: v\r\n\r\nHTTP/1.1 200", step);
      CHECK(answer.finished);
      CHECK(answer.body == "hello yo");
      CHECK(answer.rest == "HTTP/1.1 200");
      CHECK(answer.trailers.size() == 1);
      CHECK(answer.head.keep_alive);
    }
  }
}

TEST_CASE("response parser: a status line may end behind the status [N15]") {
  struct Row {
    const char* line;
    int status;
    int minor_version;
    const char* reason;
  };
  for (const Row& row : {Row{"HTTP/1.1 200", 200, 1, ""}, Row{"HTTP/1.0 404", 404, 0, ""},
                         Row{"HTTP/1.1 200 ", 200, 1, ""}, Row{"HTTP/1.1 200 Fine", 200, 1, "Fine"}}) {
    CAPTURE(row.line);
    const std::string text = std::string(row.line) + "\r\nContent-Length: 2\r\nX-A: b\r\n\r\n";
    ParseLimits limits;
    net::ResponseHead head;
    http::Headers trailers;
    net::ResponseParser parser(head, trailers, limits, false);
    auto done = parser.put_head(text);
    REQUIRE((done && *done));
    CHECK(parser.head_size() == text.size());
    CHECK(head.status == row.status);
    CHECK(head.minor_version == row.minor_version);
    CHECK(head.reason == row.reason);
    CHECK(head.content_length == 2);
    CHECK(*head.headers.get("X-A") == "b");
  }
  for (const char* bad :
       {"HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1  200", "HTTP/1.1200", "HTTP/2.1 200", "XTTP/1.1 200"}) {
    CAPTURE(bad);
    const std::string text = std::string(bad) + "\r\nContent-Length: 2\r\n\r\n";
    ParseLimits limits;
    net::ResponseHead head;
    http::Headers trailers;
    net::ResponseParser parser(head, trailers, limits, false);
    auto done = parser.put_head(text);
    CHECK_FALSE((done && *done));
  }
}

TEST_CASE("response parser: a back-end's framing is not trusted") {
  auto parse = [](std::string text, bool to_head = false) {
    static ParseLimits limits;
    net::ResponseHead head;
    http::Headers trailers;
    net::ResponseParser parser(head, trailers, limits, to_head);
    auto done = parser.put_head(text);
    struct Outcome {
      bool accepted;
      http::BodyKind body;
      bool keep_alive;
    };
    return Outcome{done.has_value() && *done, head.body, head.keep_alive};
  };
  using http::BodyKind;
  CHECK(parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n").body == BodyKind::length);
  CHECK(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").body == BodyKind::chunked);
  CHECK(parse("HTTP/1.1 200 OK\r\n\r\n").body == BodyKind::until_close);
  CHECK_FALSE(parse("HTTP/1.1 200 OK\r\n\r\n").keep_alive);
  CHECK(parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", true).body == BodyKind::none);
  CHECK(parse("HTTP/1.1 204 No Content\r\n\r\n").body == BodyKind::none);
  CHECK(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n").body == BodyKind::none);
  CHECK_FALSE(parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n").keep_alive);
  CHECK_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n").keep_alive);
  for (const char* bad :
       {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : a\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "ICE/1.0 200 OK\r\n\r\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse(bad).accepted);
  }
}

TEST_CASE(
    "response parser: framing that is not its version's or its status's is read, and nothing follows it "
    "[N21]") {
  struct Row {
    const char* head;
    http::BodyKind body;
    bool keep_alive;
  };
  using http::BodyKind;
  const Row rows[] = {
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BodyKind::chunked, true},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n", BodyKind::chunked, false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n", BodyKind::length, true},
      {"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", BodyKind::none, true},
      {"HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\n", BodyKind::none, false},
      {"HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n", BodyKind::none, false},
      {"HTTP/1.1 204 No Content\r\n\r\n", BodyKind::none, true},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", BodyKind::none, false},
      {"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", BodyKind::none, false},
      {"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", BodyKind::none, false},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", BodyKind::none, true},
      {"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", BodyKind::none, false},
      {"HTTP/1.0 304 Not Modified\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n", BodyKind::none,
       false}};
  for (const Row& row : rows) {
    CAPTURE(row.head);
    ParseLimits limits;
    net::ResponseHead head;
    http::Headers trailers;
    net::ResponseParser parser(head, trailers, limits, false);
    const auto done = parser.put_head(row.head);
    REQUIRE((done && *done));
    CHECK(head.body == row.body);
    CHECK(head.keep_alive == row.keep_alive);
  }
}

}  // namespace router::response_parser_test
