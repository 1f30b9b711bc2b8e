#include "net/parser.h"

#include <doctest/doctest.h>

#include <string>

#include "http/field_list.h"

namespace router::parser_test {

using base::ErrorCode;
using net::ParseLimits;

namespace {

struct ParsedRequest {
  explicit ParsedRequest(std::string text, ParseLimits with = {})
      : input(std::move(text)), limits(with), parser(request, trailers, limits) {
    const auto head_end = input.find("\r\n\r\n") + 4;
    head = parser.put_head(std::string_view(input).substr(0, head_end));
    rest = std::string_view(input).substr(head_end);
  }
  bool accepted() const { return head && *head; }
  // The whole body, or nothing if it is refused or incomplete.
  std::optional<std::string> body() {
    std::string collected;
    while (!parser.finished()) {
      auto piece = parser.put_body(rest);
      if (!piece) return std::nullopt;
      collected.append(piece->data);
      rest.remove_prefix(piece->consumed);
      if (piece->consumed == 0 && !piece->finished) return std::nullopt;
    }
    return collected;
  }

  std::string input;
  ParseLimits limits;
  http::Request request;
  http::Headers trailers;
  net::RequestParser parser;
  base::Result<bool> head = false;
  std::string_view rest;
};

std::string get(std::string fields) { return "GET /a HTTP/1.1\r\nHost: app.example\r\n" + fields + "\r\n"; }
std::string chunked(std::string body) {
  return "POST /a HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("request parser: reads method, target, version and fields as they were sent") {
  ParsedRequest parsed("PROPFIND /a?b=%20 HTTP/1.1\r\nHost:\tapp.example\t\r\nX-Empty:\r\nx-a: 1, 2\r\n\r\n");
  REQUIRE(parsed.accepted());
  CHECK(parsed.request.method == "PROPFIND");
  CHECK(parsed.parser.raw_target() == "/a?b=%20");
  CHECK(parsed.request.minor_version == 1);
  CHECK(*parsed.request.headers.get("host") == "app.example");
  CHECK(*parsed.request.headers.get("X-EMPTY") == "");
  CHECK(*parsed.request.headers.get("X-A") == "1, 2");
  CHECK(parsed.request.keep_alive);
  CHECK(parsed.parser.finished());
}

TEST_CASE("request parser: framing that could be read in two ways is refused") {
  const struct {
    const char* why;
    std::string request;
  } rows[] = {
      {"length and chunked", get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")},
      {"chunked and length", get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")},
      {"two lengths", get("Content-Length: 5\r\nContent-Length: 6\r\n")},
      {"the same length twice", get("Content-Length: 5\r\nContent-Length: 5\r\n")},
      {"a list of lengths", get("Content-Length: 5, 5\r\n")},
      {"a signed length", get("Content-Length: +5\r\n")},
      {"a length with a suffix", get("Content-Length: 5abc\r\n")},
      {"an empty length", get("Content-Length:\r\n")},
      {"a length beyond 64 bits", get("Content-Length: 18446744073709551616\r\n")},
      {"a length larger than any body", get("Content-Length: 18446744073709551615\r\n")},
      {"another coding", get("Transfer-Encoding: xchunked\r\n")},
      {"two codings", get("Transfer-Encoding: gzip, chunked\r\n")},
      {"chunked twice", get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")},
      {"chunked in quotes", get("Transfer-Encoding: \"chunked\"\r\n")},
      {"an empty coding", get("Transfer-Encoding:\r\n")},
      {"a coding on HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n"},
      {"two Hosts", get("Host: app.example\r\n")},
      {"a Host that is a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {"a folded line", get("X: a\r\n b\r\n")},
      {"a space before the colon", get("X : a\r\n")},
      {"an empty name", get(": a\r\n")},
      {"a separator in a name", get("X(a): b\r\n")},
      {"a version that is none", "GET / HTTP/1\r\nHost: a\r\n\r\n"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
      {"no target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a method without end", std::string(10'000, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"a method that is no token", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.why);
    ParsedRequest parsed(row.request);
    REQUIRE_FALSE(parsed.head.has_value());
    CHECK(parsed.head.error().code == ErrorCode::bad_request);
    CHECK(parsed.head.error().side == base::Side::client);
  }
}

TEST_CASE("request parser: limits have their own errors") {
  const ParseLimits small{.header_bytes = 200, .header_count = 3, .url_bytes = 50, .body_bytes = 10};
  CHECK(ParsedRequest("GET /" + std::string(60, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", small).head.error().code ==
        ErrorCode::uri_too_long);
  CHECK(ParsedRequest(get("X: " + std::string(220, 'a') + "\r\n"), small).head.error().code ==
        ErrorCode::head_too_large);
  CHECK(ParsedRequest(get("a: 1\r\nb: 1\r\nc: 1\r\n"), small).head.error().code == ErrorCode::head_too_large);
  CHECK(ParsedRequest(get("Content-Length: 11\r\n"), small).head.error().code == ErrorCode::body_too_large);
}

TEST_CASE("request parser: a chunked body comes out as it was put in") {
  ParsedRequest parsed(chunked("5\r\nhello\r\n6;a=b\r\n world\r\n000\r\nX-T: v\r\n\r\n"));
  REQUIRE(parsed.accepted());
  CHECK(parsed.body() == "hello world");
  CHECK(*parsed.trailers.get("x-t") == "v");
  CHECK(parsed.rest.empty());
}

TEST_CASE("request parser: a broken chunked body is refused, never completed") {
  const struct {
    const char* why;
    std::string body;
  } rows[] = {
      {"0x prefix", "0x5\r\nhello\r\n0\r\n\r\n"},
      {"negative size", "-5\r\nhello\r\n0\r\n\r\n"},
      {"no size", "g\r\nhello\r\n0\r\n\r\n"},
      {"size beyond 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n"},
      {"size of 2^64 - 1", "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"},
      {"data not ended by CRLF", "5\r\nhello\n0\r\n\r\n"},
      {"size line ended by LF", "5\nhello\r\n0\r\n\r\n"},
      {"NUL in an extension", std::string("5;a=\0\r\nhello\r\n0\r\n\r\n", 20)},
      {"a long extension", "5;a=" + std::string(2000, 'x') + "\r\nhello\r\n0\r\n\r\n"},
      {"a trailer with a space before the colon", "5\r\nhello\r\n0\r\nX-T : a\r\n\r\n"},
      {"a folded trailer", "5\r\nhello\r\n0\r\nX-T: a\r\n b\r\n\r\n"},
      {"a trailer that names framing", "5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n"},
      {"a trailer that names identity with underscores", "5\r\nhello\r\n0\r\nx_forwarded_for: 9.9.9.9\r\n\r\n"},
      {"a trailer larger than a head may be", "5\r\nhello\r\n0\r\nX-T: " + std::string(20'000, 'x') + "\r\n\r\n"},
      {"a trailer that names identity", "5\r\nhello\r\n0\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n"},
      {"last chunk ended by LF", "5\r\nhello\r\n0\n\r\n"},
      {"no last chunk", "5\r\nhello\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.why);
    ParsedRequest parsed(chunked(row.body));
    REQUIRE(parsed.accepted());
    CHECK_FALSE(parsed.body().has_value());
  }
}

TEST_CASE("request parser: an empty chunked body may come byte by byte") {
  ParsedRequest parsed(chunked("0\r\n\r\n"));
  REQUIRE(parsed.accepted());
  for (std::size_t size = 1; size <= parsed.rest.size(); ++size) {
    const auto piece = parsed.parser.put_body(parsed.rest.substr(0, size));
    REQUIRE(piece.has_value());
    CHECK(piece->finished == (size == parsed.rest.size()));
  }
}

TEST_CASE("request parser: body bytes that look like a last chunk are passed on at once") {
  ParsedRequest parsed(chunked("1\r\n0\r\n"));
  REQUIRE(parsed.accepted());
  const auto piece = parsed.parser.put_body(parsed.rest.substr(0, 4));
  REQUIRE(piece.has_value());
  CHECK(piece->data == "0");
}

TEST_CASE("request parser: a bare LF is refused at once, not waited upon") {
  ParsedRequest parsed(chunked("5\r\nhello\r\n0\n\r\n"));
  REQUIRE(parsed.accepted());
  auto data = parsed.parser.put_body(parsed.rest);
  REQUIRE(data.has_value());
  CHECK(data->data == "hello");
  CHECK_FALSE(parsed.parser.put_body(parsed.rest.substr(data->consumed)).has_value());
}

TEST_CASE("request parser: only a whole upgrade to websocket is one") {
  CHECK(ParsedRequest(get("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n")).request.is_upgrade);
  CHECK_FALSE(ParsedRequest(get("Upgrade: websocket\r\n")).request.is_upgrade);
  CHECK_FALSE(ParsedRequest(get("Connection: Upgrade\r\nUpgrade: h2c\r\n")).request.is_upgrade);
}

TEST_CASE("parsers: Connection may name 32 fields, in one line or in many, and no more [N21]") {
  const auto connection = [](std::size_t names, bool in_one_line) {
    std::string fields = in_one_line ? "Connection: " : "";
    for (std::size_t i = 0; i < names; ++i) {
      const auto name = "x-" + std::to_string(i);
      fields += in_one_line ? name + ", ," : "Connection: " + name + "\r\n";
    }
    return in_one_line ? fields + "\r\n" : fields;
  };
  for (const bool in_one_line : {true, false}) {
    for (const std::size_t names : {std::size_t{0}, http::kMostConnectionOptions, http::kMostConnectionOptions + 1}) {
      CAPTURE(in_one_line);
      CAPTURE(names);
      const bool accepted = names <= http::kMostConnectionOptions;
      const ParsedRequest request(get(connection(names, in_one_line)));
      CHECK(request.accepted() == accepted);
      if (!accepted) CHECK(request.head.error().code == ErrorCode::bad_request);
      ParseLimits limits;
      net::ResponseHead head;
      http::Headers trailers;
      net::ResponseParser parser(head, trailers, limits, false);
      const auto done = parser.put_head("HTTP/1.1 204 No Content\r\n" + connection(names, in_one_line) + "\r\n");
      CHECK(done.has_value() == accepted);
      if (!accepted) CHECK(done.error().code == ErrorCode::protocol);
    }
  }
}

}  // namespace router::parser_test
