#include "config/validate.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/certified_provider.h"
#include "config/dialects/dialect.h"
#include "config/json_access.h"
#include "http/target.h"

namespace router::config {
namespace {

// destinations.<name> and services.<name>: a logout path that belongs to nothing would never be called.
void validate_logout_targets(const Validation& validation) {
  const auto check = [&](std::string_view section, const std::map<std::string, Destination>& known, const char* what,
                         bool is_fault) {
    const json* entries = object_member(validation.descriptor, section);
    if (entries == nullptr) return;
    for (const auto& [name, value] : entries->items()) {
      if (known.contains(name)) continue;
      const Finding finding{"the unknown name " + show(std::string_view(name)), what,
                            validation.report.hint_among(name, known), true};
      const std::string pointer = pointer_to(pointer_to("", section), name);
      is_fault ? validation.report.error(pointer, finding) : validation.report.warning(pointer, finding);
    }
  };
  if (!validation.destination_service_bound()) {
    check("destinations", validation.configuration.destinations,
          "the name of a destination in the variable destinations", true);
  }
  check("services", validation.configuration.services,
        "the name of a bound service, with its endpoint where it has several", false);
}

void validate_welcome_file(const Validation& validation) {
  const std::string& page = validation.configuration.welcome_file;
  if (page.empty()) return;
  if (http::is_absolute_http(page)) {
    if (!http::parse_url(page)) validation.report.error("/welcomeFile", {show(std::string_view(page)), "a valid URL"});
    return;
  }
  std::string path = page.substr(0, page.find_first_of("?#"));
  if (!path.starts_with('/')) path.insert(0, "/");
  const auto normal = http::normalise_path(path);
  if (!normal) {
    validation.report.error(
        "/welcomeFile", {show(std::string_view(page)), "a path without dot segments and backslashes", {}, false, true});
  }
}

// A promise to show a certificate that cannot be kept.
void validate_client_certificates(const Validation& validation) {
  const Configuration& configuration = validation.configuration;
  for (const auto& [name, destination] : configuration.destinations) {
    if (!destination.forward_auth_certificates) continue;
    const std::string found = "forwardAuthCertificates of " + show(std::string_view(name));
    if (!destination.url.secure()) {
      validation.variables.warning("destinations", found + " without TLS", "a URL with https or wss",
                                   "no client certificate is presented");
    } else if (certified_provider(configuration) == nullptr) {
      validation.variables.warning("destinations", found, "a bound xsuaa or identity service with certificate and key",
                                   "no client certificate is presented");
    }
  }
}

// Only the Cloud Connector knows such a URL, and only the connectivity service the way to it.
void validate_on_premise(const Validation& validation) {
  const auto is_connectivity = [](const Binding& binding) { return binding.is("connectivity"); };
  if (std::any_of(validation.bindings.begin(), validation.bindings.end(), is_connectivity)) return;
  const auto variable = validation.variables.json_value("destinations");
  for (std::size_t i = 0; variable && variable->value->is_array() && i < variable->value->size(); ++i) {
    const json& entry = (*variable->value)[i];
    for (const auto& [key, name] : {std::pair{"proxyType", "name"}, std::pair{"ProxyType", "Name"}}) {
      const auto type = text_member(entry, key);
      if (!type || !base::equals_ignoring_case(*type, "OnPremise")) continue;
      const auto called = text_member(entry, name).value_or(text_member(entry, "name").value_or(""));
      variable->report.error(
          pointer_to(pointer_to("", i), key),
          {"proxyType OnPremise of " + show(std::string_view(called)), "a bound connectivity service",
           "without it nothing behind a Cloud Connector can be reached"});
    }
  }
}

bool has_protected_route(const Configuration& configuration) {
  const auto is_protected = [](const Route& route) { return !route.is_public(); };
  return std::any_of(configuration.routes.begin(), configuration.routes.end(), is_protected) ||
         std::any_of(configuration.plugins.begin(), configuration.plugins.end(), is_protected);
}

// A service's client that knows no tenants has the provider's tokens for all of them.
void validate_tenants(const Validation& validation) {
  const Configuration& configuration = validation.configuration;
  if (configuration.environment.tenant_host_pattern.empty()) return;
  std::set<std::string> said;
  const auto says = [&](const IdentityProvider& client) {
    return client.uaa_domain.empty() && said.insert(client.name).second;
  };
  const auto found = [](const IdentityProvider& client) {
    return "a pattern while the client of " + show(std::string_view(client.name)) +
           " has no url that begins with its identityzone, and no uaadomain";
  };
  const char* const expected = "a uaadomain, at whose subdomains tenants have their tokens";
  const auto check_connectivity = [&](const std::shared_ptr<const Connectivity>& way) {
    if (!way || !says(way->client)) return;
    validation.variables.error("TENANT_HOST_PATTERN", found(way->client), expected,
                               "every tenant would reach the provider's Cloud Connector");
  };
  for (const auto& [name, destination] : configuration.destinations) check_connectivity(destination.connectivity);
  if (configuration.destination_service) check_connectivity(configuration.destination_service->connectivity);
  const auto warn = [&](const IdentityProvider& client) {
    if (!says(client)) return;
    validation.variables.warning("TENANT_HOST_PATTERN", found(client), expected,
                                 "every tenant has the provider's tokens there");
  };
  if (configuration.destination_service) warn(configuration.destination_service->client);
  if (configuration.repository && configuration.repository->client) warn(*configuration.repository->client);
  for (const auto& [name, service] : configuration.services) {
    if (service.service_client && !uses_own_certificate(service)) warn(service.service_client->client);
  }
}

void validate_environment(const Validation& validation) {
  const Environment& environment = validation.configuration.environment;
  const auto timeout = validation.configuration.session_timeout;
  if (environment.session_max_lifetime && *environment.session_max_lifetime < timeout) {
    validation.variables.error(
        "SESSION_MAX_LIFETIME", std::to_string(environment.session_max_lifetime->count()) + " minutes",
        "at least the idle time-out of a session, " + std::to_string(timeout.count()) + " minutes");
  }
  if (environment.allowed_hosts.empty() && has_protected_route(validation.configuration)) {
    Finding finding{"no value while routes ask for a login", "the hosts this application is reached by",
                    "without it absolute URLs are built for whatever host a request names"};
    finding.advice = true;
    validation.variables.report("ALLOWED_HOSTS").warning("", std::move(finding));
  }
  for (const IdentityProvider& provider : validation.configuration.providers) {
    if (environment.tenant_host_pattern.empty() || provider.kind != ProviderKind::xsuaa) continue;
    if (!provider.identity_zone.empty()) continue;
    validation.variables.warning(
        "TENANT_HOST_PATTERN",
        "a pattern while the url of " + show(std::string_view(provider.name)) + " does not begin with its identityzone",
        "a url such as https://<identityzone>.authentication.example.com", "every tenant logs in at that url");
  }
  const CookieAttributes& cookies = environment.cookies;
  if (cookies.same_site == "None" && environment.secure_session_cookie == false) {
    validation.variables.error("COOKIES", "SameSite None with SECURE_SESSION_COOKIE false",
                               "a secure cookie: browsers drop others that are SameSite=None");
  }
  if (environment.cookie_prefix && validation.variables.has("SESSION_COOKIE_NAME")) {
    validation.variables.error("SESSION_COOKIE_NAME", "a name with COOKIE_PREFIX true", "one of the two");
  }
  if (environment.cookie_prefix && environment.secure_session_cookie == false) {
    validation.variables.error("COOKIE_PREFIX", "true with SECURE_SESSION_COOKIE false",
                               "a secure cookie: browsers drop others that begin with __Host-");
  }
}

}  // namespace

std::string route_pointer(const Route& route) { return pointer_to("/routes", route.index); }

std::string name_of_route(const Route& route) {
  return route.plugin.empty() ? route_pointer(route).substr(1) : "the plugin " + show(std::string_view(route.plugin));
}

bool covers_methods(const Route& earlier, const Route& later) {
  static const std::vector<std::string> kFileMethods = {"GET", "HEAD"};
  const auto& first = earlier.folder() ? kFileMethods : earlier.http_methods;
  const auto& second = later.folder() ? kFileMethods : later.http_methods;
  if (first.empty()) return true;
  if (second.empty()) return false;
  return std::all_of(second.begin(), second.end(), [&](const std::string& method) {
    return std::find(first.begin(), first.end(), method) != first.end();
  });
}

const Route* route_of(const Configuration& configuration, const std::string& path) {
  const auto takes = [&](const Route& route) {
    const auto& methods = route.http_methods;
    const bool takes_get = methods.empty() || std::find(methods.begin(), methods.end(), "GET") != methods.end();
    if (!route.pattern || !takes_get) return false;
    const auto match = route.pattern->match(path);
    return match && *match;
  };
  for (const auto* list : {&configuration.plugins, &configuration.routes}) {
    const auto route = std::find_if(list->begin(), list->end(), takes);
    if (route != list->end()) return &*route;
  }
  return nullptr;
}

void validate(const Validation& validation) {
  validate_welcome_file(validation);
  validate_routes(validation);
  validate_reach(validation);
  validate_endpoints(validation);
  for (const Dialect* dialect : kDialects) {
    if (dialect->validate != nullptr) dialect->validate(validation);
  }
  validate_logout_targets(validation);
  validate_environment(validation);
  validate_client_certificates(validation);
  validate_on_premise(validation);
  validate_tenants(validation);
}

}  // namespace router::config
