#include "management/handlers.h"
#include "management/reading.h"
#include "management/serve.h"

namespace router::management {
namespace {

Response answer_who(const Visitor& visitor) {
  return answer_json(200, {{"name", visitor.name}, {"right", to_string(visitor.right)}});
}

}  // namespace

Response sign_in(const Asking& asking) {
  const auto body = body_of(asking.request);
  const auto* token = body && body->size() == 1 ? text_of(*body, "token") : nullptr;
  if (token == nullptr) return problem(400, R"(wanted: {"token": "…"})");
  const auto [visitor, set_cookie] = asking.doorkeeper.sign_in(*token, asking.request);
  if (auto refusal = turn_away(visitor, asking.request, asking.doorkeeper)) return *std::move(refusal);
  audit({asking.request, visitor, asking.operations, asking.doorkeeper, asking.history, asking.name}, "sign-in", "");
  auto answer = answer_who(visitor);
  if (!set_cookie.empty()) answer.fields.emplace_back("Set-Cookie", set_cookie);
  return answer;
}

Response who_asks(const Asking& asking) {
  const auto visitor = asking.doorkeeper.look(asking.request);
  if (!visitor.said_something && !visitor.is_misled && asking.doorkeeper.has_tokens()) return answer_who(visitor);
  if (auto refusal = turn_away(visitor, asking.request, asking.doorkeeper)) return *std::move(refusal);
  return answer_who(visitor);
}

Response sign_out(const Asking& asking) {
  audit(asking, "sign-out", "");
  auto answer = answer_who({});
  answer.fields.emplace_back("Set-Cookie", asking.doorkeeper.sign_out(asking.request));
  return answer;
}

}  // namespace router::management
