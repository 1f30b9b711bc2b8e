#include "http/compression_policy.h"

#include <doctest/doctest.h>

#include <string>

#include "support/field_lines.h"

namespace router::compression_policy_test {

using namespace router::http;
using std::string;

namespace {

// A case is what differs from this: a GET that takes br and gzip, answered with 4 KiB of JSON.
struct Case {
  CompressionRules rules;
  const char* method = "GET";
  int minor_version = 1;
  const char* accept_encoding = "gzip, deflate, br";
  const char* request_cache_control = nullptr;
  AnswerBody body{200, BodyKind::length, 4096};
  const char* content_type = "application/json";
  const char* more_fields = "";
};

CompressionDecision decide(const Case& of) {
  Request request;
  request.method = of.method;
  request.minor_version = of.minor_version;
  if (of.accept_encoding != nullptr) request.headers.add("Accept-Encoding", of.accept_encoding);
  if (of.request_cache_control != nullptr) request.headers.add("Cache-Control", of.request_cache_control);
  string fields = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  if (of.content_type != nullptr) fields.append("Content-Type: ").append(of.content_type).append("\r\n");
  fields.append(of.more_fields);
  return decide_compression(of.rules, request, of.body, test::fields_of(fields));
}

// "br vary", "gzip", "vary", "-"
string told(const Case& of) {
  const auto decision = decide(of);
  string text = decision.coding ? string(to_string(*decision.coding)) : "";
  if (decision.adds_vary) text.append(text.empty() ? "vary" : " vary");
  return text.empty() ? "-" : text;
}

string written(const CompressionDecision& decision, const string& fields) {
  auto changed = test::fields_of(fields);
  write_compression_fields(decision, changed);
  return test::lines_of(changed);
}

}  // namespace

TEST_CASE("compression: what is asked for and worth it is compressed") {
  const Case rows[] = {
      {},
      {.method = "POST"},
      {.body = {201, BodyKind::length, 4096}},
      {.body = {404, BodyKind::length, 4096}},
      {.body = {500, BodyKind::chunked}},
      {.body = {200, BodyKind::chunked}},
      {.body = {200, BodyKind::until_close}},
      {.body = {200, BodyKind::length, 1024}},
      {.rules = {.min_size = 1}, .body = {200, BodyKind::length, 1}},
      {.content_type = "TEXT/HTML ; charset=utf-8"},
      {.more_fields = "Cache-Control: private, max-age=60\r\n"},
      {.more_fields = "Set-Cookie: no-transform=1\r\n"},
  };
  for (const auto& row : rows) CHECK(told(row) == "br vary");
}

TEST_CASE("compression: what has no body of its own, or only a part of one, goes out as it is") {
  const Case rows[] = {
      {.method = "HEAD"},
      {.body = {204, BodyKind::none}},
      {.body = {205, BodyKind::length, 4096}},
      {.body = {206, BodyKind::length, 4096}},
      {.body = {304, BodyKind::none}},
      {.body = {103, BodyKind::none}},
      {.body = {200, BodyKind::none}},
      {.body = {200, BodyKind::length, 0}},
      {.rules = {.min_size = 0}, .body = {200, BodyKind::length, 0}},
      {.more_fields = "Content-Range: bytes 0-4095/9000\r\n"},
  };
  for (const auto& row : rows) CHECK(told(row) == "vary");
}

TEST_CASE("compression: below minSize a body of known length goes out as it is") {
  CHECK(told({.body = {200, BodyKind::length, 1023}}) == "vary");
  CHECK(told({.rules = {.min_size = 5000}}) == "vary");
  CHECK(told({.rules = {.min_size = 5000}, .body = {200, BodyKind::chunked}}) == "br vary");
}

TEST_CASE("compression: nobody's bytes are changed against his will") {
  const Case rows[] = {
      {.request_cache_control = "max-age=0, no-transform"},
      {.more_fields = "Cache-Control: no-transform\r\n"},
      {.more_fields = "cache-control: public, No-Transform\r\n"},
      {.more_fields = "Cache-Control: no-transform\r\nCache-Control: public\r\n"},
      {.more_fields = "Content-Encoding: gzip\r\n"},
      {.more_fields = "content-encoding: zstd\r\n"},
      {.more_fields = "Content-Encoding: identity\r\n"},
      {.more_fields = "Content-Digest: sha-256=:abc=:\r\n"},
      {.more_fields = "Repr-Digest: sha-256=:abc=:\r\n"},
      {.more_fields = "Digest: sha-256=abc=\r\n"},
      {.more_fields = "Content-MD5: abc=\r\n"},
      {.minor_version = 0},
  };
  for (const auto& row : rows) CHECK(told(row) == "vary");
}

TEST_CASE("compression: an answer that carries a CSRF token is never compressed (BREACH)") {
  CHECK(told({.more_fields = "x-csrf-token: 0123456789abcdef\r\n"}) == "vary");
  CHECK(told({.more_fields = "X-CSRF-Token: Required\r\n"}) == "vary");
}

TEST_CASE("compression: the client's codings decide") {
  struct Row {
    const char* accept_encoding;
    const char* expected;
  };
  const Row rows[] = {
      {nullptr, "vary"},          {"", "vary"},
      {"identity", "vary"},       {"deflate, zstd", "vary"},
      {"gzip", "gzip vary"},      {"gzip, br", "br vary"},
      {"*", "br vary"},           {"*;q=0", "vary"},
      {"br;q=0, *", "gzip vary"}, {"gzip;q=1, br;q=0.5", "gzip vary"},
      {"identity;q=0", "vary"},   {"identity;q=0, gzip;q=0", "vary"},
      {"gzip;q=0", "vary"},       {"identity, gzip;q=0.5", "vary"},
  };
  for (const auto& row : rows) CHECK(told({.accept_encoding = row.accept_encoding}) == row.expected);
}

TEST_CASE("compression: switched off, nothing is said about encodings at all") {
  CHECK(told({.rules = {.enabled = false}}) == "-");
}

TEST_CASE("compression: a type that is not worth it does not vary") {
  CHECK(told({.content_type = "image/png"}) == "-");
  CHECK(told({.content_type = nullptr}) == "-");
}

TEST_CASE("compression: Vary is added once") {
  CHECK(told({.more_fields = "Vary: Origin\r\n"}) == "br vary");
  CHECK(told({.more_fields = "Vary: Origin, accept-encoding\r\n"}) == "br");
  CHECK(told({.more_fields = "Vary: Origin\r\nvary: Accept-Encoding\r\n"}) == "br");
  CHECK(told({.more_fields = "Vary: *\r\n"}) == "br");
}

TEST_CASE("compression: types") {
  struct Row {
    const char* type;
    bool compressible;
  };
  const Row rows[] = {
      {"text/html", true},
      {"text/plain;charset=utf-8", true},
      {" Text/CSS ", true},
      {"text/x-anything", true},
      {"application/json", true},
      {"application/json;IEEE754Compatible=true;charset=utf-8", true},
      {"application/javascript", true},
      {"application/xml", true},
      {"application/atom+xml", true},
      {"application/problem+json", true},
      {"application/vnd.api+JSON", true},
      {"image/svg+xml", true},
      {"application/wasm", true},
      {"font/ttf", true},
      {"image/x-icon", true},
      {"x-shader/x-vertex", true},
      {"application/dart", true},
      {"", false},
      {";", false},
      {"application/jsonx", false},
      {"application/octet-stream", false},
      {"application/zip", false},
      {"application/pdf", false},
      {"application/grpc-web+proto", false},
      {"font/woff2", false},
      {"image/jpeg", false},
      {"video/mp4", false},
      {"text/event-stream", false},
      {"text/event-stream; charset=utf-8", false},
      {"multipart/mixed; boundary=b", false},
      {"multipart/byteranges; boundary=b", false},
      {"multipart/x-mixed-replace", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.type);
    CHECK(is_compressible_type(row.type) == row.compressible);
  }
  CHECK_FALSE(is_compressible_type(string(200, 'a') + "+json"));
}

TEST_CASE("compression: multipart/mixed, the OData batch, only where compressResponseMixedTypeContent says so") {
  CHECK(told({.method = "POST", .content_type = "multipart/mixed; boundary=b"}) == "-");
  CHECK(
      told({.rules = {.mixed_type_content = true}, .method = "POST", .content_type = "Multipart/Mixed; boundary=b"}) ==
      "br vary");
  CHECK_FALSE(is_compressible_type("text/event-stream", true));
  CHECK_FALSE(is_compressible_type("multipart/form-data", true));
}

TEST_CASE("compression fields: a strong tag is that of the coding, ranges are offered no more [N20]") {
  const CompressionDecision compressed{Coding::br, true};
  CHECK(written(compressed, "etag: \"1\"\r\nAccept-Ranges: bytes\r\nContent-Type: text/css\r\n") ==
        "ETag: \"1--xs-br\"\r\nContent-Type: text/css\r\nContent-Encoding: br\r\nVary: Accept-Encoding\r\n");
  CHECK(written(compressed, "ETag: W/\"1\"\r\n") ==
        "ETag: W/\"1\"\r\nContent-Encoding: br\r\nVary: Accept-Encoding\r\n");
  // what is no tag stays as it is
  CHECK(written(compressed, "ETag: 1\r\n") == "ETag: 1\r\nContent-Encoding: br\r\nVary: Accept-Encoding\r\n");
  CHECK(written({Coding::gzip, false}, "") == "Content-Encoding: gzip\r\n");
}

TEST_CASE("compression fields: what is not compressed keeps its fields") {
  const string fields = "ETag: \"1\"\r\nAccept-Ranges: bytes\r\n";
  CHECK(written({std::nullopt, true}, fields) == fields + "Vary: Accept-Encoding\r\n");
  CHECK(written({std::nullopt, false}, fields) == fields);
}

TEST_CASE("compression fields: a 304 has the tag that its client asked for [N20]") {
  struct Row {
    const char* asked;
    const char* fields;
    const char* restored;
  };
  const Row rows[] = {
      {"\"1--xs-br\"", "A: b\r\nETag: \"1\"\r\nC: d\r\n", "A: b\r\nETag: \"1--xs-br\"\r\nC: d\r\n"},
      {"\"0\", W/\"1--xs-gzip\"", "etag: \"1\"\r\n", "ETag: \"1--xs-gzip\"\r\n"},
      {"\"1\"", "ETag: \"1\"\r\n", "ETag: \"1\"\r\n"},
      {"\"2--xs-br\"", "ETag: \"1\"\r\n", "ETag: \"1\"\r\n"},
      {"\"1--xs-br\"", "ETag: W/\"1\"\r\n", "ETag: W/\"1\"\r\n"},
      {"\"1--xs-br\"", "Vary: a\r\n", "Vary: a\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.asked);
    Request request;
    request.headers.add("If-None-Match", row.asked);
    auto fields = test::fields_of(row.fields);
    restore_tag(request, fields);
    CHECK(test::lines_of(fields) == row.restored);
  }
}

}  // namespace router::compression_policy_test
