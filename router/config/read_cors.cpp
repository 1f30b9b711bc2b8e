#include "config/json_access.h"
#include "config/read_descriptor.h"
#include "config/read_origin.h"

namespace router::config {
namespace {

std::vector<std::string> texts_or(const json& value, std::string_view key, std::vector<std::string> otherwise) {
  return array_member(value, key) == nullptr ? std::move(otherwise) : texts_member(value, key);
}

CorsPolicy read_policy(const json& value, const Report& report) {
  CorsPolicy policy;
  const json* pattern = member(value, "uriPattern");
  const bool nested = pattern != nullptr && pattern->is_object();
  const json& holder = nested ? *pattern : value;
  if (const auto source = text_member(holder, nested ? "path" : "uriPattern")) {
    policy.uri_pattern = read_pattern(*source, !nested || flag_member(holder, "matchCase", true), report,
                                      nested ? "/uriPattern/path" : "/uriPattern");
    policy.matches_query = spells_question_mark(*source);
  }
  if (const auto source = text_member(value, "hostPattern")) {
    policy.host_pattern = read_pattern(*source, true, report, "/hostPattern");
  }
  if (const json* origins = array_member(value, "allowedOrigin")) {
    for (std::size_t i = 0; i < origins->size(); ++i) {
      auto rule = read_origin((*origins)[i], report.below(pointer_to("/allowedOrigin", i)));
      if (rule) policy.allowed_origins.push_back(*std::move(rule));
    }
  }
  policy.allowed_methods = texts_or(value, "allowedMethods", {"GET", "POST", "HEAD", "OPTIONS"});
  policy.allowed_headers = texts_or(value, "allowedHeaders",
                                    {"Origin", "Accept", "X-Requested-With", "Content-Type",
                                     "Access-Control-Request-Method", "Access-Control-Request-Headers"});
  policy.expose_headers = texts_member(value, "exposeHeaders");
  policy.max_age = integer_member(value, "maxAge").value_or(1800);
  policy.allow_credentials = flag_member(value, "allowedCredentials", true);
  return policy;
}

}  // namespace

std::vector<CorsPolicy> read_cors(const json& value, const Report& report) {
  std::vector<CorsPolicy> policies;
  for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
    policies.push_back(read_policy(value[i], report.below(pointer_to("", i))));
  }
  return policies;
}

}  // namespace router::config
