#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "base/text.h"
#include "config/chosen_destinations.h"
#include "config/json_access.h"
#include "config/validate.h"

namespace router::config {
namespace {

// The routes before one, by what they take; so that each is looked at among few.
class EarlierRoutes {
 public:
  // The first that leaves nothing to `later`; null: there is none.
  const Route* taker_of(const Route& later) const {
    const Route* first = nullptr;
    const auto look = [&](const Bucket& bucket, bool any_case) {
      for (const Route* earlier : bucket) {
        if (first != nullptr && first->index < earlier->index) return;
        const bool same_case = any_case || earlier->match_case == later.match_case || !earlier->match_case;
        if (same_case && covers_methods(*earlier, later)) first = earlier;
      }
    };
    look(catch_all_, true);
    const auto same = by_source_.find(later.source);
    if (same != by_source_.end()) look(same->second, false);
    return first;
  }
  void add(const Route& route) {
    if (route.source.empty()) return;
    auto& bucket = is_catch_all(route.source) ? catch_all_ : by_source_[route.source];
    const bool adds_nothing = std::any_of(bucket.begin(), bucket.end(), [&](const Route* known) {
      return known->match_case == route.match_case && covers_methods(*known, route);
    });
    if (!adds_nothing && bucket.size() < kMostAlike) bucket.push_back(&route);
  }

 private:
  using Bucket = std::vector<const Route*>;
  static constexpr std::size_t kMostAlike = 100;  // one source, with methods that do not cover each other

  static bool is_catch_all(const std::string& source) {
    static const std::set<std::string> kCatchAll = {"^/(.*)$", "^/(.*)", "^(.*)$", "^(.*)", "(.*)", "/(.*)", ".*",
                                                    "^/.*$",   "^/.*",   "^.*$",   "^.*",   "^/",   "/",     "^"};
    return kCatchAll.contains(source);
  }

  Bucket catch_all_;
  std::map<std::string_view, Bucket> by_source_;
};

// Those that need a provider of their kind, as routes name them.
using AuthenticationTypes = std::set<std::string, std::less<>>;

AuthenticationTypes asked_for_by_routes(const Validation& validation) {
  AuthenticationTypes asked_for;
  for (const Route& route : validation.configuration.routes) {
    if (route.added) continue;
    const auto type =
        text_member(validation.descriptor.at(json::json_pointer(route_pointer(route))), "authenticationType");
    if (type == "xsuaa" || type == "ias" || type == "oidc") asked_for.insert(*type);
  }
  return asked_for;
}

class RouteCheck {
 public:
  // `report` is for the route, `value` what was written.
  RouteCheck(const Validation& validation, const EarlierRoutes& earlier, const AuthenticationTypes& asked_for,
             const Route& route, Report report, const json& value)
      : validation_(validation),
        configuration_(validation.configuration),
        earlier_(earlier),
        asked_for_(asked_for),
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
    const std::string found = given.empty() ? "none of destination, localDir and service" : quoted_list(given, "and");
    error("", found, "exactly one of destination, localDir and service");
  }

