#include <algorithm>

#include "base/text.h"
#include "http/field_list.h"
#include "pipeline/error_reply.h"
#include "pipeline/filters/filters.h"
#include "session/csrf.h"

namespace router::pipeline {
namespace {

constexpr std::string_view kFrameOptions = "X-Frame-Options";
constexpr std::string_view kRouterStatistics = "sap-statistics-approuter";

// README of @sap/approuter, "Support of SAP Statistics": milliseconds here, and of them in the back-end.
std::string statistics(const Context& context, base::milliseconds upstream_time) {
  const auto total = context.graph.services.clock.steady() - context.started;
  std::string text = "total=" + std::to_string(std::chrono::duration_cast<base::milliseconds>(total).count());
  if (upstream_time.count() >= 0) text.append(", ext=").append(std::to_string(upstream_time.count()));
  return text;
}

// What caches go by: Cache-Control and its elders, and those for the caches of networks (RFC 9213).
bool is_for_caches(std::string_view name) {
  const auto is = [name](std::string_view other) { return base::equals_ignoring_case(name, other); };
  constexpr std::string_view kTargeted = "CDN-Cache-Control";
  const bool is_targeted = name.size() >= kTargeted.size() &&
                           base::equals_ignoring_case(name.substr(name.size() - kTargeted.size()), kTargeted);
  return is("Cache-Control") || is("Expires") || is("Pragma") || is("Surrogate-Control") || is("X-Accel-Expires") || is_targeted;
}

// A token, or a cookie of the router, is for one user: nobody keeps the answer that it is on, whatever a back-end or the
// configuration says.
void keep_out_of_caches(std::string& fields) {
  std::string kept;
  kept.reserve(fields.size() + 32);
  for (std::string_view rest = fields; !rest.empty();) {
    const auto end = rest.find("\r\n");
    const auto line = end == std::string_view::npos ? rest : rest.substr(0, end + 2);
    if (!is_for_caches(line.substr(0, line.find(':')))) kept.append(line);
    rest.remove_prefix(line.size());
  }
  fields = kept.append("Cache-Control: no-store\r\n");
}

void keep_out_of_caches(http::Headers& headers) {
  headers.remove_if([](const http::Field& field) { return is_for_caches(field.name); });
  headers.add("Cache-Control", "no-store");
}

bool is_configured(const config::Configuration& config, std::string_view name) {
  return std::any_of(config.response_headers.begin(), config.response_headers.end(), [&](const config::Header& header) {
    return base::equals_ignoring_case(header.name, name);
  });
}

}  // namespace

void ReplyFields::complete(std::string& fields, base::milliseconds upstream_time) {
  const auto& config = context_.config();
  fields.append(context_.reply_fields);
  if (context_.wants_statistics) {
    fields.append(kRouterStatistics).append(": ").append(statistics(context_, upstream_time)).append("\r\n");
  }
  if (config.environment.send_x_frame_options && !http::has_field(fields, kFrameOptions) &&
      !is_configured(config, kFrameOptions)) {
    fields.append("X-Frame-Options: SAMEORIGIN\r\n");
  }
  // a back-end's field of the same name has been left out by the forwarder: the configured value wins
  for (const auto& header : config.response_headers) {
    fields.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  const bool has_our_cookie = http::has_field(context_.reply_fields, "Set-Cookie");
  if (has_our_cookie || http::has_field(fields, session::kCsrfHeader)) keep_out_of_caches(fields);
}

void complete_own_response(const Context& context, http::Response& response) {
  for (auto line : base::split(context.reply_fields, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto field = base::cut(line, ':');
    if (field.after) response.headers.add(field.before, base::trim(*field.after));
  }
  const auto& config = context.config();
  // a page that names its framers itself, such as the answer in the provider's logout frame, is not narrowed down
  const auto policy = response.headers.get("Content-Security-Policy").value_or("");
  const bool names_framers = policy.find("frame-ancestors http") != std::string_view::npos;
  if (config.environment.send_x_frame_options && !names_framers && !response.headers.contains(kFrameOptions)) {
    response.headers.set(kFrameOptions, "SAMEORIGIN");
  }
  dress_error(config, response);
  if (context.wants_statistics) response.headers.set(kRouterStatistics, statistics(context, base::milliseconds(-1)));
  if (!response.headers.contains("Cache-Control")) response.headers.set("Cache-Control", "no-store");
  for (const auto& header : config.response_headers) response.headers.set(header.name, header.value);
  if (response.headers.contains(session::kCsrfHeader)) keep_out_of_caches(response.headers);
  response.headers.set("x-request-id", context.request_id);
}

}  // namespace router::pipeline
