#include "config/effective.h"

#include <nlohmann/json.hpp>

namespace router::config {
namespace {

json shown_member(std::string_view name, const json& value) {
  if (value.is_string()) return without_secrets(value.get_ref<const std::string&>(), name);
  if (value.is_number() && is_secret_name(name)) return "***";
  return json_without_secrets(value);
}

}  // namespace

json json_without_secrets(const json& value) {
  if (value.is_string()) return without_secrets(value.get_ref<const std::string&>(), {});
  if (value.is_array()) {
    json shown = json::array();
    for (const auto& item : value) shown.push_back(json_without_secrets(item));
    return shown;
  }
  if (!value.is_object()) return value;
  json shown = json::object();
  for (const auto& [name, member] : value.items()) shown[name] = shown_member(name, member);
  return shown;
}

std::string effective_text(const std::string& directory, const json& descriptor, const Variables& variables,
                           const Issues& issues) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& [name, shown] : variables.shown()) {
    nlohmann::ordered_json entry{{"name", name}};
    entry["value"] = shown.value ? nlohmann::ordered_json(*shown.value) : nlohmann::ordered_json(nullptr);
    entry["source"] = shown.source;
    list.push_back(std::move(entry));
  }
  const nlohmann::ordered_json effective{{"directory", directory},
                                         {"descriptor", json_without_secrets(descriptor)},
                                         {"variables", std::move(list)},
                                         {"check", nlohmann::ordered_json::parse(to_json(issues), nullptr, false)}};
  return effective.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace router::config
