#include "net/response_framing.h"

#include <doctest/doctest.h>

#include "support/field_lines.h"

namespace router::net::test::response_framing_test {
namespace {

TEST_CASE("response framing: the head says how the body ends and whether the connection stays") {
  struct Row {
    http::BodyKind body;
    int minor_version;
    bool close;
    const char* head;
    bool closes;
  };
  const Row rows[] = {
      {http::BodyKind::none, 1, false, "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n", false},
      {http::BodyKind::length, 1, false, "HTTP/1.1 204 No Content\r\nA: b\r\nContent-Length: 10\r\n\r\n", false},
      {http::BodyKind::length, 1, true,
       "HTTP/1.1 204 No Content\r\nA: b\r\nContent-Length: 10\r\nConnection: close\r\n\r\n", true},
      {http::BodyKind::length, 0, false,
       "HTTP/1.1 204 No Content\r\nA: b\r\nContent-Length: 10\r\nConnection: keep-alive\r\n\r\n", false},
      {http::BodyKind::chunked, 1, false, "HTTP/1.1 204 No Content\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n",
       false},
      {http::BodyKind::chunked, 0, false, "HTTP/1.1 204 No Content\r\nA: b\r\nConnection: close\r\n\r\n", true}};
  for (const Row& row : rows) {
    ResponseFraming framing;
    std::string out;
    framing.begin(
        {.status = 204, .fields = router::test::fields_of("A: b\r\n"), .body = row.body, .content_length = 10},
        row.minor_version, row.close, out);
    CHECK(out == row.head);
    CHECK(framing.closes() == row.closes);
  }
}

TEST_CASE("response framing: a chunked body has sizes, an end and trailers") {
  ResponseFraming framing;
  std::string head;
  framing.begin({.body = http::BodyKind::chunked}, 1, false, head);
  std::string out;
  auto tail = framing.before(0x1f, out);
  REQUIRE(tail);
  CHECK(out == "1f\r\n");
  CHECK(*tail == "\r\n");
  out.clear();
  REQUIRE(framing.end(router::test::fields_of("T: 1\r\n"), out));
  CHECK(out == "0\r\nT: 1\r\n\r\n");
}

TEST_CASE("response framing: a head that switches protocols says so, whatever becomes of the connection [H2]") {
  for (const bool close : {true, false}) {
    ResponseFraming framing;
    std::string out;
    framing.begin({.status = 101, .fields = router::test::fields_of("A: b\r\n")}, 1, close, out);
    CHECK(out == "HTTP/1.1 101 Switching Protocols\r\nA: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  }
  std::string interim;
  append_interim_head(103, router::test::fields_of("Link: </a>\r\n"), interim);
  CHECK(interim == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
}

TEST_CASE("response framing: a body longer or shorter than announced is a fault") {
  ResponseFraming framing;
  std::string out;
  framing.begin({.body = http::BodyKind::length, .content_length = 10}, 1, false, out);
  CHECK(framing.before(4, out));
  CHECK_FALSE(framing.end(http::kNoFields, out));
  CHECK_FALSE(framing.before(7, out));
  framing.passed(6);
  CHECK(framing.end(http::kNoFields, out));
}

}  // namespace
}  // namespace router::net::test::response_framing_test
