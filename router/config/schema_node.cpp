#include "config/schema_node.h"

#include "base/text.h"
#include "config/json_access.h"

namespace router::config {
namespace {

constexpr std::string_view kDefinitions = "#/definitions/";

const json& resolved(const json& schema, const json& node) {
  const auto reference = text_member(node, "$ref");
  if (!reference || !reference->starts_with(kDefinitions)) return node;
  const json* definitions = object_member(schema, "definitions");
  if (definitions == nullptr) return node;
  const json* target = member(*definitions, std::string_view(*reference).substr(kDefinitions.size()));
  return target == nullptr ? node : *target;
}

bool has_type(const json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer" || type == "number") return value.is_number();
  return false;
}

// Follows $ref and picks the alternative that fits the value's type.
const json& chosen(const json& schema, const json& node, const json& value) {
  const json& target = resolved(schema, node);
  const json* alternatives = array_member(target, "anyOf");
  if (alternatives == nullptr) return target;
  for (const json& alternative : *alternatives) {
    const json& candidate = resolved(schema, alternative);
    if (has_type(value, text_member(candidate, "type").value_or(""))) return candidate;
  }
  return target;
}

std::string number_expectation(const json& node) {
  const auto low = integer_member(node, "minimum");
  const auto high = integer_member(node, "maximum");
  std::string text = "a whole number";
  if (low && high) return text + " from " + std::to_string(*low) + " to " + std::to_string(*high);
  if (low) return text + " of at least " + std::to_string(*low);
  return text;
}

std::string text_expectation(const json& node) {
  const auto longest = integer_member(node, "maxLength");
  if (integer_member(node, "minLength").value_or(0) > 0 && longest) {
    return "a string of 1 to " + std::to_string(*longest) + " characters";
  }
  return longest ? "a string of at most " + std::to_string(*longest) + " characters" : "a string that is not empty";
}

}  // namespace

const json* value_at(const json& document, const std::vector<std::string>& path) {
  const json* value = &document;
  for (const std::string& step : path) {
    if (value->is_array()) {
      const auto index = base::parse_unsigned(step);
      if (!index || *index >= value->size()) return nullptr;
      value = &(*value)[*index];
    } else {
      value = member(*value, step);
      if (value == nullptr) return nullptr;
    }
  }
  return value;
}

const json* schema_node(const json& schema, const json& document, const std::vector<std::string>& path) {
  const json* node = &schema;
  const json* value = &document;
  for (const std::string& step : path) {
    const json& parent = chosen(schema, *node, *value);
    value = value_at(*value, {step});
    if (value == nullptr) return nullptr;
    const json* properties = object_member(parent, "properties");
    node = properties == nullptr ? nullptr : member(*properties, step);
    if (node == nullptr) node = member(parent, "additionalProperties");
    if (node == nullptr) node = member(parent, "items");
    if (node == nullptr || !node->is_object()) return nullptr;
  }
  return &chosen(schema, *node, *value);
}

std::string expectation(const json& schema, const json& unresolved) {
  const json& node = resolved(schema, unresolved);
  for (std::string_view key : {"errorMessage", "patternErrorMessage"}) {
    if (const auto message = text_member(node, key)) return *message;
  }
  if (const json* values = array_member(node, "enum")) {
    std::vector<std::string> names;
    for (const json& value : *values) names.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    return quoted_list(names);
  }
  const std::string type = text_member(node, "type").value_or("");
  if (type == "integer" || type == "number") return number_expectation(node);
  if (type == "boolean") return "true or false";
  if (type == "object") return member(node, "minProperties") != nullptr ? "an object that is not empty" : "an object";
  if (type == "array") return member(node, "minItems") != nullptr ? "an array that is not empty" : "an array";
  if (type == "string") {
    return member(node, "minLength") == nullptr && member(node, "maxLength") == nullptr ? "a string"
                                                                                        : text_expectation(node);
  }
  return "another value";
}

}  // namespace router::config
