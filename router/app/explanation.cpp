#include "app/explanation.h"

#include <nlohmann/json.hpp>

#include "http/field_list.h"
#include "http/query.h"
#include "logout/plan.h"
#include "pipeline/cors.h"
#include "pipeline/own_paths.h"

namespace router::app {

using Json = nlohmann::ordered_json;

namespace {

// Paths that the router answers itself, before any route. Empty: none of them.
std::string own_endpoint(const http::Request& request) {
  const auto& target = request.target;
  if (request.is("TRACE") || request.is("CONNECT")) return "405: whatever the routes say";
  if (target.path == "*") return "200: the methods there are";
  return "";
}

// The same for those that come after the check of the request's origin.
std::string session_endpoint(const pipeline::Graph& graph, const http::Target& target) {
  const auto& config = *graph.config;
  const auto path = std::string_view(target.path);
  if (path == logout::kSignedOutPath) return "200: the built-in page that says \"You are signed out\"";
  if (!config.logout.return_endpoint.empty() && path == config.logout.return_endpoint) {
    return "302: logout.returnEndpoint, the way back from the identity provider to the landing page";
  }
  if (graph.login->rest() != nullptr && graph.login->rest()->is_login(target)) {
    return "am: a login with user and password, answered with JSON";
  }
  if (graph.login->is_callback(target))
    return "login.callbackEndpoint: the way back from the identity provider";
  if (path == pipeline::kSessionScript) return "200: session.js, which keeps the tabs of a session together";
  if (path == pipeline::kSessionState)
    return "200: how long the session lives, for session.js; 401 without one";
  if (path == pipeline::kSessionTouch)
    return "200: the session is used once, for session.js; 401 without one";
  if (path == pipeline::kSessionEvents) return "200: the session's events, for session.js; 401 without one";
  return "";
}

// Answered by the router where the path's route lets the user in, if there is one.
std::string built_in_service(const config::Configuration& config, std::string_view path) {
  if (path.empty()) return "";
  if (path == config.plugin_metadata_endpoint) return "pluginMetadataEndpoint: the plugins' metadata";
  if (path == config.whitelist_endpoint)
    return "whitelistService.endpoint: who may frame the application's pages";
  return "";
}

// Of the whole configuration's warnings those about `place` or what is below.
void add_warnings(const config::Issues& issues, const std::string& place, Json& warnings) {
  const auto is_below = [&](const std::string& pointer) { return pointer == place || pointer.starts_with(place + "/"); };
  for (auto& issue : issues.sorted()) {
    if (issue.severity != config::Severity::warning) continue;
    auto places = std::move(issue.more_places);
    places.insert(places.begin(), {issue.pointer, issue.position});
    for (const auto& [pointer, position] : places) {
      if (!is_below(pointer)) continue;
      auto here = issue;
      here.pointer = pointer;
      here.position = position;
      here.more_places.clear();
      warnings.push_back(to_text(here));
    }
  }
}

std::string no_route(const routing::RouteMatch& match) {
  if (!match.method_not_allowed()) return "404: no route takes this path";
  return "405: the routes for this path take " + http::written_list(match.allow);
}

std::string name_of(const config::Route& route) {
  if (route.added) return "the route that is added when no other has localDir";
  return route.plugin.empty() ? "route " + std::to_string(route.index) : "plugin " + route.plugin;
}

}  // namespace

Json make_explanation(const pipeline::Graph& graph, const http::Request& request,
                      const http::External& external, const config::Issues& issues) {
  Json out = {{"request", std::string(request.method) + " " + request.target.path_and_query()},
              {"origin", external.origin()}};
  Json warnings = Json::array();
  if (auto own = own_endpoint(request); !own.empty()) {
    out["answer"] = std::move(own);
    return out;
  }
  const auto cors = pipeline::judge_cors(*graph.config, request, request.target, external);
  if (cors) {
    using Outcome = pipeline::CorsJudgement::Outcome;
    if (cors->outcome == Outcome::refused)
      out["answer"] = "403: cors does not allow " + std::string(cors->refused);
    if (cors->outcome == Outcome::preflight) out["answer"] = "200: a preflight, answered by cors";
    if (out.contains("answer")) return out;
    if (cors->outcome == Outcome::allowed) out["cors"] = "the origin may read the answer";
  }
  if (auto own = session_endpoint(graph, request.target); !own.empty()) {
    out["answer"] = std::move(own);
    return out;
  }
  if (const auto logout = graph.logout->explain(request, external)) {
    out["answer"] = "logout";
    out["logout"] = explain_logout(*logout, external);
    for (const auto& [name, looked_up] : graph.config->looked_up_logouts) {
      out["logout"]["lookedUpBackEnds"].push_back({{"backEnd", name}, {"path", looked_up.path}});
    }
    add_warnings(issues, "/logout", warnings);
    if (!warnings.empty()) out["warnings"] = std::move(warnings);
    return out;
  }
  if (request.target.path == "/" && !graph.config->welcome_file.empty()) {
    out["answer"] = "302 to welcomeFile: " + http::append_query(graph.config->welcome_file, request.target.query);
    return out;
  }
  const auto match = backend::find_route(graph.routes, request.method, request.target);
  if (!match) {
    out["answer"] = "500: the regular expression of a route takes too long on this path";
    return out;
  }
  out["answer"] = match->found() ? name_of(*match->route) : no_route(*match);
  if (auto passed = explain_passed_routes(graph, request, match->route); !passed.empty()) {
    out["passedOver"] = std::move(passed);
  }
  if (auto service = built_in_service(*graph.config, request.target.path); !service.empty()) {
    out["answer"] = std::move(service);
  }
  if (!match->found()) return out;
  out["route"] = explain_route(graph, request, external, *match);
  const bool written = !match->route->added && match->route->plugin.empty();
  if (written) add_warnings(issues, "/routes/" + std::to_string(match->route->index), warnings);
  if (!warnings.empty()) out["warnings"] = std::move(warnings);
  return out;
}

}  // namespace router::app
