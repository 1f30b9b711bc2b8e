#include <algorithm>

#include "base/text.h"
#include "config/chosen_destinations.h"
#include "config/json_access.h"
#include "config/validate.h"

namespace router::config {
namespace {

std::string name_of(const Route& route) {
  return route.plugin.empty() ? route_pointer(route).substr(1) : "the plugin " + show(std::string_view(route.plugin));
}

class RouteCheck {
 public:
  // `list`: where the route stands, for what shadows it; `report` is for the route, `value` what was written.
  RouteCheck(const Validation& validation, const std::vector<Route>& list, const Route& route, Report report,
             const json& value)
      : validation_(validation),
        configuration_(validation.configuration),
        list_(list),
        route_(route),
        report_(std::move(report)),
        value_(value) {}

  void run() {
    check_target_kind();
    check_files();
    check_destination();
    check_service();
    check_methods();
    check_provider();
    check_scope();
    check_shadow();
    validate_source(route_, value_, report_);
  }

 private:
  bool has(std::string_view key) const { return member(value_, key) != nullptr; }
  void error(std::string_view key, std::string found, std::string expected, std::string hint = {}) const {
    const std::string place = key.empty() ? std::string() : pointer_to("", key);
    report_.error(place, {std::move(found), std::move(expected), std::move(hint), false, true});
  }
  void warning(std::string_view key, std::string found, std::string expected, std::string hint = {}) const {
    const std::string place = key.empty() ? std::string() : pointer_to("", key);
    report_.warning(place, {std::move(found), std::move(expected), std::move(hint)});
  }

  void check_target_kind() const {
    std::vector<std::string> given;
    for (const char* key : {"destination", "localDir", "service"}) {
      if (has(key)) given.emplace_back(key);
    }
    if (given.size() == 1 || !value_.is_object()) return;
    const std::string found =
        given.empty() ? "none of destination, localDir and service" : quoted_list(given, "and");
    error("", found, "exactly one of destination, localDir and service");
  }

