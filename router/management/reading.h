// What handlers read of a request, and make of what they are told. For management/*handlers.cpp.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "management/routes.h"

namespace router::management {

// Of the query; null: it is not there.
const std::string* parameter(const Asking& asking, const char* name);
std::string text_parameter(const Asking& asking, const char* name);
// Whether it is a whole number, or not there.
bool read_number(const Asking& asking, const char* name, std::optional<std::uint64_t>& target);
// Absent: `limit` is not 1 to 200; 50 where there is none.
std::optional<std::size_t> read_limit(const Asking& asking);

// The body's object. Absent: it is none.
std::optional<nlohmann::json> body_of(const Request& request);
// Null: not there, or no text.
const std::string* text_of(const nlohmann::json& body, const char* name);

Response answer_json(int status, const nlohmann::ordered_json& body);
// 200, or the problem that the error is.
Response answer_or_problem(base::Result<std::string> answer, std::string type = "application/json");
Response problem_of(const base::Error& error);

}  // namespace router::management
