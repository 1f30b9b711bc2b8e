#include "base/text.h"
#include "management/handlers.h"

namespace router::management {
namespace {

constexpr std::size_t kMostReceipts = 200;
constexpr std::size_t kLongestId = 200;

const std::string* parameter(const Asking& asking, const char* name) {
  const auto found = asking.request.query.find(name);
  return found == asking.request.query.end() ? nullptr : &found->second;
}

std::string text_parameter(const Asking& asking, const char* name) {
  const auto* value = parameter(asking, name);
  return value == nullptr ? std::string() : *value;
}

// Whether it is a number, or not there.
bool read_number(const Asking& asking, const char* name, std::optional<std::uint64_t>& target) {
  const auto* value = parameter(asking, name);
  if (value == nullptr) return true;
  target = base::parse_unsigned(*value);
  return target.has_value();
}

Response answer_or_problem(base::Result<std::string> answer, std::string type = "application/json") {
  if (answer) return {.type = std::move(type), .body = *std::move(answer)};
  const bool is_unknown = answer.error().code == base::ErrorCode::not_found;
  return problem(is_unknown ? 404 : 503, answer.error().detail);
}

}  // namespace

Response receipts(const Asking& asking) {
  ReceiptQuestion question;
  question.cause = text_parameter(asking, "cause");
  question.user = text_parameter(asking, "user");
  question.outcome = text_parameter(asking, "outcome");
  std::optional<std::uint64_t> limit;
  if (!read_number(asking, "since", question.since) || !read_number(asking, "until", question.until) ||
      !read_number(asking, "cursor", question.cursor) || !read_number(asking, "limit", limit)) {
    return problem(400, "since, until (Unix seconds), cursor and limit: whole numbers");
  }
  if (limit && (*limit == 0 || *limit > kMostReceipts)) return problem(400, "limit: 1 to 200");
  if (limit) question.limit = static_cast<std::size_t>(*limit);
  question.as_jws = text_parameter(asking, "format") == "jws";
  return answer_or_problem(asking.operations.receipts(std::move(question)));
}

Response receipt(const Asking& asking) {
  const bool as_jws = text_parameter(asking, "format") == "jws";
  if (asking.name.size() > kLongestId) return problem(404, "no such logout");
  return answer_or_problem(asking.operations.receipt(std::string(asking.name), as_jws),
                           as_jws ? "application/jose" : "application/json");
}

Response receipt_keys(const Asking& asking) {
  return answer_or_problem(asking.operations.receipt_keys(), "application/jwk-set+json");
}

}  // namespace router::management
