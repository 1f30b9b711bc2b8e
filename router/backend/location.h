// Redirects of a back-end to itself, seen from outside (the destination's `rewriteLocation`). Pure; any thread.
// Source: docs/contract/http.md "Forwarding".
#pragma once

#include <string>

#include "config/model.h"
#include "http/headers.h"

namespace router::backend {

// The Location that the browser is to get, with query and fragment. Empty: as the back-end said, because it is not
// about the back-end's own origin, or the route's rewriting cannot be inverted, or nobody asked for it.
std::string rewritten_location(const http::Headers& answer, const config::Destination& destination,
                               const config::Route& route);

}  // namespace router::backend
