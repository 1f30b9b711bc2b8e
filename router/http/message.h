// Requests and responses as values, without sockets.
//
// `Request` is what the client asked, after every check of docs/contract/http.md; its views live as long as the
// connection's head buffer, that is until the response has been sent. `Response` is one that the router makes
// itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/headers.h"
#include "http/target.h"

namespace router::http {

enum class BodyKind { none, length, chunked, until_close };

struct Request {
  std::string_view method;
  Target target;
  int minor_version = 1;  // of HTTP/1.x
  Headers headers;
  BodyKind body = BodyKind::none;
  std::uint64_t content_length = 0;  // where body == length
  bool keep_alive = true;            // what the client asked for
  bool expects_continue = false;
  bool is_upgrade = false;  // valid "Upgrade: websocket" with "Connection: upgrade" on GET

  bool is(std::string_view name) const { return method == name; }
  bool is_get_or_head() const { return method == "GET" || method == "HEAD"; }
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

std::string_view reason_phrase(int status);

Response text_response(int status, std::string_view text);
Response html_response(int status, std::string html);
Response json_response(int status, std::string json);
// 405; `allow`: the methods that would do
Response method_not_allowed(std::string_view allow);
// 429 with Retry-After
Response too_many_requests(std::string_view text, std::chrono::seconds wait);
// 302 with Cache-Control: no-store, for every redirect the router makes
Response redirect_response(std::string_view location);

}  // namespace router::http
