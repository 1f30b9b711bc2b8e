// The variable `destinations` -> model::Destination, checked: names unique, URLs usable, known properties
// only.
//
// Source: docs/contract/descriptor.md "Destination (environment)".
#pragma once

#include <map>
#include <string>

#include "config/model.h"
#include "config/variables.h"

namespace router::config {

std::map<std::string, Destination> read_destinations(const Variables& variables);

// A back-end URL: http, https, ws or wss, without query and fragment. `pointer` is where it stands.
std::optional<http::Url> read_back_end_url(const json& value, const Report& report, const std::string& pointer);

}  // namespace router::config
