#include <algorithm>
#include <map>

#include "config/chosen_destinations.h"
#include "config/validate.h"

namespace router::config {
namespace {

// So many names are compared with so many routes at the most; a check must not take minutes.
constexpr std::size_t kMostComparisons = 1'000'000;
constexpr std::size_t kMostNamed = 5;  // routes in one message

// Any one of these; empty: none is needed.
std::vector<std::string> wanted_scopes(const Route& route, const std::string& method) {
  for (const std::string& key : {method, std::string("default")}) {
    if (const auto found = route.scope.by_method.find(key); found != route.scope.by_method.end()) return found->second;
  }
  return {};
}

// Whoever passes `open` would pass `guarded` as well.
bool is_as_strict(const Route& open, const Route& guarded) {
  if (open.is_public()) return false;
  const auto holds_for = [&](const std::string& method) {
    const auto asked = wanted_scopes(open, method);
    const auto needed = wanted_scopes(guarded, method);
    if (needed.empty()) return true;
    return !asked.empty() && std::all_of(asked.begin(), asked.end(), [&](const std::string& scope) {
      return std::find(needed.begin(), needed.end(), scope) != needed.end();
    });
  };
  bool holds = holds_for("default");
  for (const Route* route : {&open, &guarded}) {
    for (const auto& [method, scopes] : route->scope.by_method) holds = holds && holds_for(method);
  }
  return holds;
}

using Guarded = std::map<std::string, std::vector<const Route*>>;  // by destination

Guarded guarded_destinations(const Configuration& configuration) {
  Guarded guarded;
  for (const auto* list : {&configuration.plugins, &configuration.routes}) {
    for (const Route& route : *list) {
      const bool by_scope = !route.is_public() && !route.scope.empty();
      const auto* to = route.destination();
      if (by_scope && to != nullptr && !is_chosen_by_client(to->name)) guarded[to->name].push_back(&route);
    }
  }
  return guarded;
}

// "admin" (routes/3), "hr" (routes/4); empty: nowhere.
std::string reached(const Route& open, const Environment& environment, const Guarded& guarded, std::size_t& left) {
  const ChosenNames names(open, environment);
  std::string text;
  std::size_t named = 0;
  for (const auto& [destination, routes] : guarded) {
    if (left == 0 || named == kMostNamed) break;
    --left;
    if (!names.may_be(destination)) continue;
    const auto stricter =
        std::find_if(routes.begin(), routes.end(), [&](const Route* route) { return !is_as_strict(open, *route); });
    if (stricter == routes.end()) continue;
    text += (named++ == 0 ? "" : ", ") + show(std::string_view(destination)) + " (" + name_of_route(**stricter) + ")";
  }
  return text;
}

}  // namespace

// A route protects a path, not a destination: where the client chooses the name, another route's scope is no
// protection.
void validate_reach(const Validation& validation) {
  const Configuration& configuration = validation.configuration;
  if (configuration.authentication_none) return;
  const auto guarded = guarded_destinations(configuration);
  std::size_t left = kMostComparisons;
  const auto plugins = configuration.plugins.empty() ? std::nullopt : validation.variables.json_value("plugins");
  for (const auto* list : {&configuration.plugins, &configuration.routes}) {
    for (const Route& open : *list) {
      const auto* to = open.destination();
      if (to == nullptr || !is_chosen_by_client(to->name) || validation.report.is_full()) continue;
      const auto names = reached(open, configuration.environment, guarded, left);
      if (names.empty()) continue;
      const std::string narrow = to->name == "*" ? "narrow DESTINATION_HOST_PATTERN" : "narrow the group in its source";
      const Report report = open.plugin.empty() ? validation.report.below(route_pointer(open))
                                                : plugins->report.below(pointer_to("", open.index));
      report.warning("/destination",
                     {show(std::string_view(to->name)) + ", which also leads to " + names,
                      "no way around what those routes ask for", narrow + ", or ask for the same here"});
    }
  }
}

}  // namespace router::config