  void check_files() const {
    if (has("replace") && !has("localDir"))
      error("replace", "replace without localDir", "replace only with localDir");
    if (has("httpMethods") && has("localDir")) {
      error("httpMethods", "httpMethods with localDir", "none: localDir takes GET and HEAD");
    }
    if (has("cacheControl") && !has("localDir") && route_.service != kHtml5Service) {
      warning("cacheControl", "cacheControl without localDir",
              "localDir: it has no effect on answers of back-ends");
    }
    const bool control = std::any_of(route_.cache_control.begin(), route_.cache_control.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (control)
      error("cacheControl", show(std::string_view(route_.cache_control)),
            "a value without control characters");
  }

  void check_destination() const {
    if (!route_.destination) return;
    const std::string& name = *route_.destination;
    if (name == "*") {
      if (configuration_.environment.destination_host_pattern.empty()) {
        error("destination", "\"*\" without the variable DESTINATION_HOST_PATTERN",
              "both, or the name of a destination");
      }
      return;
    }
    if (is_chosen_by_client(name) || validation_.destination_service_bound() || configuration_.destinations.contains(name))
      return;
    std::vector<std::string> known;
    for (const auto& [key, destination] : configuration_.destinations) known.push_back(key);
    error("destination", "the unknown destination " + show(std::string_view(name)),
          "the name of a destination in the variable destinations", nearest_hint(name, known));
  }

  void check_service() const {
    if (has("endpoint") && !has("service"))
      error("endpoint", "endpoint without service", "endpoint only with service");
    if (!route_.service || *route_.service == kUserApiService || *route_.service == kHtml5Service) return;
    const std::string& name = *route_.service;
    std::vector<std::string> services = {kUserApiService};
    std::vector<std::string> endpoints;
    for (const auto& [key, target] : configuration_.services) {
      // a service stands there under its name, under its short name, and under both with its endpoints
      std::string own(base::cut(key, '/').before);
      if (std::find(services.begin(), services.end(), own) == services.end()) services.push_back(std::move(own));
      if (key.starts_with(name + "/")) endpoints.push_back(key.substr(name.size() + 1));
    }
    if (configuration_.services.contains(service_key(name, route_.endpoint))) return;
    if (std::find(services.begin(), services.end(), name) == services.end()) {
      error("service", "the unknown service " + show(std::string_view(name)), "the name of a bound service",
            nearest_hint(name, services));
    } else if (route_.endpoint) {
      error("endpoint", "the unknown endpoint " + show(std::string_view(*route_.endpoint)),
            "an endpoint of the service", nearest_hint(*route_.endpoint, endpoints));
    } else {
      error("service", show(std::string_view(name)) + " without endpoint",
            "the endpoint: the service has several");
    }
  }

  void check_methods() const {
    const auto& methods = route_.http_methods;
    if (std::find(methods.begin(), methods.end(), "TRACE") == methods.end()) return;
    warning("httpMethods", "TRACE", "other methods: TRACE is answered 405 whatever the routes say");
  }

  bool is_bound(ProviderKind kind) const {
    const auto& providers = configuration_.providers;
    return std::any_of(providers.begin(), providers.end(),
                       [&](const IdentityProvider& provider) { return provider.kind == kind; });
  }

  void check_provider() const {
    const AuthenticationType type = route_.authentication;
    const bool logs_in = type != AuthenticationType::none && type != AuthenticationType::basic;
    if (!route_.identity_provider.empty() && !logs_in && !configuration_.authentication_none) {
      warning("identityProvider", "identityProvider on a route without a login at a provider", "none");
    }
    if (type == AuthenticationType::oidc) {
      check_oidc_provider();
    } else if (type == AuthenticationType::basic && route_.provider.empty()) {
      warn_unbound("an xsuaa, identity (IAS) or oidc service");
    } else if (type == AuthenticationType::ias && !is_bound(ProviderKind::ias)) {
      warn_unbound("an identity (IAS) service");
    } else if (type == AuthenticationType::xsuaa && !is_bound(ProviderKind::xsuaa)) {
      warn_unbound(has("authenticationType") ? "an xsuaa service"
                                             : "an xsuaa, identity (IAS) or oidc service");
    }
  }
  void check_oidc_provider() const {
    std::vector<std::string> names;
    for (const IdentityProvider& provider : configuration_.providers) {
      if (provider.kind == ProviderKind::oidc) names.push_back(provider.name);
    }
    if (names.empty()) return warn_unbound("an oidc service or OIDC_ISSUER");
    const std::string& name = route_.identity_provider;
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
    error("identityProvider", "the unknown identity provider " + show(std::string_view(name)),
          "one of " + quoted_list(names), nearest_hint(name, names));
  }
  void warn_unbound(const std::string& wanted) const {
    const char* key = has("authenticationType") ? "authenticationType" : "";
    warning(key, "a route that asks for a login, without a provider", "a binding of " + wanted,
            "until then the route answers 503");
  }

  void check_scope() const {
    if (route_.scope.empty()) return;
    if (route_.is_public()) {
      if (!configuration_.authentication_none)
        warning("scope", "scope on a public route", "none: it is not checked");
      return;
    }
    for (const auto& [method, scopes] : route_.scope.by_method) {
      for (const std::string& scope : scopes) {
        if (!scope.starts_with("$XSAPPNAME")) continue;
        warning("scope", "$XSAPPNAME while no binding has an xsappname", "a bound xsuaa service",
                "until then nobody has the scope");
        return;
      }
    }
  }

  void check_shadow() const {
    static const std::vector<std::string> kCatchAll = {"^/(.*)$", "^/(.*)", "^(.*)$", "^(.*)", "(.*)",
                                                       "/(.*)",   ".*",     "^/.*$",  "^/.*",  "^.*$",
                                                       "^.*",     "^/",     "/",      "^"};
    for (const Route& earlier : list_) {
      if (earlier.index >= route_.index) return;
      const bool same =
          earlier.source == route_.source && (earlier.match_case == route_.match_case || !earlier.match_case);
      const bool all = std::find(kCatchAll.begin(), kCatchAll.end(), earlier.source) != kCatchAll.end();
      if (earlier.source.empty() || !(same || all) || !covers_methods(earlier, route_)) continue;
      warning("source",
              show(std::string_view(route_.source)) + ", which " + name_of(earlier) + " takes first",
              "a source of its own, or another order", "no request reaches this route");
      return;
    }
  }

  const Validation& validation_;
  const Configuration& configuration_;
  const std::vector<Route>& list_;
  const Route& route_;
  Report report_;
  const json& value_;
};

void validate_plugins(const Validation& validation) {
  const auto& plugins = validation.configuration.plugins;
  if (plugins.empty()) return;
  const auto variable = validation.variables.json_value("plugins");
  for (const Route& route : plugins) {
    const json& value = variable->value->at(route.index);
    RouteCheck(validation, plugins, route, variable->report.below(pointer_to("", route.index)), value).run();
  }
}

}  // namespace

void validate_routes(const Validation& validation) {
  const auto& routes = validation.configuration.routes;
  for (const Route& route : routes) {
    if (route.added) continue;
    const std::string pointer = route_pointer(route);
    const json& value = validation.descriptor.at(json::json_pointer(pointer));
    RouteCheck(validation, routes, route, validation.report.below(pointer), value).run();
  }
  validate_plugins(validation);
}

}  // namespace router::config
