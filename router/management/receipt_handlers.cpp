#include "management/handlers.h"
#include "management/reading.h"

namespace router::management {
namespace {

constexpr std::size_t kLongestId = 200;

}  // namespace

Response receipts(const Asking& asking) {
  ReceiptQuestion question;
  question.cause = text_parameter(asking, "cause");
  question.user = text_parameter(asking, "user");
  question.outcome = text_parameter(asking, "outcome");
  if (!read_number(asking, "since", question.since) || !read_number(asking, "until", question.until) ||
      !read_number(asking, "cursor", question.cursor)) {
    return problem(400, "since, until (Unix seconds), cursor: whole numbers");
  }
  const auto limit = read_limit(asking);
  if (!limit) return problem(400, "limit: 1 to 200");
  question.limit = *limit;
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
