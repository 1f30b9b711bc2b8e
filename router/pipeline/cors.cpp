#include "pipeline/cors.h"

#include <algorithm>

#include "base/text.h"
#include "http/origin.h"
#include "http/url.h"

namespace router::pipeline {

using base::Result;
using Outcome = CorsJudgement::Outcome;

namespace {

Result<bool> matches(const std::optional<base::Pattern>& pattern, std::string_view subject) {
  if (!pattern) return true;
  const auto match = pattern->match(subject);
  if (!match) return match.error();
  return match->has_value();
}

// The first policy for this path and host; nullptr: none.
Result<const config::CorsPolicy*> find_policy(const config::Configuration& config, const http::Target& target,
                                              const http::External& external) {
  for (const auto& policy : config.cors) {
    const auto path = matches(policy.uri_pattern, policy.matches_query ? target.path_and_query() : target.path);
    if (!path) return path.error();
    const auto host = matches(policy.host_pattern, external.authority);
    if (!host) return host.error();
    if (*path && *host) return &policy;
  }
  return nullptr;
}

bool is_own_origin(const http::External& external, const http::Url& origin) {
  const auto own = http::parse_url(external.origin());
  return own && own->origin() == origin.origin();
}

bool allows_method(const config::CorsPolicy& policy, std::string_view method) {
  return std::find(policy.allowed_methods.begin(), policy.allowed_methods.end(), method) !=
         policy.allowed_methods.end();
}

bool allows_headers(const config::CorsPolicy& policy, std::string_view list) {
  const auto names = base::split(list, ',');
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    name = base::trim(name);
    return name.empty() || base::holds_ignoring_case(policy.allowed_headers, name);
  });
}

}  // namespace

Result<CorsJudgement> judge_cors(const config::Configuration& config, const http::Request& request,
                                 const http::Target& target, const http::External& external) {
  CorsJudgement judgement;
  // a handshake has rules of its own: WS_ALLOWED_ORIGINS
  if (config.cors.empty() || request.is_upgrade) return judgement;
  const auto found = find_policy(config, target, external);
  if (!found) return found.error();
  judgement.policy = *found;
  const auto origin = request.headers.get("Origin");
  if (judgement.policy == nullptr || !origin) return judgement;
  const auto& policy = *judgement.policy;
  const auto url = http::parse_origin(*origin);
  if (url && is_own_origin(external, *url)) return judgement;

  const auto asked = request.headers.get("Access-Control-Request-Method");
  const bool preflight = request.is("OPTIONS") && asked;
  if (!url || !http::any_allows(policy.allowed_origins, *url)) {
    judgement.refused = "the origin";
  } else if (!allows_method(policy, preflight ? *asked : request.method)) {
    judgement.refused = "the method";
  } else if (preflight && !allows_headers(policy, request.headers.get("Access-Control-Request-Headers").value_or(""))) {
    judgement.refused = "a header";
  }
  judgement.outcome = !judgement.refused.empty() ? Outcome::refused : preflight ? Outcome::preflight : Outcome::allowed;
  return judgement;
}

}  // namespace router::pipeline
