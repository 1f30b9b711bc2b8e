#include "net/exchange.h"

namespace router::net {

using base::Result;
using base::Task;

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

}  // namespace router::net
