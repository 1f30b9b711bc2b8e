#include "backend/compressed_body.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/decode.h"
#include "support/field_lines.h"

namespace router::compressed_body_test {

using backend::CompressedBody;
using backend::CompressionSlots;
using http::BodyKind;
using http::Coding;
using http::Flush;
using std::string;

namespace {

const config::Compression kRules;

http::Request request_taking(std::string_view codings) {
  http::Request request;
  request.method = "GET";
  request.headers.add("Accept-Encoding", codings);
  return request;
}

net::ResponseStart json(std::uint64_t length) {
  net::ResponseStart start;
  start.fields = test::fields_of("Content-Type: application/json\r\nETag: \"1\"\r\n");
  start.body = BodyKind::length;
  start.content_length = length;
  return start;
}

string put(CompressedBody& body, std::string_view piece, Flush flush) {
  const auto coded = body.put(piece, flush);
  REQUIRE(coded);
  return string(*coded);
}

}  // namespace

TEST_CASE("compressed body: the head is that of a chunked, coded body") {
  CompressionSlots slots;
  CompressedBody body(slots);
  auto start = json(5000);
  body.begin(kRules, request_taking("gzip"), start);
  CHECK(start.body == BodyKind::chunked);
  CHECK(start.content_length == 0);
  CHECK(
      test::lines_of(start.fields) ==
      "Content-Type: application/json\r\nETag: \"1--xs-gzip\"\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
}

TEST_CASE("compressed body: each flushed piece can be read at once, and together they are the body") {
  for (const auto coding : {Coding::br, Coding::gzip}) {
    CompressionSlots slots;
    CompressedBody body(slots);
    auto start = json(5000);
    body.begin(kRules, request_taking(to_string(coding)), start);
    string sent = put(body, "[1,", Flush::sync);
    CHECK(test::decode(coding, sent)->text == "[1,");
    sent.append(put(body, "2,", Flush::none)).append(put(body, "3]", Flush::finish));
    CHECK(test::decode(coding, sent)->text == "[1,2,3]");
    CHECK(test::decode(coding, sent)->complete);
  }
}

TEST_CASE("compressed body: the last piece may be empty") {
  CompressionSlots slots;
  CompressedBody body(slots);
  auto start = json(0);
  start.body = BodyKind::until_close;
  body.begin(kRules, request_taking("br"), start);
  string sent = put(body, "[]", Flush::sync);
  sent.append(put(body, {}, Flush::finish));
  CHECK(test::decode(Coding::br, sent)->complete);
}

TEST_CASE("compressed body: what is not compressed passes as it is, without a copy") {
  struct Row {
    const char* codings;
    std::uint64_t length;
    bool enabled;
  };
  for (const auto& row : {Row{"identity", 5000, true}, Row{"gzip", 10, true}, Row{"gzip", 5000, false}}) {
    CompressionSlots slots;
    CompressedBody body(slots);
    auto start = json(row.length);
    config::Compression rules;
    rules.enabled = row.enabled;
    body.begin(rules, request_taking(row.codings), start);
    CHECK(start.body == BodyKind::length);
    CHECK(start.content_length == row.length);
    CHECK(start.fields.get("ETag") == "\"1\"");
    CHECK_FALSE(start.fields.contains("Content-Encoding"));
    const std::string_view piece = "anything";
    const auto same = body.put(piece, Flush::sync);
    REQUIRE(same);
    CHECK((same->data() == piece.data()));
  }
}

TEST_CASE("compressed body: with all slots taken the answer goes out as it is, until one is free again") {
  CompressionSlots slots(1);
  const auto compressed = [&](CompressedBody& body) {
    auto start = json(5000);
    body.begin(kRules, request_taking("gzip"), start);
    CHECK(start.fields.get("Vary") == "Accept-Encoding");
    return start.fields.contains("Content-Encoding");
  };
  CompressedBody first(slots);
  CHECK(compressed(first));
  CompressedBody second(slots);
  CHECK_FALSE(compressed(second));
  // the encoder is let go of with the last piece, not when the client has taken it
  put(first, {}, Flush::finish);
  {
    CompressedBody third(slots);
    CHECK(compressed(third));
  }
  CompressedBody fourth(slots);
  CHECK(compressed(fourth));
}

}  // namespace router::compressed_body_test
