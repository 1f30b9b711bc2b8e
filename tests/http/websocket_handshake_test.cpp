// RFC 6455 sections 4.2.1 and 10.2; docs/contract/http.md "WebSockets".
#include "http/websocket_handshake.h"

#include <doctest/doctest.h>

namespace router::http::websocket_handshake_test {
namespace {

constexpr const char* kOwn = "https://app.example";

Request handshake() {
  Request request;
  request.method = "GET";
  request.is_upgrade = true;
  request.headers.add("Origin", kOwn);
  request.headers.add("Sec-WebSocket-Version", "13");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  return request;
}

base::ErrorCode error_of(const Request& request) { return check_websocket_handshake(request, kOwn, {}).error().code; }

}  // namespace

TEST_CASE("websocket handshake: a complete one from our own origin passes") {
  CHECK(check_websocket_handshake(handshake(), kOwn, {}).has_value());
}

TEST_CASE("websocket handshake: an origin is our own or allowed, by host, port, scheme or wildcard") {
  const struct {
    const char* origin;
    std::vector<OriginRule> allowed;
    bool passes;
  } rows[] = {
      {"https://APP.example:443", {}, true},
      {"https://app.example:8443", {}, false},
      {"http://app.example", {}, false},
      {"https://app.example/", {}, false},
      {"https://app.example?", {}, false},
      {"https://app.example#", {}, false},
      {"null", {}, false},
      {"", {{"", "*", {}}}, false},
      {"https://other.example", {{"", "*", {}}}, true},
      {"https://Other.Example", {{"", "other.example", {}}}, true},
      {"https://other.example:8443", {{"", "other.example", 8443}}, true},
      {"https://other.example", {{"http", "other.example", {}}}, false},
      {"https://a.other.example", {{"", "*.other.example", {}}}, true},
      {"https://other.example", {{"", "*.other.example", {}}}, false},
      {"https://evilother.example", {{"", "*.other.example", {}}}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.origin));
    CHECK(is_allowed_websocket_origin(row.origin, kOwn, row.allowed) == row.passes);
  }
}

TEST_CASE("websocket handshake: every field comes once, so that nobody behind us reads another") {
  for (const auto& [name, value, code] :
       {std::tuple{"Origin", "https://evil.example", base::ErrorCode::forbidden},
        std::tuple{"Sec-WebSocket-Version", "8", base::ErrorCode::bad_request},
        std::tuple{"Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==", base::ErrorCode::bad_request}}) {
    CAPTURE(std::string(name));
    auto twice = handshake();
    twice.headers.add(name, value);
    CHECK(error_of(twice) == code);
    auto missing = handshake();
    missing.headers.remove(name);
    CHECK(error_of(missing) == code);
  }
}

TEST_CASE("websocket handshake: a key is 16 bytes in base64, written in the one way") {
  for (const char* key : {"", "short==", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZ===",
                          "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25j ZQ=="}) {
    CAPTURE(std::string(key));
    auto request = handshake();
    request.headers.remove("Sec-WebSocket-Key");
    request.headers.add("Sec-WebSocket-Key", key);
    CHECK(error_of(request) == base::ErrorCode::bad_request);
  }
}

TEST_CASE("websocket handshake: no body comes with it") {
  auto request = handshake();
  request.body = BodyKind::length;
  request.content_length = 1;
  CHECK(error_of(request) == base::ErrorCode::bad_request);
}

}  // namespace router::http::websocket_handshake_test
