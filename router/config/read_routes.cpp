#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "config/files.h"
#include "config/json_access.h"
#include "config/read_descriptor.h"

namespace router::config {
namespace {

constexpr std::string_view kAppName = "$XSAPPNAME";

AuthenticationType default_authentication(const Configuration& configuration) {
  if (configuration.providers.empty()) return AuthenticationType::xsuaa;
  switch (configuration.providers.front().kind) {
    case ProviderKind::ias:
      return AuthenticationType::ias;
    case ProviderKind::xsuaa:
      return AuthenticationType::xsuaa;
    case ProviderKind::oidc:
      return AuthenticationType::oidc;
  }
  return AuthenticationType::xsuaa;
}

AuthenticationType read_authentication(const json& value, const Configuration& configuration) {
  if (configuration.authentication_none) return AuthenticationType::none;
  const auto type = text_member(value, "authenticationType");
  if (type == "xsuaa") return AuthenticationType::xsuaa;
  if (type == "ias") return AuthenticationType::ias;
  if (type == "oidc") return AuthenticationType::oidc;
  if (type == "basic") return AuthenticationType::basic;
  if (type == "none") return AuthenticationType::none;
  return default_authentication(configuration);
}

const IdentityProvider* find_kind(const Configuration& configuration, ProviderKind kind) {
  const auto& providers = configuration.providers;
  const auto found = std::find_if(providers.begin(), providers.end(),
                                  [&](const IdentityProvider& provider) { return provider.kind == kind; });
  return found == providers.end() ? nullptr : &*found;
}

std::string name_of(const IdentityProvider* provider) { return provider == nullptr ? std::string() : provider->name; }

// The binding that logs the route's users in. For xsuaa and ias, identityProvider names one of the providers that
// they know themselves.
std::string read_provider(const Route& route, const Configuration& configuration) {
  switch (route.authentication) {
    case AuthenticationType::none:
      return {};
    case AuthenticationType::xsuaa:
      return name_of(find_kind(configuration, ProviderKind::xsuaa));
    case AuthenticationType::ias:
      return name_of(find_kind(configuration, ProviderKind::ias));
    case AuthenticationType::oidc:
      if (!route.identity_provider.empty()) return route.identity_provider;
      return name_of(find_kind(configuration, ProviderKind::oidc));
    case AuthenticationType::basic:
      break;
  }
  // As in the Node router, passwords are first a matter of xsuaa.
  const auto* xsuaa = find_kind(configuration, ProviderKind::xsuaa);
  if (xsuaa != nullptr) return xsuaa->name;
  return configuration.providers.empty() ? std::string() : configuration.providers.front().name;
}

std::string xsappname_of(const Configuration& configuration) {
  for (const IdentityProvider& provider : configuration.providers) {
    if (!provider.xsappname.empty()) return provider.xsappname;
  }
  return {};
}

std::string expand_scope(const std::string& scope, const std::string& xsappname, const Report& report,
                         const std::string& pointer) {
  std::string expanded = scope;
  if (scope.starts_with(kAppName)) {
    if (!xsappname.empty()) expanded = xsappname + scope.substr(kAppName.size());
    if (scope.size() > kAppName.size() && scope[kAppName.size()] == '.') return expanded;
  } else if (scope.find('$') == std::string::npos) {
    return expanded;
  }
  const std::string near = nearest_hint(base::cut(scope, '.').before, {std::string(kAppName)});
  report.warning(pointer,
                 {show(std::string_view(scope)), "a scope, in which only $XSAPPNAME. at its start is replaced",
                  near.empty() ? "whoever has exactly " + show(std::string_view(expanded)) + " gets in" : near});
  return expanded;
}

std::vector<std::string> read_scopes(const json& value, const std::string& xsappname, const Report& report,
                                     const std::string& pointer) {
  std::vector<std::string> scopes;
  if (value.is_string()) scopes.push_back(expand_scope(value.get<std::string>(), xsappname, report, pointer));
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!value[i].is_string()) continue;
      scopes.push_back(expand_scope(value[i].get<std::string>(), xsappname, report, pointer_to(pointer, i)));
    }
  }
  return scopes;
}

ScopeRule read_scope_rule(const json& route, const Configuration& configuration, const Report& report) {
  ScopeRule rule;
  const json* value = member(route, "scope");
  if (value == nullptr) return rule;
  const std::string xsappname = xsappname_of(configuration);
  if (value->is_object()) {
    for (const auto& [method, scopes] : value->items()) {
      rule.by_method[method] = read_scopes(scopes, xsappname, report, pointer_to("/scope", method));
    }
  } else {
    rule.by_method["default"] = read_scopes(*value, xsappname, report, "/scope");
  }
  return rule;
}

