#include "app/wiring.h"

#include "backend/forwarder.h"
#include "backend/static_files.h"
#include "identity/service_token.h"

namespace router::app {
namespace {

using BackEnds = decltype(pipeline::Graph::destinations);

// A destination or service by name, as the routes refer to it.
void add_back_ends(const pipeline::Graph& graph, const std::map<std::string, config::Destination>& destinations,
                   backend::CompressionSlots& slots, BackEnds& back_ends) {
  for (const auto& [name, destination] : destinations) {
    back_ends[name] = std::make_unique<backend::Forwarder>(destination, *graph.config, slots);
  }
}

backend::Backend* back_end_of(pipeline::Graph& graph, const config::Route& route, Parts& parts) {
  if (route.local_dir) {
    graph.folders.push_back(std::make_unique<backend::StaticFiles>(route, *graph.config, parts.kept_bodies,
                                                                   parts.clock.wall()));
    return graph.folders.back().get();
  }
  if (!route.destination && !route.service) return nullptr;
  if (route.service == config::kUserApiService) return &graph.user_api;
  const BackEnds& back_ends = route.destination ? graph.destinations : graph.services_by_key;
  const auto known = back_ends.find(route.destination ? *route.destination
                                                      : config::service_key(*route.service, route.endpoint));
  return known == back_ends.end() ? nullptr : known->second.get();
}

// A logout waits for nobody: what is not known already is asked for in the background.
logout::FindDestination known_destinations(const std::shared_ptr<identity::DestinationService>& service) {
  if (!service) return {};
  return [service](const std::string& name) { return service->known(name); };
}

// Checked by config/read_environment; absent if there is none.
std::optional<base::Pattern> compile_host_pattern(const std::string& source) {
  if (source.empty()) return std::nullopt;
  auto compiled = base::Pattern::compile(source);
  auto* usable = std::get_if<base::Pattern>(&compiled);
  return usable == nullptr ? std::nullopt : std::optional(std::move(*usable));
}

std::vector<std::string> cookie_deletions(const pipeline::Graph& graph, const http::External& external,
                                          const http::Request& request) {
  const auto agent = request.headers.get("User-Agent").value_or("");
  auto deletions = graph.login->forget_logins(request, external);
  deletions.insert(deletions.begin(), graph.session_cookie.deletion(external, agent).to_string());
  return deletions;
}

logout::Parts logout_parts(const pipeline::Graph& graph, Parts& parts, const Bound& bound) {
  return {.config = graph.config,
          .providers = bound.providers,
          .store = parts.sessions,
          .live = parts.live,
          .fan_out = parts.fan_out,
          .receipts = parts.receipts,
          .states = parts.return_states,
          .ongoing = parts.ongoing_logouts,
          .background = parts.background,
          .clock = parts.clock,
          .find_destination = known_destinations(bound.destination_service),
          // the graph owns whoever calls it
          .delete_cookies = [&graph](const http::External& external, const http::Request& request) {
            return cookie_deletions(graph, external, request);
          }};
}

login::Parts login_parts(const pipeline::Graph& graph, Parts& parts, const Bound& bound) {
  return {
      .config = graph.config,
      .store = parts.sessions,
      .background = parts.background,
      .clock = parts.clock,
      .ongoing = parts.ongoing_logins,
      .find_provider = [providers = bound.providers](std::string_view name) { return providers->find(name); },
      .session_over =
          [&parts](std::vector<session::Snapshot> over) { return parts.sessions_over(std::move(over)); },
      .ask_service_token =
          [given = parts.for_identity(*graph.config)](login::ServiceOf service, base::Secret user_token,
                                                      std::string tenant) {
            return identity::ask_service_token(std::move(service), std::move(user_token), std::move(tenant),
                                               given);
          }};
}

}  // namespace

std::shared_ptr<const pipeline::Graph> make_graph(std::shared_ptr<const config::Configuration> config,
                                                  Parts& parts, const Bound& bound) {
  auto graph = std::make_shared<pipeline::Graph>(std::move(config), parts.for_requests());
  add_back_ends(*graph, graph->config->destinations, parts.compression_slots, graph->destinations);
  add_back_ends(*graph, graph->config->services, parts.compression_slots, graph->services_by_key);
  // in the order of the route table
  for (const auto* list : {&graph->config->plugins, &graph->config->routes}) {
    for (const auto& route : *list) graph->by_route.push_back(back_end_of(*graph, route, parts));
  }
  if (bound.destination_service) {
    graph->looked_up = std::make_unique<const backend::LookedUpDestinations>(
        bound.destination_service, *graph->config, parts.compression_slots, parts.look_ups, parts.clock);
  }
  graph->host_pattern = compile_host_pattern(graph->config->environment.destination_host_pattern);
  graph->tenant_pattern = compile_host_pattern(graph->config->environment.tenant_host_pattern);

  graph->logout = std::make_unique<logout::Service>(logout_parts(*graph, parts, bound));
  graph->login = std::make_unique<login::Service>(login_parts(*graph, parts, bound));
  return graph;
}

}  // namespace router::app
