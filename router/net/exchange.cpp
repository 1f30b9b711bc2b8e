#include "net/backend_connection.h"

namespace router::net {

using base::Result;
using base::Task;

namespace {

// Where a back-end pauses, its bytes are not held back for the sake of a smaller body.
http::Flush flush_after(const BodyPiece& piece, const BackendConnection& backend) {
  if (piece.last) return http::Flush::finish;
  return backend.has_buffered_body() ? http::Flush::none : http::Flush::sync;
}

}  // namespace

Task<Result<void>> Exchange::respond(http::Response response) {
  const bool has_no_length = response.status == 204 || response.status == 304;
  const bool is_bodiless = has_no_length || request().is("HEAD");
  ResponseStart start;
  start.status = response.status;
  start.fields = std::move(response.headers);
  start.body = is_bodiless ? http::BodyKind::none : http::BodyKind::length;
  start.content_length = response.body.size();
  // RFC 9110 section 9.3.2: what a GET would be told
  if (is_bodiless && !has_no_length) start.fields.add("Content-Length", std::to_string(response.body.size()));
  start_response(std::move(start));
  if (!is_bodiless && !response.body.empty()) {
    auto sent = co_await write(response.body);
    if (!sent) co_return sent;
  }
  auto finished = co_await finish(http::kNoFields);
  co_return finished;
}

Task<Result<void>> Exchange::relay(BackendConnection& backend, RelayRules& rules) {
  while (!backend.body_finished()) {
    if (!backend.has_buffered_body()) {
      // the head, too
      auto flushed = co_await flush();
      if (!flushed) co_return flushed;
    }
    auto piece = co_await backend.read_body();
    if (!piece) co_return std::move(piece.error());
    const auto bytes = rules.on_the_way(piece->data, flush_after(*piece, backend));
    if (!bytes) co_return bytes.error();
    auto written = co_await write(*bytes);
    if (!written) co_return written;
    rules.taken();
  }
  const auto trailers = rules.passed_trailers(backend.trailers());
  auto finished = co_await finish(trailers);
  co_return finished;
}

}  // namespace router::net
