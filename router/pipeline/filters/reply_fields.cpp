#include <algorithm>

#include "base/text.h"
#include "pipeline/error_reply.h"
#include "pipeline/filters/filters.h"
#include "session/csrf.h"

namespace router::pipeline {
namespace {

constexpr std::string_view kFrameOptions = "X-Frame-Options";
constexpr std::string_view kRequestId = "x-request-id";
constexpr std::string_view kRouterStatistics = "sap-statistics-approuter";

// README of @sap/approuter, "Support of SAP Statistics": milliseconds here, and of them in the back-end.
std::string statistics(const Context& context, base::milliseconds upstream_time) {
  const auto total = context.graph.parts.clock.steady() - context.started;
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
  return is("Cache-Control") || is("Expires") || is("Pragma") || is("Surrogate-Control") || is("X-Accel-Expires") ||
         is_targeted;
}

// A token, or a cookie of the router, is for one user: nobody keeps the answer that it is on, whatever a back-end or the
// configuration says.
void keep_out_of_caches(http::Fields& fields) {
  fields.remove_if([](const http::Field& field) { return is_for_caches(field.name); });
  fields.add_view("Cache-Control", "no-store");
}

// responseHeaders and httpHeaders. What an answer says itself wins; a back-end's field that gives way has been left out.
// Copied: a response that could not be read outlives the configuration that it was made with.
void add_configured(const std::vector<config::ResponseHeader>& configured, http::Fields& fields) {
  const auto said = static_cast<std::ptrdiff_t>(fields.size());
  for (const auto& header : configured) {
    const bool is_said = std::any_of(fields.begin(), fields.begin() + said, [&](const http::Field& field) {
      return base::equals_ignoring_case(field.name, header.name);
    });
    if (!is_said) fields.add(header.name, header.value);
  }
}

}  // namespace

void ReplyFields::complete(http::Fields& fields, base::milliseconds upstream_time) {
  const auto& config = context_.config();
  context_.graph.metrics.head_ready(context_);
  for (const auto& field : context_.reply_fields) fields.pass(field);
  if (context_.wants_statistics) fields.add(kRouterStatistics, statistics(context_, upstream_time));
  add_configured(config.response_headers, fields);
  // an id is of plain characters (pipeline/request_ids.h)
  if (config.environment.send_x_frame_options && !fields.contains(kFrameOptions))
    fields.pass({kFrameOptions, "SAMEORIGIN"});
  fields.pass({kRequestId, context_.trace.request_id});
  const bool has_our_cookie = context_.reply_fields.contains("Set-Cookie");
  if (has_our_cookie || fields.contains(session::kCsrfHeader)) keep_out_of_caches(fields);
}

void complete_own_response(const Context& context, http::Response& response) {
  if (auto elsewhere = error_redirect(context, response)) response = *std::move(elsewhere);
  context.graph.metrics.head_ready(context);
  for (const auto& field : context.reply_fields) response.headers.add(field.name, field.value);
  if (context.wants_statistics) response.headers.set(kRouterStatistics, statistics(context, base::milliseconds(-1)));
  complete_own_response(context.config(), context.trace.request_id, response);
}

void complete_own_response(const config::Configuration& config, std::string_view request_id, http::Response& response) {
  auto& headers = response.headers;
  // a page that names its framers itself, such as the answer in the provider's logout frame, is not narrowed down
  const bool names_framers =
      headers.get("Content-Security-Policy").value_or("").find("frame-ancestors http") != std::string_view::npos;
  dress_error(config, response);
  if (!headers.contains("Cache-Control")) headers.set("Cache-Control", "no-store");
  add_configured(config.response_headers, headers);
  if (names_framers) {
    headers.remove(kFrameOptions);
  } else if (config.environment.send_x_frame_options && !headers.contains(kFrameOptions)) {
    headers.set(kFrameOptions, "SAMEORIGIN");
  }
  if (headers.contains(session::kCsrfHeader) || headers.contains("Set-Cookie")) keep_out_of_caches(headers);
  headers.set(kRequestId, request_id);
}

}  // namespace router::pipeline
