#include "config/unused_services.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "config/chosen_destinations.h"
#include "config/json_access.h"
#include "config/read_connectivity.h"
#include "config/read_repository.h"

namespace router::config {
namespace {

bool any_route(const Configuration& configuration, const std::function<bool(const Route&)>& fits) {
  return std::any_of(configuration.plugins.begin(), configuration.plugins.end(), fits) ||
         std::any_of(configuration.routes.begin(), configuration.routes.end(), fits);
}

const IdentityProvider* provider_named(const Configuration& configuration, const std::string& name) {
  const auto& providers = configuration.providers;
  const auto found =
      std::find_if(providers.begin(), providers.end(), [&](const auto& provider) { return provider.name == name; });
  return found == providers.end() ? nullptr : &*found;
}

bool logs_in(const IdentityProvider& provider, const Configuration& configuration) {
  if (configuration.am) return true;
  return any_route(configuration, [&](const Route& route) {
    if (route.is_public()) return false;
    const bool any_oidc = route.dynamic_identity_provider && route.authentication == AuthenticationType::oidc;
    return route.provider == provider.name || (any_oidc && provider.kind == ProviderKind::oidc);
  });
}

bool looks_up_destinations(const Configuration& configuration) {
  return !configuration.looked_up_logouts.empty() || any_route(configuration, [&](const Route& route) {
    const auto* to = route.destination();
    return to != nullptr && (is_chosen_by_client(to->name) || !configuration.destinations.contains(to->name));
  });
}

bool reaches_on_premise(const Configuration& configuration) {
  return std::any_of(configuration.destinations.begin(), configuration.destinations.end(),
                     [](const auto& entry) { return entry.second.is_on_premise; });
}

std::string service_name(const Binding& binding) {
  return text_member(*binding.credentials, "sap.cloud.service").value_or(binding.name);
}

bool calls_service(const std::string& name, const Configuration& configuration) {
  return any_route(configuration,
                   [&](const Route& route) { return route.service() != nullptr && route.service()->name == name; });
}

bool is_needed(const Binding& binding, const Configuration& configuration) {
  if (binding.is("destination")) return looks_up_destinations(configuration);
  if (binding.is("connectivity")) return reaches_on_premise(configuration);
  if (binding.is(kRepositoryLabel)) return true;  // any path may be an application's
  if (const auto* provider = provider_named(configuration, binding.name)) return logs_in(*provider, configuration);
  const auto alias = text_member(*binding.credentials, "sap.cloud.service.alias");
  return calls_service(service_name(binding), configuration) || (alias && calls_service(*alias, configuration));
}

// An entry of VCAP_SERVICES or default-services.json that is not even a binding.
bool is_needed_entry(const Issue& issue, const Configuration& configuration) {
  if (issue.pointer.empty()) return true;
  const std::string label(base::cut(std::string_view(issue.pointer).substr(1), '/').before);
  if (label == "destination") return looks_up_destinations(configuration);
  if (label == "uaa" || label == "xsuaa" || label == "identity" || label == "oidc") {
    return any_route(configuration, [](const Route& route) { return !route.is_public(); });
  }
  return calls_service(label, configuration);
}

void leave_out(const Binding& binding, Configuration& configuration) {
  if (binding.is("destination")) {
    configuration.destination_service.reset();
  } else if (binding.is("connectivity")) {
    lead_on_premise(nullptr, configuration);
  } else if (provider_named(configuration, binding.name) != nullptr) {
    std::erase_if(configuration.providers, [&](const auto& provider) { return provider.name == binding.name; });
  } else {
    std::erase_if(configuration.services,
                  [&](const auto& entry) { return entry.second.name == service_name(binding); });
  }
}

// What is missing at one place of a service that nothing uses is one cause.
void add_warning(Issue issue, std::vector<Issue>& warnings) {
  const bool goes_on = !warnings.empty() && warnings.back().file == issue.file &&
                       warnings.back().pointer == issue.pointer && warnings.back().hint == issue.hint;
  if (!goes_on) return warnings.push_back(std::move(issue));
  warnings.back().found += " and " + issue.found;
  warnings.back().expected = "all that such a service has";
}

}  // namespace

void settle_services(const Issues& of_services, const std::vector<Binding>& bindings, Configuration& configuration,
                     Issues& issues) {
  std::vector<const Binding*> faulty;
  std::vector<Issue> left_out;
  for (Issue& issue : of_services.sorted()) {
    const auto binding = std::find_if(bindings.begin(), bindings.end(),
                                      [&](const Binding& candidate) { return candidate.report.covers(issue); });
    const bool is_known = binding != bindings.end();
    const bool needed = is_known ? is_needed(*binding, configuration) : is_needed_entry(issue, configuration);
    if (issue.severity == Severity::error && !needed) {
      issue.severity = Severity::warning;
      issue.hint += std::string(issue.hint.empty() ? "" : "; ") + "nothing here uses the service, so it is left out";
      if (is_known) faulty.push_back(&*binding);
      add_warning(std::move(issue), left_out);
    } else {
      issues.add(std::move(issue));
    }
  }
  for (Issue& issue : left_out) issues.add(std::move(issue));
  // afterwards: what is left out can no longer be asked about
  for (const Binding* binding : faulty) leave_out(*binding, configuration);
}

}  // namespace router::config
