#include "config/load.h"

#include <unistd.h>

#include <filesystem>

#include "base/text.h"
#include "config/effective.h"
#include "config/files.h"
#include "config/json_access.h"
#include "config/left_out.h"
#include "config/read_connectivity.h"
#include "config/read_descriptor.h"
#include "config/read_destinations.h"
#include "config/read_environment.h"
#include "config/read_outgoing_options.h"
#include "config/read_repository.h"
#include "config/read_services.h"
#include "config/read_subscriptions.h"
#include "config/schema.h"
#include "config/spelling.h"
#include "config/start_script.h"
#include "config/unused_services.h"

namespace router::config {
namespace {

// The schema's expressions run on std::regex, whose recursion grows with the string.
constexpr JsonLimits kDescriptorLimits{.string_bytes = 4096};

std::shared_ptr<const Document> read_file(const std::string& directory, const std::string& name,
                                          const JsonLimits& limits, Issues& issues) {
  std::string reason;
  auto text = read_whole_file(directory + "/" + name, limits.file_bytes, reason);
  if (text) return read_json(name, std::move(*text), issues, limits);
  issues.add({Severity::error,
              name,
              "",
              {},
              "no usable file " + show(std::string_view(directory + "/" + name)) + " (" + reason + ")",
              "a JSON file",
              ""});
  return nullptr;
}

// default-env.json and default-services.json are for a developer's machine: a platform gives its own.
std::shared_ptr<const Document> read_default(const LoadInput& input, const std::string& directory, const char* name,
                                             Issues& issues) {
  if (input.environment.contains("VCAP_APPLICATION") || !file_exists(directory + "/" + name)) return nullptr;
  return read_file(directory, name, {}, issues);
}

std::map<std::string, std::string> default_endpoints(const json& descriptor) {
  std::map<std::string, std::string> endpoints;
  const json* services = object_member(descriptor, "services");
  if (services == nullptr) return endpoints;
  for (const auto& [name, value] : services->items()) {
    if (auto endpoint = text_member(value, "endpoint")) endpoints[name] = std::move(*endpoint);
  }
  return endpoints;
}

}  // namespace

LoadResult load(const LoadInput& input) {
  LoadResult result;
  Issues& issues = result.issues;
  std::error_code fault;
  const auto absolute = std::filesystem::absolute(input.directory, fault).lexically_normal();
  auto configuration = std::make_shared<Configuration>();
  configuration->directory = absolute.has_filename() ? absolute.string() : absolute.parent_path().string();
  const std::string& directory = configuration->directory;

  const auto descriptor = read_file(directory, input.descriptor, kDescriptorLimits, issues);
  const auto defaults = read_default(input, directory, kDefaultVariables, issues);
  const auto default_services = read_default(input, directory, kDefaultServices, issues);
  if (defaults && !defaults->root().is_object()) {
    Report(issues, defaults).error("", {show_value(defaults->root()), "an object of variables"});
  }

  const Variables variables(input.environment, defaults, issues);
  Issues of_services;  // apart: errors only where something needs the service
  const auto bindings = read_bindings(variables, default_services, of_services);
  configuration->environment = read_environment(variables, directory, bindings);
  if (input.port) configuration->environment.port = *input.port;
  configuration->destinations = read_destinations(variables);
  configuration->providers = read_providers(bindings, variables);
  configuration->destination_service = read_destination_service(bindings);
  configuration->repository = read_repository(bindings, variables);
  lead_on_premise(read_connectivity(bindings), *configuration);
  configuration->subscriptions = read_subscriptions(bindings, variables, *configuration);
  if (!descriptor) return result;

  const Report report(issues, descriptor);
  const json root = descriptor_as_meant(descriptor->root(), report);
  check_schema(descriptor_schema(), root, report);
  configuration->services = read_business_services(bindings, default_endpoints(root));
  read_descriptor(root, report, {variables, bindings, input.progress}, *configuration);
  read_outgoing_options(root, report, variables, *configuration);
  settle_services(of_services, bindings, *configuration, issues);
  const Validation validation{*configuration, root, report, variables, bindings, input.progress};
  validate(validation);
  if (issues.has_errors()) return result;
  warn_left_out(validation);
  result.private_files = find_private_files(input.descriptor, variables, *configuration);
  warn_start_script(directory, issues);
  result.effective = effective_text(directory, root, variables, issues);
  result.configuration = std::move(configuration);
  return result;
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const auto parts = base::cut(*entry, '=');
    if (parts.after) variables.emplace(parts.before, *parts.after);
  }
  return variables;
}

}  // namespace router::config
