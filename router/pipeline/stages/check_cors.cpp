#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/field_list.h"
#include "http/origin.h"
#include "pipeline/cors.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

namespace {

Result<CorsJudgement> judge_origin(const RequestState& state) {
  // of an application the whole path counts, with its own segment
  const auto& target = state.application ? state.request.target : state.target();
  return judge_cors(state.config(), state.request, target, state.external);
}

// Every answer to an origin that is let in, also an error's: a script may read what went wrong.
void add_origin_fields(RequestState& state, const config::CorsPolicy& policy, std::string_view origin) {
  const bool any =
      std::any_of(policy.allowed_origins.begin(), policy.allowed_origins.end(),
                  [](const http::OriginRule& rule) { return rule.host == "*" && rule.scheme.empty() && !rule.port; });
  // browsers take * for requests without credentials only (Fetch, "CORS check")
  state.reply_fields.add("Access-Control-Allow-Origin", any && !policy.allow_credentials ? "*" : origin);
  if (policy.allow_credentials) state.reply_fields.add("Access-Control-Allow-Credentials", "true");
  state.cors_is_ours = true;
}

http::Response preflight_response(const config::CorsPolicy& policy) {
  http::Response response;
  response.headers.set("Access-Control-Allow-Methods", http::written_list(policy.allowed_methods));
  if (!policy.allowed_headers.empty()) {
    response.headers.set("Access-Control-Allow-Headers", http::written_list(policy.allowed_headers));
  }
  if (policy.max_age >= 0) response.headers.set("Access-Control-Max-Age", std::to_string(policy.max_age));
  return response;
}

}  // namespace

Result<Verdict> check_cors(RequestState& state) {
  const auto judged = judge_origin(state);
  if (!judged) return judged.error();
  if (judged->policy == nullptr) return Verdict(Continue{});
  const auto& policy = *judged->policy;
  // also where there is no Origin: a cache must not give that answer to somebody who sends one (Fetch, "CORS
  // and caches")
  state.reply_fields.add("Vary", "Origin");
  if (judged->outcome == CorsJudgement::Outcome::no_concern) return Verdict(Continue{});
  if (judged->outcome == CorsJudgement::Outcome::refused) {
    return base::Error{base::ErrorCode::forbidden, base::Side::client,
                       "CORS: " + std::string(judged->refused) + " is not allowed"};
  }
  add_origin_fields(state, policy, state.request.headers.get("Origin").value_or(""));
  if (judged->outcome == CorsJudgement::Outcome::preflight) return Verdict(preflight_response(policy));
  if (!policy.expose_headers.empty()) {
    state.reply_fields.add("Access-Control-Expose-Headers", http::written_list(policy.expose_headers));
  }
  return Verdict(Continue{});
}

std::optional<Foreseen> explain_check_cors(RequestState& state, Told& told) {
  const auto judged = judge_origin(state);
  if (!judged) return foresee(judged.error());
  if (judged->outcome == CorsJudgement::Outcome::refused)
    return foresee(403, "cors does not allow " + std::string(judged->refused));
  if (judged->outcome == CorsJudgement::Outcome::preflight) return foresee(200, "a preflight, answered by cors");
  if (judged->outcome == CorsJudgement::Outcome::allowed) told["cors"] = "the origin may read the answer";
  return std::nullopt;
}

}  // namespace router::pipeline
