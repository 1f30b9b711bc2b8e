#include "config/json_access.h"
#include "config/read_descriptor.h"

namespace router::config {
namespace {

// [scheme://]host[:port]
std::string origin_text(const json& origin) {
  std::string text = text_member(origin, "host").value_or("");
  if (const auto protocol = text_member(origin, "protocol")) text = *protocol + "://" + text;
  const json* port = member(origin, "port");
  if (port == nullptr) return text;
  const std::string number = port->is_string() ? port->get<std::string>() : port->dump();
  return number == "*" ? text : text + ":" + number;
}

std::vector<std::string> texts_or(const json& value, std::string_view key,
                                  std::vector<std::string> otherwise) {
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
  }
  if (const auto source = text_member(value, "hostPattern")) {
    policy.host_pattern = read_pattern(*source, true, report, "/hostPattern");
  }
  if (const json* origins = array_member(value, "allowedOrigin")) {
    for (const json& origin : *origins) policy.allowed_origins.push_back(origin_text(origin));
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
