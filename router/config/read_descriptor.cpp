#include "config/read_descriptor.h"

#include <set>

#include "base/text.h"
#include "config/dialects/dialect.h"
#include "config/files.h"
#include "config/json_access.h"
#include "config/read_environment.h"
#include "config/read_origin.h"

namespace router::config {
namespace {

constexpr std::size_t kLargestErrorPage = 1024 * 1024;

// How a destination, or a service, is told of a logout.
LogoutPath read_logout_path(const std::string& name, const json& value) {
  LogoutPath logout{text_member(value, "logoutPath").value_or(""),
                    logout_call_method(text_member(value, "logoutMethod").value_or("POST")),
                    text_member(value, "title").value_or("")};
  if (flag_member(value, "logoutToken", false)) logout.audience = name;
  if (const json* token = object_member(value, "logoutToken")) {
    logout.audience = text_member(*token, "audience").value_or(name);
    logout.path = text_member(*token, "path").value_or(logout.path);
  }
  return logout;
}

void read_logout_paths(const json& descriptor, std::string_view key, std::map<std::string, Destination>& targets) {
  const json* section = object_member(descriptor, key);
  if (section == nullptr) return;
  for (const auto& [name, value] : section->items()) {
    const auto found = targets.find(name);
    if (found == targets.end()) continue;
    auto logout = read_logout_path(name, value);
    found->second.logout_path = std::move(logout.path);
    found->second.logout_method = logout.method;
    found->second.title = std::move(logout.title);
    found->second.logout_audience = std::move(logout.audience);
  }
}

// Destinations of routes, and whether all routes to one have preferLocal: whom requests have reached is told. In one
// pass: who uploads an application may name as many as a megabyte holds.
std::map<std::string_view, bool> local_alone(const Configuration& configuration) {
  std::map<std::string_view, bool> local;
  for (const auto* list : {&configuration.routes, &configuration.plugins}) {
    for (const Route& route : *list) {
      const auto* to = route.destination();
      if (to == nullptr) continue;
      auto& is_local = local.try_emplace(to->name, true).first->second;
      is_local = is_local && route.prefer_local;
    }
  }
  return local;
}

// Those that only the destination service knows.
void read_looked_up_logouts(const json& descriptor, Configuration& configuration) {
  const json* section = object_member(descriptor, "destinations");
  if (section == nullptr || !configuration.destination_service) return;
  const auto local = local_alone(configuration);
  for (const auto& [name, value] : section->items()) {
    auto logout = read_logout_path(name, value);
    if (logout.path.empty() || configuration.destinations.contains(name)) continue;
    const auto known = local.find(name);
    logout.prefer_local = known != local.end() && known->second;
    configuration.looked_up_logouts[name] = std::move(logout);
  }
}

// Those of the variable whose name the descriptor has give way; what the descriptor repeats is sent as often.
void read_response_headers(const json& descriptor, const Report& report, Configuration& configuration) {
  configuration.response_headers = configuration.environment.http_headers;
  const json* list = array_member(descriptor, "responseHeaders");
  if (list == nullptr) return;
  std::vector<ResponseHeader> headers;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto name = text_member((*list)[i], "name");
    const auto value = text_member((*list)[i], "value");
    if (!name || !value) continue;
    const std::string pointer = pointer_to("/responseHeaders", i);
    if (const auto fault = header_fault(*name, *value)) {
      report.error(pointer, {fault->first, fault->second, {}, false, true});
      continue;
    }
    if (is_left_out_of_answers(*name, report, pointer + "/name")) continue;
    names.insert(base::to_lower(*name));
    headers.push_back({*name, *value, flag_member((*list)[i], "override", false)});
  }
  std::erase_if(configuration.response_headers,
                [&](const ResponseHeader& of_variable) { return names.contains(base::to_lower(of_variable.name)); });
  configuration.response_headers.insert(configuration.response_headers.end(), headers.begin(), headers.end());
}

void read_error_pages(const json& descriptor, const Report& report, Configuration& configuration) {
  const json* pages = array_member(descriptor, "errorPage");
  if (pages == nullptr) return;
  for (std::size_t i = 0; i < pages->size(); ++i) {
    const json& page = (*pages)[i];
    const auto name = text_member(page, "file");
    const auto path = text_member(page, "path");
    if (!name && !path && page.is_object()) {
      report.error(pointer_to("/errorPage", i), {"a page without a file", "a file, or a path", {}, false, true});
    }
    if (!name && !path) continue;
    ErrorPage read;
    if (const auto status = integer_member(page, "status")) read.statuses.insert(static_cast<int>(*status));
    if (const json* list = array_member(page, "status")) {
      for (const json& status : *list) {
        if (status.is_number_integer()) read.statuses.insert(status.get<int>());
      }
    }
    if (!name) {
      read.path = *path;
      configuration.error_pages.push_back(std::move(read));
      continue;
    }
    auto file = find_file(configuration.directory, *name, report, pointer_to("/errorPage", i) + "/file");
    if (!file) continue;
    std::string reason;
    auto content = read_whole_file(*file, kLargestErrorPage, reason);
    if (!content) {
      report.error(pointer_to("/errorPage", i) + "/file",
                   {show(std::string_view(*name)) + ": " + reason, "a readable page of at most 1 MiB"});
      continue;
    }
    read.file = std::move(*file);
    read.content = std::move(*content);
    configuration.error_pages.push_back(std::move(read));
  }
}

void read_session_timeout(const json& descriptor, const Variables& variables, Configuration& configuration) {
  using std::chrono::minutes;
  if (const auto timeout = integer_member(descriptor, "sessionTimeout"))
    configuration.session_timeout = minutes(*timeout);
  constexpr const char* kName = "SESSION_TIMEOUT";
  constexpr minutes kLongest{kLongestSessionTimeout};
  const auto digits = base::parse_unsigned(variables.text(kName).value_or(""));
  if (digits && *digits > kLongestSessionTimeout) {
    variables.warning(kName, std::to_string(*digits), "at most " + std::to_string(kLongestSessionTimeout) + " minutes",
                      "that is taken");
    configuration.session_timeout = kLongest;
    return;
  }
  const auto variable = variables.duration(kName, Unit::minute, minutes(1), kLongest);
  if (variable) configuration.session_timeout = std::chrono::floor<minutes>(*variable);
}

}  // namespace

