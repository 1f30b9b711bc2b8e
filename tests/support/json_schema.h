// Whether a JSON value is what a schema says, for tests of what is described by one: the keywords that our own schemas
// use. A schema with others is a fault, so that nothing is believed to be checked that is not.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace router::test {

inline bool is_of_json_type(const nlohmann::json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "integer") return value.is_number_integer();
  return type == "number" && value.is_number();
}

// What is wrong, with its place; empty: nothing.
inline std::string schema_fault(const nlohmann::json& schema, const nlohmann::json& value, const std::string& at = "") {
  static const std::set<std::string> known{"type",        "required",      "properties",   "additionalProperties",
                                           "items",       "enum",          "const",        "oneOf",
                                           "description", "default",       "minimum",      "maximum",
                                           "maxLength",   "minProperties", "maxProperties"};
  for (const auto& [keyword, ignored] : schema.items()) {
    if (!known.contains(keyword)) return at + ": the schema has " + keyword + ", which nothing checks";
  }
  const auto fault = [&](const std::string& what) { return at + ": " + what + ", found " + value.dump(); };
  if (schema.contains("oneOf")) {
    const auto& choices = schema["oneOf"];
    const auto fitting = std::count_if(choices.begin(), choices.end(),
                                       [&](const auto& one) { return schema_fault(one, value).empty(); });
    return fitting == 1 ? "" : fault(std::to_string(fitting) + " alternatives fit");
  }
  if (schema.contains("const") && schema["const"] != value) return fault("another constant");
  if (schema.contains("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
    return fault("none of the enum");
  }
  if (schema.contains("type")) {
    const auto types = schema["type"].is_array() ? schema["type"] : nlohmann::json::array({schema["type"]});
    const bool fits =
        std::any_of(types.begin(), types.end(), [&](const auto& type) { return is_of_json_type(value, type); });
    if (!fits) return fault("not " + types.dump());
  }
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto found = schema_fault(schema["items"], value[i], at + "/" + std::to_string(i)); !found.empty())
        return found;
    }
  }
  if (!value.is_object()) return "";
  for (const auto& name : schema.value("required", nlohmann::json::array())) {
    if (!value.contains(name)) return fault("no " + name.get<std::string>());
  }
  const auto properties = schema.value("properties", nlohmann::json::object());
  for (const auto& [name, member] : value.items()) {
    const auto place = at + "/" + name;
    std::string found;
    if (properties.contains(name)) {
      found = schema_fault(properties[name], member, place);
    } else if (schema.contains("additionalProperties")) {
      const auto& others = schema["additionalProperties"];
      found = others.is_object() ? schema_fault(others, member, place)
              : others == false  ? place + ": is not described"
                                 : "";
    }
    if (!found.empty()) return found;
  }
  return "";
}

// What is wrong with an answer of the management port by its own description; empty: nothing. References are looked up in
// `openapi`.
inline std::string answer_fault(const nlohmann::json& openapi, const std::string& path, const std::string& method,
                                int status, std::string type, const std::string& body) {
  type = type.substr(0, type.find(';'));
  const auto& answers = openapi["paths"][path][method]["responses"];
  const auto answer = answers.find(std::to_string(status));
  if (answer == answers.end()) return method + " " + path + ": " + std::to_string(status) + " is not described";
  const auto content = (*answer)["content"].find(type);
  if (content == (*answer)["content"].end()) return method + " " + path + ": " + type + " is not described";
  auto schema = (*content)["schema"];
  if (schema.contains("$ref"))
    schema = openapi.at(nlohmann::json::json_pointer(schema["$ref"].get<std::string>().substr(1)));
  if (!type.ends_with("json")) return "";
  const auto value = nlohmann::json::parse(body, nullptr, false);
  return value.is_discarded() ? path + ": no JSON: " + body : schema_fault(schema, value, path);
}

}  // namespace router::test