  void check_files() const {
    if (has("replace") && !has("localDir")) error("replace", "replace without localDir", "replace only with localDir");
    if (has("httpMethods") && has("localDir")) {
      error("httpMethods", "httpMethods with localDir", "none: localDir takes GET and HEAD");
    }
    if (has("cacheControl") && !has("localDir") && text_member(value_, "service") != kHtml5Service) {
      warning("cacheControl", "cacheControl without localDir", "localDir: it has no effect on answers of back-ends");
    }
    const bool control = std::any_of(route_.cache_control.begin(), route_.cache_control.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (control)
      error("cacheControl", show(std::string_view(route_.cache_control)), "a value without control characters");
  }

  void check_destination() const {
    const auto destination = text_member(value_, "destination");
    if (!destination) return;
    const std::string& name = *destination;
    if (name == "*") {
      if (configuration_.environment.destination_host_pattern.empty()) {
        error("destination", "\"*\" without the variable DESTINATION_HOST_PATTERN",
              "both, or the name of a destination");
      }
      return;
    }
    if (is_chosen_by_client(name) || validation_.destination_service_bound() ||
        configuration_.destinations.contains(name))
      return;
    error("destination", "the unknown destination " + show(std::string_view(name)),
          "the name of a destination in the variable destinations",
          report_.hint_among(name, configuration_.destinations));
  }

  void check_service() const {
    if (has("endpoint") && !has("service")) error("endpoint", "endpoint without service", "endpoint only with service");
    const auto service = text_member(value_, "service");
    if (!service || *service == kUserApiService || *service == kHtml5Service) return;
    const std::string& name = *service;
    const auto endpoint = text_member(value_, "endpoint");
    if (configuration_.services.contains(service_key(name, endpoint))) return;
    // a service stands there under its name, under its short name, and under both with its endpoints
    std::vector<std::string> endpoints;
    const auto prefix = name + "/";
    const auto& services = configuration_.services;
    for (auto at = services.lower_bound(prefix); at != services.end() && at->first.starts_with(prefix); ++at) {
      endpoints.push_back(at->first.substr(prefix.size()));
    }
    if (endpoints.empty() && !services.contains(name)) {
      std::map<std::string, int> names = {{kUserApiService, 0}};
      for (auto at = services.begin(); at != services.end() && !report_.is_full(); ++at) {
        names.emplace(base::cut(at->first, '/').before, 0);
      }
      error("service", "the unknown service " + show(std::string_view(name)), "the name of a bound service",
            report_.hint_among(name, names));
    } else if (endpoint) {
      error("endpoint", "the unknown endpoint " + show(std::string_view(*endpoint)), "an endpoint of the service",
            nearest_hint(*endpoint, endpoints));
    } else {
      error("service", show(std::string_view(name)) + " without endpoint", "the endpoint: the service has several");
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
      warn_unbound(any_provider());
    } else if (type == AuthenticationType::ias && !is_bound(ProviderKind::ias)) {
      warn_unbound("an identity (IAS) service");
    } else if (type == AuthenticationType::xsuaa && !is_bound(ProviderKind::xsuaa)) {
      warn_unbound(has("authenticationType") ? "an xsuaa service" : any_provider());
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
  // What serves a route that does not care; where others ask for one kind alone, that one: one cause, one line.
  std::string any_provider() const {
    if (asked_for_.size() != 1) return "an xsuaa, identity (IAS) or oidc service";
    const std::string& type = *asked_for_.begin();
    if (type == "xsuaa") return "an xsuaa service";
    return type == "ias" ? "an identity (IAS) service" : "an oidc service or OIDC_ISSUER";
  }
  void warn_unbound(const std::string& wanted) const {
    const char* key = has("authenticationType") ? "authenticationType" : "";
    warning(key, "a route that asks for a login, without a provider", "a binding of " + wanted,
            "until then nobody can log in, and the route answers 503");
  }

  void check_scope() const {
    if (route_.scope.empty()) return;
    if (route_.says_public) return warning("scope", "scope on a public route", "none: it is not checked");
    if (configuration_.authentication_none) {
      return warning("scope", "scope while authenticationMethod is none",
                     "a login for this route, or authenticationType \"none\"",
                     "nobody has a scope without a login: until then the route answers 403");
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
    const Route* earlier = earlier_.taker_of(route_);
    if (earlier == nullptr) return;
    warning("source", show(std::string_view(route_.source)) + ", which " + name_of_route(*earlier) + " takes first",
            "a source of its own, or another order", "no request reaches this route");
  }

  const Validation& validation_;
  const Configuration& configuration_;
  const EarlierRoutes& earlier_;
  const AuthenticationTypes& asked_for_;
  const Route& route_;
  Report report_;
  const json& value_;
};

void validate_plugins(const Validation& validation, const AuthenticationTypes& asked_for) {
  const auto& plugins = validation.configuration.plugins;
  if (plugins.empty()) return;
  const auto variable = validation.variables.json_value("plugins");
  EarlierRoutes earlier;
  for (const Route& route : plugins) {
    const json& value = variable->value->at(route.index);
    RouteCheck(validation, earlier, asked_for, route, variable->report.below(pointer_to("", route.index)), value).run();
    earlier.add(route);
  }
}

}  // namespace

void validate_routes(const Validation& validation) {
  const auto& routes = validation.configuration.routes;
  const AuthenticationTypes asked_for = asked_for_by_routes(validation);
  EarlierRoutes earlier;
  for (const Route& route : routes) {
    say_progress(validation.progress, "routes judged", route.index, routes.size());
    if (route.added) continue;
    const std::string pointer = route_pointer(route);
    const json& value = validation.descriptor.at(json::json_pointer(pointer));
    RouteCheck(validation, earlier, asked_for, route, validation.report.below(pointer), value).run();
    earlier.add(route);
  }
  validate_plugins(validation, asked_for);
}

}  // namespace router::config