std::optional<base::Pattern> read_pattern(const std::string& source, bool match_case, const Report& report,
                                          const std::string& pointer) {
  auto compiled = base::Pattern::compile(source, match_case);
  if (auto* pattern = std::get_if<base::Pattern>(&compiled)) return std::move(*pattern);
  const auto& fault = std::get<base::Pattern::CompileError>(compiled);
  report.error(pointer, {show(std::string_view(source)),
                         "a regular expression (" + fault.message + " at offset " + std::to_string(fault.offset) + ")",
                         {},
                         false,
                         true});
  return std::nullopt;
}

void read_compression(const json& value, Compression& compression) {
  compression.enabled = flag_member(value, "enabled", compression.enabled);
  compression.mixed_type_content =
      flag_member(value, "compressResponseMixedTypeContent", compression.mixed_type_content);
  if (const auto size = integer_member(value, "minSize"); size && *size >= 0) {
    compression.min_size = static_cast<std::size_t>(*size);
  }
}

void read_descriptor(const json& descriptor, const Report& report, const DescriptorSurroundings& surroundings,
                     Configuration& configuration) {
  configuration.welcome_file = text_member(descriptor, "welcomeFile").value_or("");
  configuration.authentication_none = text_member(descriptor, "authenticationMethod") == "none";
  configuration.state_protection = flag_member(descriptor, "stateProtection", true);
  configuration.plugin_metadata_endpoint = text_member(descriptor, "pluginMetadataEndpoint").value_or("");
  read_session_timeout(descriptor, surroundings.variables, configuration);
  read_routes(descriptor, report, surroundings, configuration);
  if (const json* login = object_member(descriptor, "login")) {
    configuration.callback_endpoint = text_member(*login, "callbackEndpoint").value_or(configuration.callback_endpoint);
  }
  if (const json* logout = object_member(descriptor, "logout")) {
    read_logout_rules(*logout, configuration.logout);
  }
  for (const Dialect* dialect : kDialects) dialect->read(descriptor, report, configuration);
  read_logout_paths(descriptor, "destinations", configuration.destinations);
  read_looked_up_logouts(descriptor, configuration);
  read_logout_paths(descriptor, "services", configuration.services);
  read_response_headers(descriptor, report, configuration);
  if (const json* compression = object_member(descriptor, "compression")) {
    read_compression(*compression, configuration.compression);
  }
  if (const json* whitelist = object_member(descriptor, "whitelistService")) {
    configuration.whitelist_endpoint = text_member(*whitelist, "endpoint").value_or("");
  }
  auto framing = read_origin_list(surroundings.variables, "CJ_PROTECT_WHITELIST");
  if (surroundings.variables.has("CJ_PROTECT_WHITELIST")) {
    configuration.cj_protect_whitelist = std::move(framing);
  }
  if (const json* websockets = object_member(descriptor, "websockets")) {
    configuration.websockets_enabled = flag_member(*websockets, "enabled", false);
  }
  read_error_pages(descriptor, report, configuration);
  if (const json* cors = array_member(descriptor, "cors")) configuration.cors = read_cors(*cors, report.below("/cors"));
  // After the descriptor: COMPRESSION wins over it, CORS yields to it.
  read_descriptor_variables(surroundings, configuration);
}

}  // namespace router::config
