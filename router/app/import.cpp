#include "app/import.h"

#include <nlohmann/json.hpp>

#include "config/read_agent_properties.h"

namespace router::app {

using Json = nlohmann::ordered_json;

namespace {

void add(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

Json to_json(const config::Logout& logout) {
  Json out = Json::object();
  for (const auto& application : logout.applications) {
    Json entry = Json::object();
    add(entry, "endpoint", application.endpoint);
    add(entry, "parameter", application.parameter);
    add(entry, "page", application.page);
    out["applications"][application.name] = std::move(entry);
  }
  if (logout.inspect_body) out["inspectBody"] = true;
  for (const auto& condition : logout.conditional_urls) {
    out["conditionalUrls"].push_back({{"when", condition.when}, {"url", condition.url}});
  }
  if (!logout.always_invalidate) out["alwaysInvalidate"] = false;
  return {{"logout", std::move(out)}};
}

}  // namespace

int import_agent_properties(const std::string& file, std::ostream& out, std::ostream& faults) {
  config::Issues issues;
  const config::Logout logout = config::import_agent_properties(file, issues);
  faults << to_text(issues);
  if (issues.has_errors()) return 1;
  out << to_json(logout).dump(2) << "\n";
  return 0;
}

}  // namespace router::app
