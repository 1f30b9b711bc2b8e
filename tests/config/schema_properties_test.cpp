// Every property of the schema, one by one: described for editors, refused with a value of a wrong type, and
// named where it is misspelt (docs/contract/reliability.md D1).
#include <doctest/doctest.h>

#include <algorithm>

#include "config/config_fixture.h"
#include "config/json_access.h"
#include "config/schema.h"

namespace router::config::test::schema_properties_test {
namespace {

using Steps = std::vector<std::string>;

struct Property {
  Steps steps;  // "0": the first element of an array; "x": any name
  const json* node;

  const std::string& name() const { return steps.back(); }
};

const json& resolved(const json& node) {
  const auto reference = text_member(node, "$ref");
  return reference ? descriptor_schema().at(json::json_pointer(reference->substr(1))) : node;
}

Steps with(Steps steps, const std::string& step) {
  steps.push_back(step);
  return steps;
}

void collect(const json& reference, const Steps& steps, std::vector<Property>& found) {
  const json& node = resolved(reference);
  if (const json* properties = object_member(node, "properties")) {
    for (const auto& [name, child] : properties->items()) {
      found.push_back({with(steps, name), &child});
      collect(child, with(steps, name), found);
    }
  }
  if (const json* items = object_member(node, "items")) collect(*items, with(steps, "0"), found);
  if (const json* others = object_member(node, "additionalProperties")) collect(*others, with(steps, "x"), found);
  for (const char* several : {"anyOf", "oneOf", "allOf"}) {
    if (const json* branches = array_member(node, several)) {
      for (const json& branch : *branches) collect(branch, steps, found);
    }
  }
}

std::vector<Property> all_properties() {
  std::vector<Property> found;
  collect(descriptor_schema(), {}, found);
  return found;
}

json document_with(const Steps& steps, json value) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    json outer = *step == "0" ? json::array() : json::object();
    if (*step == "0") {
      outer.push_back(std::move(value));
    } else {
      outer[*step] = std::move(value);
    }
    value = std::move(outer);
  }
  return value;
}

std::string pointer_of(const Steps& steps) {
  std::string pointer;
  for (const auto& step : steps) pointer = pointer_to(pointer, step);
  return pointer;
}

json wrong_value(const json& node) {
  const auto type = text_member(node, "type").value_or("");
  if (type == "string") return 5;
  if (type == "boolean") return "yes";
  if (type == "integer") return "many";
  return true;
}

const Issue* error_at(const std::vector<Issue>& issues, const std::string& pointer) {
  const auto found = std::find_if(issues.begin(), issues.end(), [&](const Issue& issue) {
    return issue.severity == Severity::error && issue.pointer == pointer;
  });
  return found == issues.end() ? nullptr : &*found;
}

TEST_CASE("schema: every property is described, and has an example unless it is a flag") {
  const auto properties = all_properties();
  CHECK(properties.size() > 100);
  for (const Property& property : properties) {
    CAPTURE(pointer_of(property.steps));
    const json& node = resolved(*property.node);
    CHECK(text_member(node, "description").value_or("").size() > 4);
    const bool is_flag = text_member(node, "type") == "boolean";
    const bool is_definition = member(*property.node, "$ref") != nullptr;
    CHECK((is_flag || is_definition || array_member(node, "examples") != nullptr));
  }
}

TEST_CASE("schema: examples and defaults are valid themselves") {
  for (const Property& property : all_properties()) {
    CAPTURE(pointer_of(property.steps));
    json schema = resolved(*property.node);
    schema["definitions"] = descriptor_schema().at("definitions");
    std::vector<json> values;
    if (const json* examples = array_member(schema, "examples")) values.assign(examples->begin(), examples->end());
    if (const json* otherwise = member(schema, "default")) values.push_back(*otherwise);
    for (const json& value : values) {
      Issues issues;
      check_schema(schema, value, Report(issues, "example"));
      CHECK_MESSAGE(issues.empty(), to_text(issues));
    }
  }
}

TEST_CASE("schema: a wrong type anywhere is an error at its place, with line, column and what was expected") {
  for (const Property& property : all_properties()) {
    const std::string pointer = pointer_of(property.steps);
    for (const json& value : {json(), wrong_value(resolved(*property.node))}) {
      CAPTURE(pointer);
      CAPTURE(value.dump());
      const auto result = load_variables({}, document_with(property.steps, value).dump(2));
      CHECK(result.configuration == nullptr);
      const auto issues = result.issues.sorted();
      const Issue* error = error_at(issues, pointer);
      REQUIRE(error != nullptr);
      CHECK(error->position.line > 0);
      CHECK(error->position.column > 0);
      CHECK(!error->found.empty());
      CHECK(!error->expected.empty());
    }
  }
}

TEST_CASE("schema: a misspelt property on every level is an error that names the one that was meant") {
  for (const Property& property : all_properties()) {
    if (property.name().size() < 4) continue;
    Steps steps = property.steps;
    steps.back().erase(1, 1);
    const std::string pointer = pointer_of(steps);
    CAPTURE(pointer);
    const auto result = load_variables({}, document_with(steps, true).dump(2));
    const auto issues = result.issues.sorted();
    const Issue* error = error_at(issues, pointer);
    REQUIRE(error != nullptr);
    CHECK(error->hint == "did you mean \"" + property.name() + "\"?");
    CHECK(error->position.line > 0);
  }
}

}  // namespace
}  // namespace router::config::test::schema_properties_test
