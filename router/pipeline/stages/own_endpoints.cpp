#include <algorithm>

#include "http/method.h"
#include "pipeline/own_paths.h"
#include "pipeline/stages/stages.h"
#include "pipeline/welcome.h"

namespace router::pipeline {
namespace {

// OPTIONS about this server as a whole, or about the last hop that the client cares for (RFC 9110 section 7.6.2).
bool asks_this_router(const http::Request& request) {
  if (request.target.path == "*") return true;
  const auto hops = request.headers.get("Max-Forwards");
  return request.is("OPTIONS") && hops && base::parse_unsigned(*hops) == 0;
}

bool has_logout_tokens(const config::Configuration& config) {
  const auto has_audience = [](const auto& one) { return !one.second.logout_audience.empty(); };
  const auto& looked_up = config.looked_up_logouts;
  return !config.signals.subscribers.empty() ||
         std::any_of(config.destinations.begin(), config.destinations.end(), has_audience) ||
         std::any_of(looked_up.begin(), looked_up.end(), [](const auto& one) { return !one.second.audience.empty(); });
}

// Where nobody is told by logout tokens, the paths are as any other.
bool asks_for_signing_keys(const RequestState& state) {
  const auto& path = state.request.target.path;
  return (path == kSigningKeys || path == kSigningMetadata) && state.graph.parts.logout_tokens != nullptr &&
         has_logout_tokens(state.config());
}

http::Response signing_keys(const RequestState& state) {
  if (!state.request.is_get_or_head()) return http::method_not_allowed("GET, HEAD");
  const auto& tokens = *state.graph.parts.logout_tokens;
  const bool keys = state.request.target.path == kSigningKeys;
  auto response = http::json_response(200, keys ? tokens.jwks() : tokens.metadata(state.external.origin()));
  if (keys) response.headers.set("Content-Type", "application/jwk-set+json");
  response.headers.set("Cache-Control", "public, max-age=300");
  return response;
}

}  // namespace

Result<Verdict> own_endpoints(RequestState& state) {
  if (asks_for_signing_keys(state)) return Verdict(signing_keys(state));
  if (asks_this_router(state.request)) {
    auto response = http::text_response(200, "");
    response.headers.add("Allow", http::kEveryMethod);
    return Verdict(std::move(response));
  }
  return take_welcome_file(state);
}

std::optional<Foreseen> explain_own_endpoints(RequestState& state, Told&) {
  if (asks_this_router(state.request)) return foresee(200, "the methods there are");
  return foresee(own_endpoints(state));
}

}  // namespace router::pipeline
