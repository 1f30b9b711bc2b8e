// Paths that the router keeps for itself whatever the descriptor says (docs/pages.md). No route can take them
// over.
#pragma once

#include <string_view>

namespace router::pipeline {

inline constexpr std::string_view kSessionScript = "/xs-router/session.js";
inline constexpr std::string_view kSessionState = "/xs-router/session";
inline constexpr std::string_view kSessionTouch = "/xs-router/session/touch";
inline constexpr std::string_view kSessionEvents = "/xs-router/session/events";

}  // namespace router::pipeline
