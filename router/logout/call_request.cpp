#include "logout/call_request.h"

#include <string>

namespace router::logout {

net::ClientRequest make_request(const CallRecord& call, const CallTarget& target, bool with_token) {
  net::ClientRequest request;
  request.method = target.method;
  request.url = target.url;
  request.timeout = target.timeout;
  request.tls = target.tls;
  request.proxy_host = target.proxy_host;
  request.proxy_port = target.proxy_port;
  for (const auto& header : target.headers) request.headers.emplace_back(header.name, header.value);
  for (const auto& header : call.forwarded) request.headers.emplace_back(header.name, header.value);
  if (!target.authorization.empty()) {
    request.headers.emplace_back("Authorization", std::string(target.authorization.reveal()));
  } else if (with_token) {
    request.headers.emplace_back("Authorization", "Bearer " + std::string(call.credentials->access_token.reveal()));
  }
  if (!call.cookies.empty()) request.headers.emplace_back("Cookie", std::string(call.cookies.reveal()));
  request.headers.emplace_back("Idempotency-Key", call.id);
  return request;
}

}  // namespace router::logout
