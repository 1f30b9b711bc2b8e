#include "management/reading.h"

#include "base/json_text.h"
#include "base/text.h"
#include "crypto/jose_json.h"

namespace router::management {
namespace {

using nlohmann::ordered_json;

// What a person sends is small, and flat.
constexpr crypto::JsonBounds kQuestionBounds{.bytes = 64 * 1024, .depth = 8, .values = 1'024};
constexpr std::size_t kMostOfPage = 200;
constexpr std::size_t kUsualPage = 50;

int status_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::bad_request:
      return 400;
    case base::ErrorCode::not_found:
      return 404;
    case base::ErrorCode::conflict:
      return 409;
    default:
      return 503;
  }
}

}  // namespace

const std::string* parameter(const Asking& asking, const char* name) {
  const auto found = asking.request.query.find(name);
  return found == asking.request.query.end() ? nullptr : &found->second;
}

std::string text_parameter(const Asking& asking, const char* name) {
  const auto* value = parameter(asking, name);
  return value == nullptr ? std::string() : *value;
}

bool read_number(const Asking& asking, const char* name, std::optional<std::uint64_t>& target) {
  const auto* value = parameter(asking, name);
  if (value == nullptr) return true;
  target = base::parse_unsigned(*value);
  return target.has_value();
}

std::optional<std::size_t> read_limit(const Asking& asking) {
  std::optional<std::uint64_t> limit = kUsualPage;
  if (!read_number(asking, "limit", limit) || *limit == 0 || *limit > kMostOfPage) return std::nullopt;
  return static_cast<std::size_t>(*limit);
}

std::optional<nlohmann::json> body_of(const Request& request) {
  return crypto::parse_json_object(request.body, kQuestionBounds);
}

const std::string* text_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? nullptr : found->get_ptr<const std::string*>();
}

Response answer_json(int status, const ordered_json& body) { return {.status = status, .body = base::json_text(body)}; }

Response problem_of(const base::Error& error) { return problem(status_of(error.code), error.detail); }

Response answer_or_problem(base::Result<std::string> answer, std::string type) {
  if (answer) return {.type = std::move(type), .body = *std::move(answer)};
  return problem_of(answer.error());
}

}  // namespace router::management
