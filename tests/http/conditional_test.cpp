#include "http/conditional.h"

#include <doctest/doctest.h>

#include <string>

#include "http/http_date.h"

namespace router::conditional_test {

using namespace router::http;
using std::string;

namespace {

constexpr auto kModified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr auto kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr auto kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";

Validators validators(string etag) {
  // half a second later: fields carry whole seconds only
  return {std::move(etag), *parse_http_date(kModified) + std::chrono::milliseconds(500)};
}

Headers fields(std::initializer_list<Field> list) {
  Headers headers;
  for (const auto& [name, value] : list) headers.add(name, value);
  return headers;
}

}  // namespace

TEST_CASE("preconditions: are evaluated in the order of RFC 9110 section 13.2.2") {
  using enum Precondition;
  struct Row {
    const char* method;
    const char* etag;
    std::initializer_list<Field> request;
    Precondition expected;
  };
  const Row rows[] = {
      {"GET", "\"a\"", {}, proceed},
      {"PUT", "\"a\"", {{"If-Match", "\"a\""}}, proceed},
      {"PUT", "\"a\"", {{"If-Match", "\"b\" , \"a\""}}, proceed},
      {"PUT", "\"a\"", {{"If-Match", "\"b\""}, {"If-Match", "\"a\""}}, proceed},
      {"PUT", "\"a\"", {{"If-Match", "\"b\""}}, failed},
      {"PUT", "W/\"a\"", {{"If-Match", "W/\"a\""}}, failed},
      {"PUT", "W/\"a\"", {{"If-Match", "*"}}, proceed},
      {"PUT", "\"a\"", {{"If-Match", "a"}}, failed},
      {"PUT", "\"a\"", {{"If-Unmodified-Since", kModified}}, proceed},
      {"PUT", "\"a\"", {{"If-Unmodified-Since", kBefore}}, failed},
      {"PUT", "\"a\"", {{"If-Unmodified-Since", "garbage"}}, proceed},
      {"PUT", "\"a\"", {{"If-Match", "\"a\""}, {"If-Unmodified-Since", kBefore}}, proceed},
      {"GET", "\"a\"", {{"If-None-Match", "\"a\""}}, not_modified},
      {"HEAD", "W/\"a\"", {{"If-None-Match", "\"x,y\", \"a\""}}, not_modified},
      {"GET", "\"a\"", {{"If-None-Match", "W/\"a\""}}, not_modified},
      {"GET", "\"a\"", {{"If-None-Match", "*"}}, not_modified},
      {"PUT", "\"a\"", {{"If-None-Match", "*"}}, failed},
      {"GET", "\"a\"", {{"If-None-Match", "\"b\""}}, proceed},
      {"GET", "\"a\"", {{"If-None-Match", "\"b\""}, {"If-Modified-Since", kAfter}}, proceed},
      {"GET", "\"a\"", {{"If-Modified-Since", kModified}}, not_modified},
      {"GET", "\"a\"", {{"If-Modified-Since", kAfter}}, not_modified},
      {"GET", "\"a\"", {{"If-Modified-Since", kBefore}}, proceed},
      {"POST", "\"a\"", {{"If-Modified-Since", kAfter}}, proceed},
      {"GET", "\"a\"", {{"If-Modified-Since", "garbage"}}, proceed},
      {"GET", "\"a\"", {{"If-Match", "\"b\""}, {"If-None-Match", "\"a\""}}, failed},
      {"GET", "\"a\"", {{"If-None-Match", "\"unclosed"}}, proceed},
      {"GET", "\"a\"", {{"If-None-Match", ""}}, proceed},
  };
  for (const auto& row : rows) {
    for (const auto& [name, value] : row.request) CAPTURE(string(name) + ": " + string(value));
    CAPTURE(row.method);
    CHECK(evaluate_preconditions(row.method, fields(row.request), validators(row.etag)) == row.expected);
  }
}

TEST_CASE("range: byte ranges of a representation of 100 bytes") {
  using Kind = RangeDecision::Kind;
  struct Row {
    const char* range;
    Kind kind;
    const char* parts;
  };
  const Row rows[] = {
      {"bytes=0-9", Kind::ranges, "0-9 "},
      {"BYTES=0-0", Kind::ranges, "0-0 "},
      {"bytes=90-", Kind::ranges, "90-99 "},
      {"bytes=90-1000", Kind::ranges, "90-99 "},
      {"bytes=-10", Kind::ranges, "90-99 "},
      {"bytes=-1000", Kind::ranges, "0-99 "},
      {"bytes= 50-59 ,, 0-9", Kind::ranges, "50-59 0-9 "},
      {"bytes=0-9,200-", Kind::ranges, "0-9 "},
      {"bytes=100-", Kind::unsatisfiable, ""},
      {"bytes=-0", Kind::unsatisfiable, ""},
      {"bytes=200-300,-0", Kind::unsatisfiable, ""},
      {"bytes=0-9,5-20", Kind::whole, ""},
      {"bytes=0-9,9-", Kind::whole, ""},
      {"bytes=9-0", Kind::whole, ""},
      {"bytes=", Kind::whole, ""},
      {"bytes=,", Kind::whole, ""},
      {"bytes=-", Kind::whole, ""},
      {"bytes=a-b", Kind::whole, ""},
      {"bytes=1", Kind::whole, ""},
      {"bytes=+1-2", Kind::whole, ""},
      {"bytes=--5", Kind::whole, ""},
      {"bytes=0-99999999999999999999", Kind::whole, ""},
      {"lines=0-9", Kind::whole, ""},
      {"0-9", Kind::whole, ""},
  };
  for (const auto& [range, kind, parts] : rows) {
    CAPTURE(range);
    const auto decision = evaluate_range(fields({{"Range", range}}), validators("\"a\""), 100);
    CHECK(decision.kind == kind);
    string got;
    for (const auto& part : decision.ranges) got += std::to_string(part.first) + "-" + std::to_string(part.last) + " ";
    CHECK(got == parts);
  }
}

TEST_CASE("range: more than sixteen parts, two Range fields and an empty file are answered whole") {
  string many = "bytes=0-0";
  for (int i = 1; i < 16; ++i) many += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
  CHECK(evaluate_range(fields({{"Range", many}}), validators(""), 100).ranges.size() == 16);
  many += ",90-90";
  CHECK(evaluate_range(fields({{"Range", many}}), validators(""), 100).kind == RangeDecision::Kind::whole);
  CHECK(evaluate_range(fields({{"Range", "bytes=0-1"}, {"range", "bytes=5-6"}}), validators(""), 100).kind ==
        RangeDecision::Kind::whole);
  CHECK(evaluate_range(fields({{"Range", "bytes=0-"}}), validators(""), 0).kind == RangeDecision::Kind::whole);
  CHECK(evaluate_range(fields({}), validators(""), 100).kind == RangeDecision::Kind::whole);
  CHECK(ByteRange{10, 19}.length() == 10);
}

TEST_CASE("range: If-Range lets a range through only for the very same representation") {
  struct Row {
    const char* etag;
    const char* if_range;
    bool holds;
  };
  const Row rows[] = {
      {"\"a\"", "\"a\"", true},    {"\"a\"", "\"b\"", false},   {"W/\"a\"", "W/\"a\"", false},
      {"W/\"a\"", "\"a\"", false}, {"\"a\"", "W/\"a\"", false}, {"\"a\"", kModified, true},
      {"\"a\"", kAfter, false},    {"\"a\"", kBefore, false},   {"\"a\"", "garbage", false},
  };
  for (const auto& [etag, if_range, holds] : rows) {
    CAPTURE(etag);
    CAPTURE(if_range);
    const auto decision =
        evaluate_range(fields({{"Range", "bytes=0-9"}, {"If-Range", if_range}}), validators(etag), 100);
    CHECK((decision.kind == RangeDecision::Kind::ranges) == holds);
  }
}

}  // namespace router::conditional_test
