// What is in force, and where it comes from, for /api/config: without secrets. Pure.
#pragma once

#include <string>

#include "config/issue.h"
#include "config/json_access.h"
#include "config/variables.h"

namespace router::config {

// The same document, *** where a value is a secret or may hold one.
json json_without_secrets(const json& value);

// {"directory", "descriptor", "variables": [{"name", "value", "source"}], "check"}, as JSON. `issues`: what `check` says of it.
std::string effective_text(const std::string& directory, const json& descriptor, const Variables& variables,
                           const Issues& issues);

}  // namespace router::config
