// Destinations whose names the client chooses: out of the path ($1) or of the host (*,
// DESTINATION_HOST_PATTERN).
//
// Pure; any thread. Source: descriptor.md "Routes"; faults S13, S22.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "config/model.h"

namespace router::config {

// `destination` of a route, as written.
bool is_chosen_by_client(std::string_view destination);

// The destinations that the descriptor names itself, of routes, plugins and logout paths, and the variable
// `destinations` does not know.
std::set<std::string> named_elsewhere(const Configuration& configuration);

// Whether a route with such a destination may lead to `name`. Errs towards yes: of an expression only the
// part that the name is taken from is tried, by itself.
bool may_choose(const Route& route, const Environment& environment, const std::string& name);

}  // namespace router::config
