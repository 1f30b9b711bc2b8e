#include "backend/static_answer.h"

#include <doctest/doctest.h>

#include <string>

#include "backend/static_site.h"

namespace router::static_answer_test {

using router::http::Field;
using router::test::StaticSite;
using std::string;

namespace {

constexpr long long kModified = 784111777;
constexpr auto kModifiedText = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr auto kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr auto kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";

struct Digits : StaticSite {
  Digits() {
    write("digits.txt", "0123456789");
    folder.set_modified("site/digits.txt", kModified);
  }
};

}  // namespace

TEST_CASE("static answer: conditional requests") {
  Digits site;
  const auto tag = site.get("/digits.txt").field("ETag");
  struct Row {
    Field field;
    int status;
  };
  const Row rows[] = {
      {{"If-None-Match", tag}, 304},
      {{"If-None-Match", std::string_view(tag).substr(2)}, 304},
      {{"If-None-Match", "*"}, 304},
      {{"If-None-Match", "\"other\""}, 200},
      {{"If-Modified-Since", kModifiedText}, 304},
      {{"If-Modified-Since", kAfter}, 304},
      {{"If-Modified-Since", kBefore}, 200},
      {{"If-Modified-Since", "garbage"}, 200},
      {{"If-Unmodified-Since", kModifiedText}, 200},
      {{"If-Unmodified-Since", kBefore}, 412},
      {{"If-Match", "*"}, 200},
      {{"If-Match", "\"other\""}, 412},
      {{"If-Match", tag}, 412},  // a weak tag never matches strongly
  };
  for (const auto& row : rows) {
    CAPTURE(string(row.field.name));
    CAPTURE(string(row.field.value));
    const auto answer = site.get("/digits.txt", {row.field});
    CHECK(answer.status() == row.status);
    CHECK(answer.body() == (row.status == 200 ? "0123456789" : ""));
  }
}

TEST_CASE("static answer: a 304 carries the validators, and nothing of the content") {
  Digits site;
  const auto tag = site.get("/digits.txt").field("ETag");
  const auto answer = site.get("/digits.txt", {{"If-None-Match", tag}});
  CHECK(answer.field("ETag") == tag);
  CHECK(answer.field("Last-Modified") == kModifiedText);
  CHECK(answer.field("Vary") == "Accept-Encoding");
  for (const auto* name : {"Content-Length", "Content-Type", "Transfer-Encoding", "Accept-Ranges"}) {
    CHECK(answer.field(name) == "-");
  }
}

TEST_CASE("static answer: one range") {
  Digits site;
  struct Row {
    const char* range;
    int status;
    const char* content_range;
    const char* body;
  };
  const Row rows[] = {
      {"bytes=0-0", 206, "bytes 0-0/10", "0"},
      {"bytes=2-4", 206, "bytes 2-4/10", "234"},
      {"bytes=7-", 206, "bytes 7-9/10", "789"},
      {"bytes=7-99", 206, "bytes 7-9/10", "789"},
      {"bytes=-3", 206, "bytes 7-9/10", "789"},
      {"bytes=-30", 206, "bytes 0-9/10", "0123456789"},
      {"bytes=2-3,50-60", 206, "bytes 2-3/10", "23"},
      {"bytes=10-", 416, "bytes */10", ""},
      {"bytes=-0", 416, "bytes */10", ""},
      {"bytes=4-2", 200, "-", "0123456789"},
      {"lines=1-2", 200, "-", "0123456789"},
      {"bytes=0-4,2-6", 200, "-", "0123456789"},
      {"nonsense", 200, "-", "0123456789"},
  };
  for (const auto& row : rows) {
    CAPTURE(string(row.range));
    const auto answer = site.get("/digits.txt", {{"Range", row.range}});
    CHECK(answer.status() == row.status);
    CHECK(answer.field("Content-Range") == row.content_range);
    CHECK(answer.body() == row.body);
    CHECK(answer.field("Content-Length") == std::to_string(string(row.body).size()));
  }
}

TEST_CASE("static answer: several ranges are multipart/byteranges with their length") {
  Digits site;
  const auto answer = site.get("/digits.txt", {{"Range", "bytes=8-, 0-1"}});
  CHECK(answer.status() == 206);
  const auto type = answer.field("Content-Type");
  const string prefix = "multipart/byteranges; boundary=";
  REQUIRE(type.starts_with(prefix));
  const auto boundary = type.substr(prefix.size());
  const string expected = "\r\n--" + boundary +
                          "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 8-9/10\r\n\r\n89"
                          "\r\n--" +
                          boundary +
                          "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
                          "\r\n--" +
                          boundary + "--\r\n";
  CHECK(answer.body() == expected);
  CHECK(answer.field("Content-Length") == std::to_string(expected.size()));
  CHECK(answer.field("Content-Range") == "-");
  CHECK(answer.bytes_sent == expected.size());
  CHECK(boundary.size() >= 20);
  CHECK(boundary.size() <= 70);
}

TEST_CASE("static answer: If-Range with our weak tag gives the whole file, with its date the range") {
  Digits site;
  const auto tag = site.get("/digits.txt").field("ETag");
  struct Row {
    string condition;
    int status;
  };
  const Row rows[] = {
      {tag, 200}, {tag.substr(2), 200}, {kModifiedText, 206}, {kAfter, 200}, {kBefore, 200},
  };
  for (const auto& row : rows) {
    CAPTURE(row.condition);
    const auto answer = site.get("/digits.txt", {{"Range", "bytes=0-1"}, {"If-Range", row.condition}});
    CHECK(answer.status() == row.status);
  }
}

TEST_CASE("static answer: preconditions come before ranges") {
  Digits site;
  CHECK(site.get("/digits.txt", {{"Range", "bytes=0-1"}, {"If-None-Match", "*"}}).status() == 304);
  CHECK(site.get("/digits.txt", {{"Range", "bytes=50-"}, {"If-Match", "\"x\""}}).status() == 412);
}

}  // namespace router::static_answer_test
