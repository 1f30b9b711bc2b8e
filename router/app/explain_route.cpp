#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/explanation.h"
#include "config/token_rule.h"
#include "http/fetch_metadata.h"
#include "http/field_list.h"
#include "routing/rewrite.h"
#include "session/csrf.h"

namespace router::app {

using Json = nlohmann::ordered_json;

namespace {

std::string why_passed_over(const config::Route& route, const http::Request& request) {
  const auto& target = request.target;
  std::string storage;
  const auto match = route.pattern->match(routing::match_subject(route, target, storage));
  if (!match) return "its regular expression takes too long";
  if (!*match)
    return route.matches_query ? "the source does not match path and query"
                               : "the source does not match the path";
  if (route.folder() && request.is_get_or_head()) return "without its empty segments the path is another route's";
  return "the source matches, but it takes only " +
         (route.folder() ? "GET, HEAD" : http::written_list(route.http_methods));
}

std::string_view type_name(config::AuthenticationType type) {
  switch (type) {
    case config::AuthenticationType::xsuaa:
      return "xsuaa";
    case config::AuthenticationType::ias:
      return "ias";
    case config::AuthenticationType::oidc:
      return "oidc";
    case config::AuthenticationType::basic:
      return "basic";
    case config::AuthenticationType::none:
      break;
  }
  return "none";
}

// Who has to be somebody, and what happens to nobody.
void explain_login(const pipeline::Graph& graph, const http::Request& request, const config::Route& route, Json& out) {
  const auto& config = *graph.config;
  if (request.is_get_or_head() && graph.landing_pages.is_public(request.target.path)) {
    out["authentication"] = "none: a logout ends at this page";
    return;
  }
  if (!config.asks_for_login(route)) {
    out["authentication"] = route.is_public() ? "none" : "none: authenticationMethod is none";
    const auto* scopes = route.scope.for_method(request.method);
    if (!route.scope.empty() && config.authentication_none && !route.says_public && (scopes == nullptr || !scopes->empty())) {
      out["scopes"] = "403: nobody has a scope without a login";
    }
    return;
  }
  out["authentication"] = type_name(route.authentication);
  if (!route.identity_provider.empty()) out["identityProvider"] = route.identity_provider;
  if (route.provider.empty()) {
    out["withoutSession"] = "503: no identity provider is bound";
  } else {
    out["withoutSession"] = route.authentication == config::AuthenticationType::basic
                                ? "401 with a challenge, until user and password come"
                            : http::is_navigation(request) ? "login, then back here" : "401: no navigation";
  }
  const auto* scopes = route.scope.for_method(request.method);
  if (route.scope.empty() || (scopes != nullptr && scopes->empty())) {
    out["scopes"] = "none asked for";
  } else {
    out["scopes"] = scopes == nullptr ? "403: no rule for this method, and no default" : "one of " + http::written_list(*scopes);
  }
  if (!route.csrf_protection) {
    out["csrf"] = "not checked: csrfProtection is false";
  } else if (session::check_csrf(request.method, request.headers, {}) == session::CsrfOutcome::refuse) {
    out["csrf"] = "x-csrf-token needed, else 403";
  } else {
    out["csrf"] =
        session::asks_for_csrf_token(request.method, request.headers) ? "a token is answered" : "not needed";
  }
}

void explain_back_end(const config::Configuration& config, const config::Destination& destination,
                      const config::Route& route, const std::string& path, Json& out) {
  out["url"] = destination.url.origin() + routing::join_paths(destination.url, path);
  out["timeoutMs"] = route.timeout.value_or(destination.timeout).count();
  out["userToken"] = config::takes_token(destination) && config.asks_for_login(route) ? "sent" : "not sent";
}

void explain_destination(const pipeline::Graph& graph, const http::Request& request,
                         const http::External& external, const backend::Match& match,
                         const std::string& path, Json& out) {
  const auto& route = *match.route;
  const auto name = match.destination_name(request.target, external.authority);
  if (!name || !*name) {
    out["destination"] = "404: no name comes of " + route.destination()->name;
    return;
  }
  const auto known = graph.config->destinations.find(**name);
  out["destination"] = **name;
  if (known == graph.config->destinations.end()) {
    out["url"] = match.set->back_ends().looked_up ? "asked of the destination service" : "404: no such destination";
  } else {
    explain_back_end(*graph.config, known->second, route, path, out);
  }
}

void explain_service(const pipeline::Graph& graph, const config::Route& route, const std::string& path,
                     Json& out) {
  const auto& service = *route.service();
  out["service"] = service.key();
  const auto known = graph.config->services.find(service.key());
  if (known != graph.config->services.end()) {
    explain_back_end(*graph.config, known->second, route, path, out);
  } else {
    out["url"] = service.name == config::kUserApiService ? "answered by the router" : "503: not bound";
  }
}

void explain_folder(const pipeline::Graph& graph, const config::Route& route, const std::string& path,
                    Json& out) {
  const auto folder =
      std::filesystem::path(route.folder()->path).lexically_relative(graph.config->directory).string();
  out["localDir"] = folder;
  out["file"] = folder + path.substr(0, path.find('?'));
  if (!route.cache_control.empty()) out["cacheControl"] = route.cache_control;
}

}  // namespace

Json explain_passed_routes(const pipeline::Graph& graph, const http::Request& request,
                           const config::Route* chosen) {
  Json passed = Json::array();
  for (const auto* list : {&graph.config->plugins, &graph.config->routes}) {
    for (const auto& route : *list) {
      if (&route == chosen) return passed;
      if (!route.pattern) continue;
      const Json name = route.plugin.empty() ? Json(route.index) : Json("plugin " + route.plugin);
      passed.push_back(
          {{"route", name}, {"source", route.source}, {"because", why_passed_over(route, request)}});
    }
  }
  return passed;
}

Json explain_route(const pipeline::Graph& graph, const http::Request& request, const http::External& external,
                   const backend::Match& match) {
  const auto& route = *match.route;
  Json out = {{"source", route.source}};
  const auto path = routing::rewrite(route, match.match, request.target);
  if (!path) {
    out["rewritten"] = "400: the target makes a path that no back-end should see";
    return out;
  }
  out["rewritten"] = *path;
  if (route.folder() != nullptr) explain_folder(graph, route, *path, out);
  if (route.destination() != nullptr) explain_destination(graph, request, external, match, *path, out);
  if (route.service() != nullptr) explain_service(graph, route, *path, out);
  explain_login(graph, request, route, out);
  if (!route.touch) out["session"] = "not kept alive by this request: touch is false";
  return out;
}

}  // namespace router::app
