// Paths that the router keeps for itself whatever the descriptor says (docs/pages.md). No route can take them
// over.
#pragma once

#include <string_view>

namespace router::pipeline {

inline constexpr std::string_view kSessionScript = "/xs-router/session.js";
inline constexpr std::string_view kSessionState = "/xs-router/session";
inline constexpr std::string_view kSessionTouch = "/xs-router/session/touch";
inline constexpr std::string_view kSessionEvents = "/xs-router/session/events";

// Of the router as the provider of back-ends that are told by logout tokens (docs/contract/signals.md "Out").
inline constexpr std::string_view kSigningKeys = "/xs-router/jwks.json";
inline constexpr std::string_view kSigningMetadata = "/xs-router/.well-known/openid-configuration";

}  // namespace router::pipeline
