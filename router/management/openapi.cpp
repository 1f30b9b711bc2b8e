#include <nlohmann/json.hpp>

#include "base/text.h"
#include "management/handlers.h"

namespace router::management {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kProblemSchema = R"({
  "type": "object", "required": ["type", "title", "status", "detail"],
  "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                 "detail": {"type": "string"}}})";

ordered_json schema_of(std::string_view text) { return ordered_json::parse(text); }

ordered_json problem_answer(std::string_view description) {
  return {{"description", description},
          {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
}

ordered_json content_of(const Answer& answer) {
  if (!answer.schema.empty()) return {{"schema", schema_of(answer.schema)}};
  if (answer.type == "application/problem+json") return {{"schema", {{"$ref", "#/components/schemas/Problem"}}}};
  return {{"schema", {{"type", "string"}}}};
}

ordered_json answers_of(const Route& route) {
  ordered_json answers = ordered_json::object();
  for (const auto& answer : route.answers) {
    auto& entry = answers[std::to_string(answer.status)];
    if (!entry.contains("description")) entry["description"] = answer.description;
    entry["content"][std::string(answer.type)] = content_of(answer);
  }
  if (route.needs != Right::nothing) {
    if (!answers.contains("400")) answers["400"] = problem_answer("A parameter that it does not know.");
    answers["401"] = problem_answer("No token, or a wrong one.");
    answers["403"] = problem_answer("The token may not do this, or none is configured.");
    answers["429"] = problem_answer("Too many wrong tokens from this address.");
  }
  answers["500"] = problem_answer("A fault of the router.");
  return answers;
}

// GET /api/log-level: get_api_log_level
std::string operation_id(const Route& route) {
  std::string id = base::to_lower(route.method);
  for (const char c : route.path) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    id.push_back(is_word ? c : '_');
  }
  return id;
}

ordered_json operation_of(const Route& route) {
  ordered_json operation{{"operationId", operation_id(route)}, {"summary", route.summary}};
  auto parameters = ordered_json::array();
  if (route.path.ends_with("{id}")) {
    parameters.push_back({{"name", "id"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  for (const auto& one : route.parameters) {
    parameters.push_back(
        {{"name", one.name}, {"in", "query"}, {"description", one.description}, {"schema", schema_of(one.schema)}});
  }
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (route.needs == Right::nothing) operation["security"] = ordered_json::array();
  if (!route.body_schema.empty()) {
    operation["requestBody"] = {{"required", true},
                                {"content", {{"application/json", {{"schema", schema_of(route.body_schema)}}}}}};
  }
  operation["responses"] = answers_of(route);
  return operation;
}

}  // namespace

Response openapi(const Asking&) {
  ordered_json paths = ordered_json::object();
  for (const auto& route : routes()) paths[std::string(route.path)][base::to_lower(route.method)] = operation_of(route);
  const ordered_json document{{"openapi", "3.1.0"},
                              {"info", {{"title", "xs-router management"}, {"version", "1"}}},
                              {"security", ordered_json::array({{{"token", ordered_json::array()}}})},
                              {"paths", std::move(paths)},
                              {"components",
                               {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
                                {"schemas", {{"Problem", schema_of(kProblemSchema)}}}}}};
  return {.body = document.dump(2)};
}

}  // namespace router::management
