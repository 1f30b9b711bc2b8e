#include <algorithm>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_descriptor.h"

namespace router::config {
namespace {

bool meets(const Binding& binding, const json& query) {
  for (const auto& [key, wanted] : query.items()) {
    if (!wanted.is_string()) return false;
    const std::string& text = wanted.get_ref<const std::string&>();
    if (key == "name" && binding.name != text) return false;
    if (key == "label" && binding.label != text) return false;
    if (key == "plan" && binding.plan != text) return false;
    if (key == "tag" && std::find(binding.tags.begin(), binding.tags.end(), text) == binding.tags.end()) return false;
  }
  return true;
}

// A placeholder names what is inside an object with dots. How deep that goes, the JSON reader bounds.
void add_values(const std::string& name, const json& value, std::map<std::string, std::string>& values) {
  if (value.is_object()) {
    for (const auto& [property, inner] : value.items()) add_values(name + "." + property, inner, values);
  } else if (value.is_string()) {
    values[name] = value.get<std::string>();
  } else if (value.is_number() || value.is_boolean()) {
    values[name] = value.dump();
  }
}

}  // namespace

Replacement read_replacement(const json& value, const Report& report, const DescriptorSurroundings& surroundings) {
  Replacement replacement;
  replacement.path_suffixes = texts_member(value, "pathSuffixes");
  for (const std::string& name : texts_member(value, "vars")) {
    replacement.variables[name] = surroundings.variables.said(name).value_or("");
  }
  const json* services = object_member(value, "services");
  if (services == nullptr) return replacement;
  for (const auto& [name, query] : services->items()) {
    if (!query.is_object()) continue;
    const std::string pointer = pointer_to("/services", name);
    if (replacement.variables.contains(name)) {
      report.error(pointer, {"a service named like a variable of vars", "different names", {}, true});
    }
    const auto& bindings = surroundings.bindings;
    const auto found = std::find_if(bindings.begin(), bindings.end(),
                                    [&wanted = query](const Binding& binding) { return meets(binding, wanted); });
    if (found == bindings.end()) {
      report.error(pointer, {"conditions that no bound service meets", "those of a bound service"});
      continue;
    }
    add_values(name, *found->credentials, replacement.services);
  }
  return replacement;
}

}  // namespace router::config
