// Calls that the router makes itself: identity provider and logout fan-out.
//
// send() answers within `timeout` in every case. Redirects are never followed (CWE-918). The body is bounded by
// `max_body` (protocol error beyond). Runs on the loop it was made for; not thread-safe.
// Errors: refused, timeout, closed, protocol; side as given in the request.
// Implementations: net/asio_http_client, tests/support/fake_http_client.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "http/message.h"
#include "http/url.h"
#include "net/backend_origin.h"

namespace router::net {

struct ClientRequest {
  std::string method = "GET";
  http::Url url;  // http or https
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  base::milliseconds timeout{10'000};
  std::size_t max_body = 1024 * 1024;
  TlsClientOptions tls;
  std::string proxy_host;  // reached through CONNECT, empty = directly
  std::uint16_t proxy_port = 0;
  bool whole_to_proxy = false;             // no CONNECT: the proxy gets the request itself (make_proxy_origin)
  std::string proxy_group;                 // of make_proxy_origin
  bool is_strict = false;                  // make_strict
  base::Side side = base::Side::back_end;  // whose fault a failure is
};

struct ClientResponse {
  int status = 0;
  http::Headers headers;
  std::string body;
};

// What send() says of an answer with more than max_body bytes.
inline constexpr std::string_view kAnswerTooLarge = "the answer is too large";
inline bool is_answer_too_large(const base::Error& error) { return error.detail == kAnswerTooLarge; }

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual base::Task<base::Result<ClientResponse>> send(ClientRequest request) = 0;
};

}  // namespace router::net
