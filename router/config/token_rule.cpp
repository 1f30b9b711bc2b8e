#include "config/token_rule.h"

#include <algorithm>

#include "config/chosen_destinations.h"

namespace router::config {
namespace {

// A name made of what the client asked for may be any.
bool leads_to(const Configuration& config, const Route& route, const std::string& back_end) {
  if (const auto* to = route.destination()) return to->name == back_end || is_chosen_by_client(to->name);
  if (route.service() == nullptr) return false;
  const auto service = config.services.find(route.service()->key());
  return service != config.services.end() && service->second.name == back_end;
}

bool logs_in_at(const Route& route, const IdentityProvider& provider) {
  if (route.is_public()) return false;
  const bool any_oidc = route.dynamic_identity_provider && route.authentication == AuthenticationType::oidc;
  return route.provider == provider.name || (any_oidc && provider.kind == ProviderKind::oidc);
}

}  // namespace

bool takes_token(const Destination& destination) {
  return (destination.forward_auth_token || destination.is_service) && destination.authorization.empty() &&
         !uses_own_certificate(destination);
}

std::optional<std::vector<std::string>> token_bindings(const Configuration& config, const std::string& back_end) {
  bool is_named = false;
  std::vector<std::string> names;
  for (const auto* routes : {&config.plugins, &config.routes}) {
    for (const auto& route : *routes) {
      if (!leads_to(config, route, back_end)) continue;
      is_named = true;
      for (const auto& provider : config.providers) {
        const bool is_new = std::find(names.begin(), names.end(), provider.name) == names.end();
        if (is_new && logs_in_at(route, provider)) names.push_back(provider.name);
      }
    }
  }
  if (!is_named && config.providers.size() <= 1) return std::nullopt;
  return names;
}

}  // namespace router::config
