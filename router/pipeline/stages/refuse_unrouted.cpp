#include <nlohmann/json.hpp>

#include "http/field_list.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {
namespace {

std::string why_passed_over(const config::Route& route, const RequestState& state) {
  const auto& target = state.target();
  std::string storage;
  const auto match = route.pattern->match(routing::match_subject(route, target, storage));
  if (!match) return "its regular expression takes too long";
  if (!*match) {
    return route.matches_query ? "the source does not match path and query" : "the source does not match the path";
  }
  if (route.folder() && state.request.is_get_or_head()) return "without its empty segments the path is another route's";
  return "the source matches, but it takes only " +
         (route.folder() ? "GET, HEAD" : http::written_list(route.http_methods));
}

Told passed_over(const RequestState& state) {
  Told passed = Told::array();
  for (const auto* list : {&state.config().plugins, &state.config().routes}) {
    for (const auto& route : *list) {
      if (&route == state.match.route) return passed;
      if (!route.pattern) continue;
      const Told name = route.plugin.empty() ? Told(route.index) : Told("plugin " + route.plugin);
      passed.push_back({{"route", name}, {"source", route.source}, {"because", why_passed_over(route, state)}});
    }
  }
  return passed;
}

}  // namespace

Result<Verdict> refuse_unrouted(RequestState& state) {
  if (state.match.found() || state.is_built_in_service()) return Verdict(Continue{});
  if (!state.match.method_not_allowed()) {
    return base::Error{base::ErrorCode::not_found, base::Side::client, "no route takes this path"};
  }
  return Verdict(http::method_not_allowed(http::written_list(state.match.allow)));
}

std::optional<Foreseen> explain_refuse_unrouted(RequestState& state, Told& told) {
  if (auto passed = passed_over(state); !passed.empty()) told["passedOver"] = std::move(passed);
  if (state.match.found()) told["route"]["source"] = state.route().source;
  auto foreseen = foresee(refuse_unrouted(state));
  if (foreseen && state.match.method_not_allowed()) {
    foreseen->text = "405: the routes for this path take " + http::written_list(state.match.allow);
  }
  return foreseen;
}

}  // namespace router::pipeline
