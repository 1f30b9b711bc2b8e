#include "config/read_application.h"

#include <algorithm>

#include "config/json_access.h"
#include "config/read_descriptor.h"
#include "config/schema.h"
#include "config/spelling.h"
#include "http/target.h"
#include "http/url.h"

namespace router::config {
namespace {

constexpr JsonLimits kApplicationLimits{.file_bytes = 1024 * 1024, .string_bytes = 4096};

// What an application begins with: what is not the central descriptor's.
Configuration surroundings_of(const Configuration& central) {
  Configuration own = central;
  own.welcome_file.clear();
  own.authentication_none = false;
  own.routes.clear();
  own.plugins.clear();
  own.looked_up_logouts.clear();
  own.plugin_metadata_endpoint.clear();
  own.whitelist_endpoint.clear();
  own.websockets_enabled = false;
  own.error_pages.clear();
  own.cors.clear();
  own.am.reset();
  own.hosted_login.reset();
  for (auto* back_ends : {&own.destinations, &own.services}) {
    for (auto& [name, back_end] : *back_ends) back_end.logout_path.clear();
  }
  return own;
}

void warn(const Report& report, const std::string& pointer, std::string found, std::string instead) {
  report.warning(pointer, {std::move(found), "nothing of it in an application", std::move(instead), true});
}

// Takes out of the descriptor what would reach for files of the router. Answers which routes had a folder.
std::vector<std::size_t> take_out_files(json& root, const Report& report) {
  std::vector<std::size_t> folders;
  if (const auto routes = root.find("routes"); routes != root.end() && routes->is_array()) {
    for (std::size_t i = 0; i < routes->size(); ++i) {
      json& route = (*routes)[i];
      if (member(route, "localDir") == nullptr) continue;
      warn(report, pointer_to(pointer_to("/routes", i), "localDir"), "localDir", "the route answers 404");
      route.erase("localDir");
      route.erase("replace");
      folders.push_back(i);
    }
  }
  if (const auto pages = root.find("errorPage"); pages != root.end() && pages->is_array()) {
    const auto has_file = [](const json& page) { return member(page, "file") != nullptr; };
    const auto first = std::find_if(pages->begin(), pages->end(), has_file);
    if (first != pages->end()) {
      warn(report, pointer_to("/errorPage", static_cast<std::size_t>(first - pages->begin())) + "/file",
           "errorPage.file", "path names a page of the application");
    }
    std::erase_if(pages->get_ref<json::array_t&>(), has_file);
  }
  return folders;
}

// How a back-end is told by a token, and its own name of the session, is between it and who runs the router.
void take_out_logout_tokens(json& root, const Report& report) {
  const auto destinations = root.find("destinations");
  if (destinations == root.end() || !destinations->is_object()) return;
  for (auto& [name, value] : destinations->items()) {
    if (member(value, "logoutToken") == nullptr) continue;
    warn(report, pointer_to(pointer_to("/destinations", name), "logoutToken"), "logoutToken",
         "it is told without one, where logoutPath says so");
    value.erase("logoutToken");
  }
}

// They stay as they are in its surroundings.
void take_out_central_properties(json& root, const Report& report) {
  for (const char* key : {"whitelistService", "pluginMetadataEndpoint", "sessionTimeout", "am", "hostedLogin",
                          "signals", "outgoingRequestOptions"}) {
    if (root.erase(key) > 0) warn(report, pointer_to("", key), key, "the central descriptor's counts");
  }
  const auto login = root.find("login");
  if (login != root.end() && login->is_object() && login->erase("callbackEndpoint") > 0) {
    warn(report, "/login/callbackEndpoint", "callbackEndpoint", "logins come back to the central one");
  }
}

// Each session that uses the application remembers them.
void warn_of_logouts(const Configuration& own, const Report& report) {
  const auto has_path = [](const auto& one) { return !one.second.logout_path.empty(); };
  auto count = own.looked_up_logouts.size();
  for (const auto* back_ends : {&own.destinations, &own.services}) {
    count += static_cast<std::size_t>(std::count_if(back_ends->begin(), back_ends->end(), has_path));
  }
  if (count <= kMostApplicationLogouts) return;
  report.warning("/destinations", {std::to_string(count) + " logout paths",
                                   "at most " + std::to_string(kMostApplicationLogouts), "the rest is not called"});
}

std::string below(const std::string& segment, const std::string& path) {
  if (path.empty() || http::is_absolute_http(path)) return path;
  return "/" + segment + (path.starts_with('/') ? path : "/" + path);
}

// As requests have it.
std::string endpoint_below(const std::string& segment, const std::string& path) {
  const auto endpoint = below(segment, path);
  return endpoint.empty() ? endpoint : http::normalise_path(endpoint).value_or(endpoint);
}

// `logout` is inherited, property by property; what the application's users are asked and told at a logout is the
// central descriptor's in all else.
void settle_logout(const json& root, const Configuration& central, const std::string& segment, Configuration& own) {
  const json* section = object_member(root, "logout");
  Logout settled = central.logout;
  const auto says = [&](const char* key) { return section != nullptr && member(*section, key) != nullptr; };
  if (says("logoutEndpoint")) settled.endpoint = own.logout.endpoint;
  if (says("logoutPage")) settled.page = own.logout.page;
  if (says("logoutMethod")) {
    settled.method = own.logout.method;
    settled.csrf_protection = settled.method == "POST";
  }
  if (says("csrfProtection")) settled.csrf_protection = own.logout.csrf_protection;
  settled.endpoint = endpoint_below(segment, settled.endpoint);
  settled.page = below(segment, settled.page);
  own.logout = std::move(settled);
}

// Services have the endpoint that the application names as its default.
void settle_endpoints(const json& root, Configuration& own) {
  const json* services = object_member(root, "services");
  if (services == nullptr) return;
  for (const auto& [name, value] : services->items()) {
    const auto endpoint = text_member(value, "endpoint");
    const auto known = endpoint ? own.services.find(service_key(name, endpoint)) : own.services.end();
    if (known != own.services.end()) own.services[name] = Destination(known->second);
  }
}

}  // namespace

ApplicationDescriptor read_application(std::string text, const Configuration& central, const std::string& segment) {
  ApplicationDescriptor read;
  const auto document = read_json(segment + "/xs-app.json", std::move(text), read.issues, kApplicationLimits);
  if (!document || read.issues.has_errors()) return read;
  const Report report(read.issues, document);
  json root = descriptor_as_meant(document->root(), report);
  check_schema(descriptor_schema(), root, report);
  if (read.issues.has_errors()) return read;
  const auto folders = take_out_files(root, report);
  take_out_logout_tokens(root, report);
  take_out_central_properties(root, report);
  auto own = std::make_shared<Configuration>(surroundings_of(central));
  settle_endpoints(root, *own);
  const std::vector<Binding> no_bindings;
  const Variables no_variables({}, nullptr, read.issues);
  read_descriptor(root, report, {no_variables, no_bindings}, *own);
  if (read.issues.has_errors()) return read;
  std::erase_if(own->routes, [](const Route& route) { return route.added; });
  for (const std::size_t index : folders) own->routes[index].leads_to = ToFolder{};
  own->state_protection = central.state_protection;
  settle_logout(root, central, segment, *own);
  warn_of_logouts(*own, report);
  for (auto& page : own->error_pages) page.path = below(segment, page.path);
  read.configuration = std::move(own);
  return read;
}

}  // namespace router::config
