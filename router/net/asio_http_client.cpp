#include "net/asio_http_client.h"

#include <algorithm>

#include "http/method.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::milliseconds;
using base::Result;
using base::Task;

namespace {

std::string head_of(const ClientRequest& request) {
  std::string head;
  std::size_t fields = 0;
  for (const auto& [name, value] : request.headers) fields += name.size() + value.size() + 4;
  head.reserve(fields + request.url.host.size() + request.url.path.size() + 256);
  head.append(request.method).append(" ");
  if (request.whole_to_proxy) head.append(absolute_form_origin(request.url));
  head.append(request.url.path_and_query())
      .append(" HTTP/1.1\r\nHost: ")
      .append(request.url.authority())
      .append("\r\n");
  for (const auto& [name, value] : request.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  head.append("\r\n");
  return head;
}

bool are_safe(const ClientRequest& request) {
  return http::is_token(request.method) &&
         std::all_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
           return http::is_token(header.first) && http::is_field_value(header.second);
         });
}

}  // namespace

Task<Result<ClientResponse>> AsioHttpClient::send(ClientRequest request) {
  if (!are_safe(request)) co_return Error{ErrorCode::internal, base::Side::router, "unsafe outgoing header"};
  const auto ends_by = clock_.steady() + request.timeout;
  auto addressed = request.whole_to_proxy
                       ? make_proxy_origin(request.proxy_host, request.proxy_port, request.proxy_group)
                       : make_backend_origin(request.url, request.tls, request.proxy_host, request.proxy_port);
  const auto origin = make_strict(std::move(addressed), request.is_strict);
  auto attempted = co_await attempt(request, origin, ends_by, false);
  if (attempted.was_stale && http::is_idempotent(request.method)) {
    attempted = co_await attempt(request, origin, ends_by, true);
  }
  auto& response = attempted.response;
  if (!response && response.error().side == base::Side::back_end) response.error().side = request.side;
  co_return std::move(response);
}

Task<AsioHttpClient::Attempted> AsioHttpClient::attempt(const ClientRequest& request, const BackendOrigin& origin,
                                                        base::SteadyTime ends_by, bool fresh) {
  ConnectionWish wish(fresh, milliseconds::zero(), ends_by);
  auto acquired = co_await pool_.acquire(origin, wish);
  if (!acquired) co_return Attempted{acquired.error()};
  auto connection = std::move(*acquired);
  connection->set_timeout(milliseconds::zero());
  connection->set_ends_by(ends_by);
  auto response = co_await converse(request, *connection);
  const bool was_stale = !response && connection->was_stale(response.error());
  pool_.release(std::move(connection), response.has_value());
  co_return Attempted{std::move(response), was_stale};
}

Task<Result<ClientResponse>> AsioHttpClient::converse(const ClientRequest& request, BackendConnection& connection) {
  const std::string head = head_of(request);
  auto sent = co_await connection.send(head, request.body);
  if (!sent) co_return sent.error();
  int heads = 0;
  do {
    if (++heads > kMostInterimHeads)
      co_return Error{ErrorCode::protocol, base::Side::back_end, "interim responses without end"};
    auto answered = co_await connection.read_head(request.method == "HEAD");
    if (!answered) co_return answered.error();
  } while (connection.head().status < 200);
  ClientResponse response;
  response.status = connection.head().status;
  response.headers = connection.head().headers.clone();
  for (;;) {
    auto piece = co_await connection.read_body();
    if (!piece) co_return piece.error();
    response.body.append(piece->data);
    if (response.body.size() > request.max_body) {
      co_return Error{ErrorCode::protocol, base::Side::back_end, std::string(kAnswerTooLarge)};
    }
    if (piece->last) co_return response;
  }
}

}  // namespace router::net
