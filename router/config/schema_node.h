// Finds and words what a JSON schema says about one place of a document. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/json_reader.h"

namespace router::config {

// The subschema for the place that `path` (object keys, array indexes) leads to in `document`. Of
// alternatives the one is taken whose type the value has. Null where the schema says nothing.
const json* schema_node(const json& schema, const json& document, const std::vector<std::string>& path);

// The value that `path` leads to, null if there is none.
const json* value_at(const json& document, const std::vector<std::string>& path);

// "a whole number from 1 to 43200". An errorMessage or patternErrorMessage of the schema wins.
std::string expectation(const json& schema, const json& node);

}  // namespace router::config
