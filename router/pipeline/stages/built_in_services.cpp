#include "base/text.h"
#include "http/origin.h"
#include "http/query.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {
namespace {

// README of @sap/approuter, "Allowlist Service": whether a page of that origin may frame ours.
std::string framing_answer(const Context& context) {
  const auto& allowed = context.config().cj_protect_whitelist;
  const auto origin = http::query_value(context.target().query, "parentOrigin").value_or("null");
  const auto url = http::parse_origin(origin);
  const bool framing = !allowed || (url && http::any_allows(*allowed, *url));
  const auto word = [](bool yes) { return yes ? "true" : "false"; };
  std::string json = R"({"version":"1.0","active":)";
  json.append(word(allowed.has_value())).append(",\"origin\":").append(base::json_quote(origin));
  return json.append(",\"framing\":").append(word(framing)).append("}");
}

}  // namespace

Result<Verdict> built_in_services(Context& context) {
  if (!context.is_built_in_service()) return Verdict(Continue{});
  if (!context.request.is_get_or_head()) return Verdict(http::method_not_allowed("GET, HEAD"));
  const bool metadata = context.target().path == context.config().plugin_metadata_endpoint;
  return Verdict(http::json_response(200, metadata ? context.config().plugin_metadata : framing_answer(context)));
}

}  // namespace router::pipeline
