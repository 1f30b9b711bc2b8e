#include "base/text.h"
#include "http/origin.h"
#include "http/query.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {
namespace {

// README of @sap/approuter, "Allowlist Service": whether a page of that origin may frame ours.
std::string framing_answer(const RequestState& state) {
  const auto& allowed = state.config().cj_protect_whitelist;
  const auto origin = http::query_value(state.target().query, "parentOrigin").value_or("null");
  const auto url = http::parse_origin(origin);
  const bool framing = !allowed || (url && http::any_allows(*allowed, *url));
  const auto word = [](bool yes) { return yes ? "true" : "false"; };
  std::string json = R"({"version":"1.0","active":)";
  json.append(word(allowed.has_value())).append(",\"origin\":").append(base::json_quote(origin));
  return json.append(",\"framing\":").append(word(framing)).append("}");
}

bool asks_for_metadata(const RequestState& state) {
  return state.target().path == state.config().plugin_metadata_endpoint;
}

}  // namespace

Result<Verdict> built_in_services(RequestState& state) {
  if (!state.is_built_in_service()) return Verdict(Continue{});
  if (!state.request.is_get_or_head()) return Verdict(http::method_not_allowed("GET, HEAD"));
  return Verdict(
      http::json_response(200, asks_for_metadata(state) ? state.config().plugin_metadata : framing_answer(state)));
}

std::optional<Foreseen> explain_built_in_services(RequestState& state, Told&) {
  auto foreseen = foresee(built_in_services(state));
  if (foreseen && foreseen->status == 200) {
    foreseen->text = asks_for_metadata(state) ? "pluginMetadataEndpoint: the plugins' metadata"
                                              : "whitelistService.endpoint: who may frame the application's pages";
  }
  return foreseen;
}

}  // namespace router::pipeline
