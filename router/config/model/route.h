// Which requests lead where, and what they need: `routes` and `plugins` of the descriptor. Part of
// config/model.h.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/pattern.h"

namespace router::config {

using base::milliseconds;

enum class AuthenticationType { xsuaa, ias, oidc, basic, none };

// Scopes that a route asks for: any one of the list, per method where the descriptor says so.
struct ScopeRule {
  std::map<std::string, std::vector<std::string>> by_method;  // "default" = every other method
  bool empty() const { return by_method.empty(); }
  // Null: the rule names no such method, and no default.
  const std::vector<std::string>* for_method(std::string_view method) const {
    auto found = by_method.find(std::string(method));
    if (found == by_method.end()) found = by_method.find("default");
    return found == by_method.end() ? nullptr : &found->second;
  }
};

// The built-in service that answers /currentUser and /attributes; it has no entry in Configuration::services.
inline constexpr const char* kUserApiService = "sap-approuter-userapi";

// The files of the HTML5 application repository.
inline constexpr const char* kHtml5Service = "html5-apps-repo-rt";

// The key of a route's service and endpoint in Configuration::services.
inline std::string service_key(const std::string& service, const std::optional<std::string>& endpoint) {
  return endpoint ? service + "/" + *endpoint : service;
}

struct Replacement {  // `replace` of a localDir route
  std::vector<std::string> path_suffixes;
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> services;
};

// Where a route leads: `destination`, `service` or `localDir` of the descriptor.
struct ToDestination {
  std::string name;  // as written; the request fills in $1 and * (config/chosen_destinations.h)
};
struct ToService {
  std::string name;
  std::optional<std::string> endpoint = {};

  std::string key() const { return service_key(name, endpoint); }
};
struct ToFolder {
  std::string path;  // absolute, checked at load
  std::optional<Replacement> replace = {};
};
using LeadsTo = std::variant<ToDestination, ToService, ToFolder>;

struct Route {
  std::size_t index = 0;  // position in `routes` or `plugins`, for messages
  std::string source;
  bool match_case = true;
  std::optional<base::Pattern> pattern;   // `source`, compiled
  bool matches_query = false;             // the source spells \? or [?]
  std::vector<std::string> http_methods;  // empty = all
  std::optional<std::string> target;      // what the matched part of the path is rewritten to
  LeadsTo leads_to;
  AuthenticationType authentication = AuthenticationType::none;
  bool says_public = false;  // its own authenticationType is none, not only the descriptor's authenticationMethod
  bool csrf_protection = true;
  ScopeRule scope;
  std::string cache_control;
  std::string provider;           // the binding that logs its users in; empty = public, or none is bound
  std::string identity_provider;  // xsuaa, ias: which of the provider's own identity providers; oidc: the binding
  bool dynamic_identity_provider = false;
  bool set_backend_session_cookies = false;
  bool prefer_local = false;
  bool touch = true;
  std::optional<milliseconds> timeout;
  bool added = false;  // the default route, which no descriptor spells
  std::string plugin;  // the name, for a route of the variable `plugins`

  bool is_public() const { return authentication == AuthenticationType::none; }
  // Null: it leads to something else, or (refused by validate) nowhere.
  const ToDestination* destination() const {
    const auto* to = std::get_if<ToDestination>(&leads_to);
    return to != nullptr && !to->name.empty() ? to : nullptr;
  }
  const ToService* service() const { return std::get_if<ToService>(&leads_to); }
  const ToFolder* folder() const { return std::get_if<ToFolder>(&leads_to); }
};

}  // namespace router::config
