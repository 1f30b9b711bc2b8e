#include "http/websocket_handshake.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

Result<Verdict> check_upgrade(Context& context) {
  if (!context.request.is_upgrade) return Verdict(Continue{});
  const auto& config = context.config();
  if (!config.websockets_enabled) {
    return Error{ErrorCode::forbidden, Side::client, "WebSockets are not enabled"};
  }
  auto good = http::check_websocket_handshake(context.request, context.external.origin(),
                                              config.environment.ws_allowed_origins);
  if (!good) return std::move(good).error();
  return Verdict(Continue{});
}

}  // namespace router::pipeline
