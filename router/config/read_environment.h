// Environment variables -> model::Environment, with every bad value reported under its name.
//
// `directory` is where relative file names start. Reads no file but asks whether some exist.
// Source: docs/contract/descriptor.md "Environment variables", docs/contract/operations.md "Limits".
#pragma once

#include <string>
#include <vector>

#include "config/bindings.h"
#include "config/model.h"
#include "config/variables.h"

namespace router::config {

// `bindings`: among which a Redis may be.
Environment read_environment(const Variables& variables, const std::string& directory,
                             const std::vector<Binding>& bindings = {});

// The variables of this router alone (read_environment_ours.cpp).
void read_own_variables(const Variables& variables, const std::string& directory, const std::vector<Binding>& bindings,
                        Environment& environment);

// Where what outlives the process is kept, and what it is sealed with (read_state.cpp).
void read_state_variables(const Variables& variables, const std::string& directory,
                          const std::vector<Binding>& bindings, Environment& environment);

// The management port (read_management.cpp).
void read_management_variables(const Variables& variables, const std::string& directory, Environment& environment);

// Variables whose value is JSON (read_json_variables.cpp).
void read_json_variables(const Variables& variables, Environment& environment);
// [{"name": "value"}] or {"name": "value"}; names and values checked.
std::vector<Header> read_header_list(const json& value, const Report& report);
// The same of answers: {"name": "value", "override": true}.
std::vector<ResponseHeader> read_response_header_list(const json& value, const Report& report);
// Whether answers have that field from the router itself, whatever is configured: framing and x-request-id. Warns.
bool is_left_out_of_answers(std::string_view name, const Report& report, std::string_view pointer);

// Why a header of that name and value cannot be added to responses or requests; absent if it can. The second
// is what was expected.
std::optional<std::pair<std::string, std::string>> header_fault(std::string_view name, std::string_view value);

}  // namespace router::config
