// A descriptor, whatever it holds, becomes a model or errors that can be told; the way of config/load.cpp
// without files.
#include <memory>
#include <string>

#include "config/read_descriptor.h"
#include "config/read_destinations.h"
#include "config/read_environment.h"
#include "config/schema.h"
#include "config/validate.h"
#include "fuzz/fuzz.h"

using namespace router;
using fuzz::require;

namespace {

constexpr const char* kNoDirectory = "/nonexistent";

// What load() allows in a descriptor.
constexpr config::JsonLimits kLimits{.string_bytes = 4096};

struct Surroundings {
  config::Issues issues;
  config::Variables variables{
      {{"destinations", R"([{"name": "backend", "url": "http://127.0.0.1:8080"}])"}}, nullptr, issues};
  config::Configuration configuration;

  Surroundings() {
    configuration.directory = kNoDirectory;
    configuration.environment = config::read_environment(variables, kNoDirectory);
    configuration.destinations = config::read_destinations(variables);
  }
};

void check_issues(const config::Issues& issues) {
  for (const auto& issue : issues.sorted()) require(!issue.found.empty(), "an issue says what was found");
  const auto text = config::to_json(issues);
  require(config::json::accept(text), "the report is JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Surroundings around;
  const auto document =
      config::read_json("xs-app.json", std::string(fuzz::as_text(data, size)), around.issues, kLimits);
  require(document != nullptr || around.issues.has_errors(), "a text that is refused has an error");
  if (document) {
    const config::Report report(around.issues, document);
    config::check_schema(config::descriptor_schema(), document->root(), report);
    config::read_descriptor(document->root(), report, {around.variables, {}}, around.configuration);
    const std::vector<config::Binding> bindings;
    const config::Validation validation{around.configuration, document->root(), report, around.variables, bindings};
    config::validate(validation);
  }
  check_issues(around.issues);
  return 0;
}
