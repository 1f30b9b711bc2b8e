#include "app/wiring.h"

#include "app/applications.h"
#include "app/back_ends.h"
#include "backend/static_files.h"
#include "identity/service_token.h"

namespace router::app {
namespace {

std::shared_ptr<const backend::RouteSet> make_routes(const std::shared_ptr<const config::Configuration>& config,
                                                     const std::shared_ptr<const applications::Repository>& repository,
                                                     Parts& parts, const Bound& bound,
                                                     const config::PrivateFiles& private_files) {
  const auto make_folder = [&](const config::Route& route) -> std::unique_ptr<backend::Backend> {
    if (route.folder() == nullptr) return nullptr;
    return std::make_unique<backend::StaticFiles>(route, *config, parts.kept_bodies, parts.clock.wall(), private_files);
  };
  return std::make_shared<const backend::RouteSet>(config, make_back_ends(config, repository, parts, bound),
                                                   make_folder);
}

// A logout waits for nobody: what is not known already is asked for in the background.
logout::FindDestination known_destinations(const std::shared_ptr<identity::DestinationService>& service) {
  if (!service) return {};
  return [service](const std::string& name, const std::string& tenant) { return service->known_or_ask(name, tenant); };
}

std::vector<std::string> cookie_deletions(const pipeline::Graph& graph, const http::External& external,
                                          const http::Request& request) {
  const auto agent = request.headers.get("User-Agent").value_or("");
  auto deletions = graph.login->forget_logins(request, external);
  deletions.insert(deletions.begin(), graph.session_cookie.deletion(external, agent).to_string());
  return deletions;
}

std::string receipt_cookie(const pipeline::Graph& graph, std::string value, const http::External& external,
                           const http::Request& request) {
  const auto agent = request.headers.get("User-Agent").value_or("");
  const auto& ours = graph.session_cookie;
  auto cookie = ours.with_attributes(ours.names().receipt(), std::move(value), external, agent);
  cookie.max_age = logout::kReceiptLinkLifetime.count();
  return cookie.to_string();
}

logout::Parts logout_parts(const pipeline::Graph& graph, Parts& parts, const Bound& bound) {
  return {
      .config = graph.config,
      .providers = bound.providers,
      .store = parts.sessions,
      .live = parts.live,
      .fan_out = parts.fan_out,
      .receipts = parts.receipts,
      .states = parts.return_states,
      .ongoing = parts.ongoing_logouts,
      .background = parts.background,
      .clock = parts.clock,
      .routes = graph.routes,
      .find_destination = known_destinations(bound.destination_service),
      // the graph owns whoever calls it
      .delete_cookies = [&graph](const http::External& external,
                                 const http::Request& request) { return cookie_deletions(graph, external, request); },
      .receipt_links = &parts.receipt_links,
      .make_receipt_cookie =
          [&graph](std::string value, const http::External& external, const http::Request& request) {
            return receipt_cookie(graph, std::move(value), external, request);
          },
      .transmitters = bound.transmitters,
      .revokers = bound.revokers,
      .own_transactions = parts.logout_tokens.own_transactions(),
      .signal_queue = &parts.signal_queue};
}

login::Parts login_parts(const pipeline::Graph& graph, Parts& parts, const Bound& bound) {
  return {
      .config = graph.config,
      .store = parts.sessions,
      .background = parts.background,
      .clock = parts.clock,
      .ongoing = parts.ongoing_logins,
      .find_provider = [providers = bound.providers](std::string_view name) { return providers->find(name); },
      .session_over = [&parts](std::vector<session::Snapshot> over) { return parts.sessions_over(std::move(over)); },
      .ask_service_token =
          [given = parts.for_identity(*graph.config)](login::ServiceOf service, base::Secret user_token,
                                                      std::string tenant) {
            return identity::ask_service_token(std::move(service), std::move(user_token), std::move(tenant), given);
          }};
}

}  // namespace

std::shared_ptr<const pipeline::Graph> make_graph(std::shared_ptr<const config::Configuration> config, Parts& parts,
                                                  const Bound& bound, const config::PrivateFiles& private_files) {
  auto graph = std::make_shared<pipeline::Graph>(std::move(config), parts.for_requests());
  auto repository = make_repository(graph->config, parts);
  graph->routes = make_routes(graph->config, repository, parts, bound, private_files);
  graph->applications = make_catalogue(graph->config, std::move(repository), parts, bound);
  graph->logout = std::make_unique<logout::Service>(logout_parts(*graph, parts, bound));
  graph->login = std::make_unique<login::Service>(login_parts(*graph, parts, bound));
  return graph;
}

}  // namespace router::app