void read_source(const json& value, const Report& report, Route& route) {
  const json* source = member(value, "source");
  if (source == nullptr) return;
  std::string pointer = "/source";
  if (source->is_object()) {
    pointer += "/path";
    route.source = text_member(*source, "path").value_or("");
    route.match_case = flag_member(*source, "matchCase", true);
  } else {
    route.source = text_member(value, "source").value_or("");
  }
  if (route.source.empty()) return;
  route.pattern = read_pattern(route.source, route.match_case, report, pointer);
  route.matches_query = spells_question_mark(route.source);
}

// One of the three, as validate_routes sees to. Folder and placeholders are looked at in any case, for what is wrong
// with them.
LeadsTo read_lead(const json& value, const Report& report, const DescriptorSurroundings& surroundings,
                  const Configuration& configuration) {
  auto folder = text_member(value, "localDir");
  if (folder) {
    // Keeps what was meant, so that the route is not also said to lead nowhere.
    folder = find_folder(configuration.directory, *folder, report, "/localDir").value_or(*folder);
  }
  std::optional<Replacement> replace;
  if (const json* placeholders = object_member(value, "replace")) {
    replace = read_replacement(*placeholders, report.below("/replace"), surroundings);
  }
  if (auto destination = text_member(value, "destination")) return ToDestination{std::move(*destination)};
  if (folder) return ToFolder{std::move(*folder), std::move(replace)};
  if (auto service = text_member(value, "service")) {
    return ToService{std::move(*service), text_member(value, "endpoint")};
  }
  return {};
}

// Of the folder "resources", where there is one.
std::optional<Route> default_route(const Configuration& configuration) {
  const auto folder = std::filesystem::path(configuration.directory) / "resources";
  std::error_code fault;
  if (!std::filesystem::is_directory(folder, fault)) return std::nullopt;
  Route route;
  route.source = "^/(.*)$";
  route.pattern = std::get<base::Pattern>(base::Pattern::compile(route.source));
  route.leads_to = ToFolder{folder.string()};
  route.authentication = read_authentication(json::object(), configuration);
  route.provider = read_provider(route, configuration);
  route.added = true;
  return route;
}

}  // namespace

bool spells_question_mark(std::string_view source) {
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\\') {
      if (i + 1 < source.size() && source[i + 1] == '?') return true;
      ++i;
    } else if (source.substr(i, 3) == "[?]") {
      return true;
    }
  }
  return false;
}

Route read_route(const json& value, const Report& report, const DescriptorSurroundings& surroundings,
                 const Configuration& configuration) {
  Route route;
  read_source(value, report, route);
  route.http_methods = texts_member(value, "httpMethods");
  route.target = text_member(value, "target");
  route.leads_to = read_lead(value, report, surroundings, configuration);
  // files, as those of a folder
  if (route.service() != nullptr && route.service()->name == kHtml5Service) route.http_methods = {"GET", "HEAD"};
  route.authentication = read_authentication(value, configuration);
  route.says_public = text_member(value, "authenticationType") == "none";
  route.csrf_protection = flag_member(value, "csrfProtection", true);
  route.scope = read_scope_rule(value, configuration, report);
  route.cache_control = text_member(value, "cacheControl").value_or("");
  route.identity_provider = text_member(value, "identityProvider").value_or("");
  route.provider = read_provider(route, configuration);
  route.dynamic_identity_provider =
      flag_member(value, "dynamicIdentityProvider", configuration.environment.dynamic_identity_provider);
  route.set_backend_session_cookies = flag_member(value, "setBackendSessionCookies", false);
  route.prefer_local = flag_member(value, "preferLocal", false);
  route.touch = flag_member(value, "touch", true);
  if (const auto timeout = integer_member(value, "timeout")) route.timeout = milliseconds(*timeout);
  return route;
}

void read_routes(const json& descriptor, const Report& report, const DescriptorSurroundings& surroundings,
                 Configuration& configuration) {
  const json* list = array_member(descriptor, "routes");
  const std::size_t count = list == nullptr ? 0 : list->size();
  for (std::size_t i = 0; i < count; ++i) {
    say_progress(surroundings.progress, "routes read", i, count);
    Route route = read_route((*list)[i], report.below(pointer_to("/routes", i)), surroundings, configuration);
    route.index = i;
    configuration.routes.push_back(std::move(route));
  }
  const auto serves_files = [](const json& route) { return text_member(route, "localDir").has_value(); };
  if (list != nullptr && std::any_of(list->begin(), list->end(), serves_files)) return;
  if (auto route = default_route(configuration)) {
    route->index = count;
    configuration.routes.push_back(*std::move(route));
  }
}

}  // namespace router::config
