// Destinations whose names the client chooses: out of the path ($1) or of the host (*, DESTINATION_HOST_PATTERN).
//
// Pure; any thread. Source: docs/contract/descriptor.md "Routes".
#pragma once

#include <optional>
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

// The names that a route with such a destination may lead to. Errs towards yes: of an expression only the group that
// the name is taken from is tried, by itself. Refers to the route.
class ChosenNames {
 public:
  ChosenNames(const Route& route, const Environment& environment);
  bool may_be(const std::string& name) const;

 private:
  std::string_view front_;  // of the name, as written before and behind the reference
  std::string_view back_;
  std::optional<base::Pattern> between_;  // absent: anything
};

}  // namespace router::config
