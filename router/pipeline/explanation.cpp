#include "pipeline/explanation.h"

#include "pipeline/order.h"

namespace router::pipeline {
namespace {

// For people: what leads where first, then who may.
constexpr const char* kTopics[] = {"request", "origin",     "application", "cors",
                                   "answer",  "passedOver", "logout",      "route"};
constexpr const char* kRouteTopics[] = {"source",           "rewritten",      "localDir",         "file",
                                        "cacheControl",     "destination",    "service",          "url",
                                        "timeoutMs",        "certificate",    "userToken",        "serviceToken",
                                        "tokenCertificate", "authentication", "identityProvider", "withoutSession",
                                        "scopes",           "csrf",           "session"};

Told in_order(Told facts, std::span<const char* const> topics) {
  Told sorted = Told::object();
  for (const char* const topic : topics) {
    if (const auto found = facts.find(topic); found != facts.end()) sorted[topic] = std::move(*found);
  }
  return sorted;
}

std::string name_of(const config::Route& route) {
  if (route.added) return "the route that is added when no other has localDir";
  return route.plugin.empty() ? "route " + std::to_string(route.index) : "plugin " + route.plugin;
}

// A route is named, also where a stage behind it refuses the request.
std::string answer_of(const RequestState& state, const Told& told, const Foreseen& foreseen) {
  const bool is_routed = told.contains("route") && (foreseen.text.empty() || foreseen.status >= 400);
  if (!is_routed) return foreseen.text;
  return name_of(state.route()) + (foreseen.text.empty() ? "" : ", but " + foreseen.text);
}

std::string place_of(const RequestState& state, const Told& told) {
  if (told.contains("logout")) return "/logout";
  if (!told.contains("route") || state.application || state.route().added || !state.route().plugin.empty()) return "";
  return "/routes/" + std::to_string(state.route().index);
}

}  // namespace

Explanation explain(const Graph& graph, const http::Request& request, const net::Endpoints& at) {
  RequestState state(request, graph, at);
  Explanation explanation;
  auto& told = explanation.told;
  for (const auto& stage : request_stages()) {
    const auto foreseen = stage.explain(state, told);
    if (!foreseen) continue;
    told["answer"] = answer_of(state, told, *foreseen);
    break;
  }
  told["request"] = std::string(request.method) + " " + request.target.path_and_query();
  told["origin"] = state.external.origin();
  explanation.place = place_of(state, told);
  if (told.contains("route")) told["route"] = in_order(std::move(told["route"]), kRouteTopics);
  told = in_order(std::move(told), kTopics);
  return explanation;
}

}  // namespace router::pipeline
