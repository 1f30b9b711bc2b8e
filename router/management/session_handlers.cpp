#include "management/handlers.h"
#include "management/reading.h"

namespace router::management {
namespace {

constexpr std::size_t kLongestName = 1'000;
constexpr std::uint64_t kFurthestCall = 1'000'000'000;

// Absent: that is no wish. Exactly one of user, tenant, provider and all.
std::optional<EndWish> end_wish(const nlohmann::json& body) {
  EndWish wish;
  int choices = 0;
  for (const auto& [name, value] : body.items()) {
    const auto* text = value.get_ptr<const std::string*>();
    const bool is_named = text != nullptr && !text->empty() && text->size() <= kLongestName;
    if (name == "dry_run" && value.is_boolean()) {
      wish.dry_run = value.get<bool>();
    } else if (name == "all" && value == true) {
      wish.all = ++choices > 0;
    } else if (is_named && (name == "user" || name == "tenant" || name == "provider")) {
      (name == "user" ? wish.user : name == "tenant" ? wish.tenant : wish.provider) = *text;
      ++choices;
    } else {
      return std::nullopt;
    }
  }
  return choices == 1 ? std::optional(std::move(wish)) : std::nullopt;
}

}  // namespace

std::string described(const EndWish& wish) {
  if (wish.all) return "all";
  if (!wish.user.empty()) return "user " + wish.user;
  return wish.tenant.empty() ? "provider " + wish.provider : "tenant " + wish.tenant;
}

Response sessions(const Asking& asking) {
  SessionQuestion question;
  question.user = text_parameter(asking, "user");
  question.tenant = text_parameter(asking, "tenant");
  question.provider = text_parameter(asking, "provider");
  question.destination = text_parameter(asking, "destination");
  question.cursor = text_parameter(asking, "cursor");
  if (!read_number(asking, "min_age", question.youngest) || !read_number(asking, "max_age", question.oldest)) {
    return problem(400, "min_age, max_age: whole seconds");
  }
  const auto limit = read_limit(asking);
  if (!limit) return problem(400, "limit: 1 to 200");
  question.limit = *limit;
  return answer_or_problem(asking.operations.sessions(std::move(question)));
}

Response end_session(const Asking& asking) {
  if (asking.name.size() > kLongestName) return problem(404, "no such session");
  auto ended = asking.operations.end_session(std::string(asking.name));
  audit(asking, "end", "session " + std::string(asking.name) + (ended ? ": " + *ended : ": " + ended.error().detail));
  return answer_or_problem(std::move(ended));
}

Response end_sessions(const Asking& asking) {
  const auto body = body_of(asking.request);
  const auto wish = body ? end_wish(*body) : std::nullopt;
  if (!wish) {
    return problem(400,
                   R"(wanted: {"user": "…"}, {"tenant": "…"}, {"provider": "…"} or {"all": true}, "dry_run": true)");
  }
  auto begun = asking.operations.end_sessions(*wish);
  if (!wish->dry_run) audit(asking, "end", described(*wish) + (begun ? ": " + *begun : ": " + begun.error().detail));
  auto answer = answer_or_problem(std::move(begun));
  if (answer.status == 200 && !wish->dry_run) answer.status = 202;
  return answer;
}

Response signals(const Asking& asking) { return answer_or_problem(asking.operations.signals()); }

Response outbox(const Asking& asking) {
  OutboxQuestion question;
  question.back_end = text_parameter(asking, "back_end");
  const auto state = text_parameter(asking, "state");
  if (!state.empty() && state != "pending" && state != "dead") return problem(400, "state: pending or dead");
  if (!state.empty()) question.dead = state == "dead";
  std::optional<std::uint64_t> cursor;
  const auto limit = read_limit(asking);
  if (!limit || !read_number(asking, "cursor", cursor) || cursor.value_or(0) > kFurthestCall)
    return problem(400, "limit: 1 to 200; cursor: of the page before");
  question.cursor = cursor.value_or(0);
  question.limit = *limit;
  return answer_or_problem(asking.operations.outbox(std::move(question)));
}

Response retry_calls(const Asking& asking) {
  const auto body = body_of(asking.request);
  RetryWish wish;
  const auto* call_id = body ? text_of(*body, "id") : nullptr;
  const auto* back_end = body ? text_of(*body, "back_end") : nullptr;
  const bool is_all = body && body->contains("all") && (*body)["all"] == true;
  const bool is_one =
      (call_id != nullptr && !call_id->empty()) + (back_end != nullptr && !back_end->empty()) + is_all == 1;
  if (!is_one || body->size() != 1) return problem(400, R"(wanted: {"id": "…"}, {"back_end": "…"} or {"all": true})");
  if (call_id != nullptr) wish.call_id = *call_id;
  if (back_end != nullptr) wish.back_end = *back_end;
  const auto what = is_all ? "all" : call_id != nullptr ? "call " + wish.call_id : "back-end " + wish.back_end;
  const auto retried = asking.operations.retry_calls(std::move(wish));
  audit(asking, "retry", what + ": " + (retried ? std::to_string(retried->count) : retried.error().detail));
  if (!retried) return problem_of(retried.error());
  nlohmann::ordered_json outcome{{"retried", retried->count}, {"more", retried->more}};
  if (retried->left) outcome["left"] = *retried->left;
  return answer_json(200, outcome);
}

Response drop_call(const Asking& asking) {
  if (asking.name.size() > kLongestName) return problem(404, "no such call");
  const auto dropped = asking.operations.drop_call(std::string(asking.name));
  audit(asking, "drop", "call " + std::string(asking.name) + (dropped ? "" : ": " + dropped.error().detail));
  if (!dropped) return problem_of(dropped.error());
  return answer_json(200, {{"dropped", asking.name}});
}

Response applications(const Asking& asking) {
  ApplicationQuestion question;
  question.tenant = text_parameter(asking, "tenant");
  question.name = text_parameter(asking, "name");
  question.cursor = text_parameter(asking, "cursor");
  const auto limit = read_limit(asking);
  if (!limit) return problem(400, "limit: 1 to 200");
  question.limit = *limit;
  return answer_or_problem(asking.operations.applications(std::move(question)));
}

Response drop_application(const Asking& asking) {
  if (asking.name.size() > kLongestName) return problem(404, "no such application is kept");
  const auto dropped = asking.operations.drop_application(std::string(asking.name));
  audit(asking, "drop", "application " + std::string(asking.name) + (dropped ? "" : ": " + dropped.error().detail));
  if (!dropped) return problem_of(dropped.error());
  return answer_json(200, {{"dropped", asking.name}});
}

}  // namespace router::management
