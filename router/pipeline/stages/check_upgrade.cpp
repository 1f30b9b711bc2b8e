#include "http/websocket_handshake.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

Result<Verdict> check_upgrade(RequestState& state) {
  if (!state.request.is_upgrade) return Verdict(Continue{});
  const auto& config = state.config();
  if (!config.websockets_enabled) {
    return Error{ErrorCode::forbidden, Side::client, "WebSockets are not enabled"};
  }
  auto good =
      http::check_websocket_handshake(state.request, state.external.origin(), config.environment.ws_allowed_origins);
  if (!good) return std::move(good).error();
  return Verdict(Continue{});
}

std::optional<Foreseen> explain_check_upgrade(RequestState& state, Told&) { return foresee(check_upgrade(state)); }

}  // namespace router::pipeline
