#include <algorithm>

#include "base/text.h"
#include "http/origin.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

Result<bool> matches(const std::optional<base::Pattern>& pattern, std::string_view subject) {
  if (!pattern) return true;
  const auto match = pattern->match(subject);
  if (!match) return match.error();
  return match->has_value();
}

// The first policy for this path and host; nullptr: none.
Result<const config::CorsPolicy*> find_policy(const Context& context) {
  for (const auto& policy : context.config().cors) {
    const auto& target = context.target();
    const auto path = matches(policy.uri_pattern, policy.matches_query ? target.path_and_query() : target.path);
    if (!path) return path.error();
    const auto host = matches(policy.host_pattern, context.external.authority);
    if (!host) return host.error();
    if (*path && *host) return &policy;
  }
  return nullptr;
}

bool is_own_origin(const Context& context, const http::Url& origin) {
  const auto own = http::parse_url(context.external.origin());
  return own && own->origin() == origin.origin();
}

std::string joined(const std::vector<std::string>& items) {
  std::string list;
  for (const auto& item : items) list.append(list.empty() ? "" : ", ").append(item);
  return list;
}

bool allows_method(const config::CorsPolicy& policy, std::string_view method) {
  return std::find(policy.allowed_methods.begin(), policy.allowed_methods.end(), method) != policy.allowed_methods.end();
}

bool allows_headers(const config::CorsPolicy& policy, std::string_view list) {
  const auto names = base::split(list, ',');
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    name = base::trim(name);
    return name.empty() ||
           std::any_of(policy.allowed_headers.begin(), policy.allowed_headers.end(),
                       [&](const std::string& allowed) { return base::equals_ignoring_case(allowed, name); });
  });
}

// Every answer to an origin that is let in, also an error's: a script may read what went wrong.
void add_origin_fields(Context& context, const config::CorsPolicy& policy, std::string_view origin) {
  const bool any = std::any_of(policy.allowed_origins.begin(), policy.allowed_origins.end(),
                               [](const http::OriginRule& rule) {
                                 return rule.host == "*" && rule.scheme.empty() && !rule.port;
                               });
  // browsers take * for requests without credentials only (Fetch, "CORS check")
  context.add_reply_field("Access-Control-Allow-Origin", any && !policy.allow_credentials ? "*" : origin);
  if (policy.allow_credentials) context.add_reply_field("Access-Control-Allow-Credentials", "true");
  context.cors_is_ours = true;
}

http::Response preflight_response(const config::CorsPolicy& policy) {
  http::Response response;
  response.headers.set("Access-Control-Allow-Methods", joined(policy.allowed_methods));
  if (!policy.allowed_headers.empty()) {
    response.headers.set("Access-Control-Allow-Headers", joined(policy.allowed_headers));
  }
  if (policy.max_age >= 0) response.headers.set("Access-Control-Max-Age", std::to_string(policy.max_age));
  return response;
}

Error refusal(std::string_view what) {
  return Error{ErrorCode::forbidden, Side::client, "CORS: " + std::string(what) + " is not allowed"};
}

}  // namespace

Result<Verdict> check_cors(Context& context) {
  // a handshake has rules of its own: WS_ALLOWED_ORIGINS
  if (context.config().cors.empty() || context.request.is_upgrade) return Verdict(Continue{});
  const auto found = find_policy(context);
  if (!found) return found.error();
  const auto* policy = *found;
  if (policy == nullptr) return Verdict(Continue{});

  // also where there is no Origin: a cache must not give that answer to somebody who sends one (Fetch, "CORS and caches")
  context.add_reply_field("Vary", "Origin");
  const auto& headers = context.request.headers;
  const auto origin = headers.get("Origin");
  if (!origin) return Verdict(Continue{});
  const auto url = http::parse_origin(*origin);
  if (url && is_own_origin(context, *url)) return Verdict(Continue{});
  if (!url || !http::any_allows(policy->allowed_origins, *url)) return refusal("the origin");

  const auto asked = headers.get("Access-Control-Request-Method");
  const bool preflight = context.request.is("OPTIONS") && asked;
  if (!allows_method(*policy, preflight ? *asked : context.request.method)) return refusal("the method");
  if (preflight && !allows_headers(*policy, headers.get("Access-Control-Request-Headers").value_or(""))) {
    return refusal("a header");
  }
  add_origin_fields(context, *policy, *origin);
  if (preflight) return Verdict(preflight_response(*policy));
  if (!policy->expose_headers.empty()) {
    context.add_reply_field("Access-Control-Expose-Headers", joined(policy->expose_headers));
  }
  return Verdict(Continue{});
}

}  // namespace router::pipeline
