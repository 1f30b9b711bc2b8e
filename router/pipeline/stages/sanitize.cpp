#include <algorithm>

#include "backend/via.h"
#include "base/text.h"
#include "config/allowed_hosts.h"
#include "http/method.h"
#include "http/query.h"
#include "http/url.h"
#include "pipeline/client_address.h"
#include "pipeline/request_ids.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

constexpr std::size_t kLongestHost = 253;
constexpr std::string_view kStatistics = "sap-statistics";

std::string_view first_element(std::string_view list) { return base::trim(base::cut(list, ',').before); }

// ENABLE_X_FORWARDED_HOST_VALIDATION: letters, digits, "-", "_" and ".", of a length that DNS has, and a port.
bool is_plain_host(std::string_view text) {
  const auto host = http::parse_host(text);
  return host && host->host.size() <= kLongestHost && std::all_of(host->host.begin(), host->host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
         });
}

// What the path that a proxy was asked for has before ours. Checked as any path is: it becomes part of URLs.
std::string path_before(std::string_view forwarded, std::string_view path) {
  if (!forwarded.starts_with('/')) return {};
  const auto whole = http::parse_target("GET", forwarded);
  if (!whole || !whole->path.ends_with(path)) return {};
  return whole->path.substr(0, whole->path.size() - path.size());
}

Result<void> take_forwarded(RequestState& state) {
  auto& external = state.external;
  const auto& headers = state.request.headers;
  if (const auto proto = headers.get("x-forwarded-proto")) {
    const auto scheme = base::to_lower(first_element(*proto));
    if (scheme == "http" || scheme == "https") external.scheme = scheme;
  }
  auto host = headers.get("x-forwarded-host");
  if (state.config().environment.external_reverse_proxy && headers.contains("x-custom-host")) {
    host = headers.get("x-custom-host");
  }
  if (host && state.config().environment.validate_x_forwarded_host && !is_plain_host(first_element(*host))) {
    return Error{ErrorCode::bad_request, Side::client, "x-forwarded-host is no host name"};
  }
  if (host && http::parse_host(first_element(*host))) external.authority = base::to_lower(first_element(*host));
  if (const auto path = headers.get("x-forwarded-path")) {
    external.path_prefix = path_before(*path, state.request.target.path);
  }
  external.client_address = client_address(headers, external.peer_address,
                                           {state.graph.trusted_proxies, state.config().environment.proxies_are_named});
  return {};
}

// In the field, or in the query (README of @sap/approuter, "Support of SAP Statistics").
bool wants_statistics(const http::Request& request) {
  if (const auto field = request.headers.get(kStatistics)) return *field == "true";
  return request.target.query.find(kStatistics) != std::string::npos &&
         http::query_value(request.target.query, kStatistics) == "true";
}

// A host that names no tenant is the binding's own subaccount's. The port is no part of the host, unless the pattern
// asks for it.
Result<void> find_tenant(RequestState& state) {
  const auto& pattern = state.graph.tenant_pattern;
  if (!pattern) return {};
  const std::string& authority = state.external.authority;
  const auto parsed = http::parse_host(authority);
  for (const std::string& host : {parsed ? parsed->host : authority, authority}) {
    const auto found = pattern->match(host);
    if (!found) return found.error();
    const auto tenant = *found ? (*found)->groups[1].value_or("") : std::string_view();
    if (http::is_dns_label(tenant)) {
      state.external.tenant = tenant;
      state.external.host_names_tenant = true;
      return {};
    }
  }
  for (const auto& provider : state.config().providers) {
    if (provider.kind == config::ProviderKind::xsuaa) state.external.tenant = provider.identity_zone;
  }
  return {};
}

Result<void> find_external(RequestState& state) {
  auto& external = state.external;
  const auto& target = state.request.target;
  const auto host = state.request.headers.get("Host");
  if (!target.authority.empty() && host && !base::equals_ignoring_case(target.authority, *host)) {
    return Error{ErrorCode::bad_request, Side::client, "absolute-form target for another host"};
  }
  external.scheme = state.endpoints.tls ? "https" : "http";
  external.authority = base::to_lower(host ? *host : std::string_view(target.authority));
  external.peer_address = state.endpoints.peer_address;
  external.client_address = state.endpoints.peer_address;
  const auto& peer = state.endpoints.peer;
  external.peer_trusted = peer && state.graph.trusted_proxies.contains(peer->bytes());
  if (external.peer_trusted) {
    if (auto taken = take_forwarded(state); !taken) return taken.error();
  }
  return find_tenant(state);
}

bool is_allowed_host(const RequestState& state) {
  const auto& allowed = state.config().environment.allowed_hosts;
  if (allowed.empty()) return true;
  const auto host = http::parse_host(state.external.authority);
  return host && config::names_host(allowed, host->host);
}

constexpr int kMisdirected = 421;

http::Response refuse(int status, std::string_view text) {
  return http::text_response(status, std::string(text) + "\n");
}

}  // namespace

Result<Verdict> sanitize(RequestState& state) {
  const auto& headers = state.request.headers;
  state.trace.request_id = request_id_of(headers);
  state.trace.sent_correlation_id = correlation_id_of(headers);
  take_trace_context(headers, state.trace);
  state.wants_statistics = wants_statistics(state.request);
  if (auto found = find_external(state); !found) return found.error();

  // echoing a request, or tunnelling past the routes, is nobody's business
  if (state.request.is("TRACE") || state.request.is("CONNECT"))
    return Verdict(http::method_not_allowed(http::kEveryMethod));
  // a destination leads back here: it would go round until something breaks
  if (backend::went_through_here(state.request.headers)) return Verdict(refuse(508, "Loop Detected"));
  if (!is_allowed_host(state)) return Verdict(refuse(kMisdirected, "Misdirected Request"));
  // with SECURE_SESSION_COOKIE the operator says that there is no plain http
  if (state.config().environment.secure_session_cookie.value_or(false) && !state.external.secure()) {
    return Verdict(refuse(403, "This application is served over https only."));
  }
  return Verdict(Continue{});
}

std::optional<Foreseen> explain_sanitize(RequestState& state, Told&) {
  auto foreseen = foresee(sanitize(state));
  if (!foreseen) return foreseen;
  if (foreseen->status == kMisdirected) foreseen->text += ": ALLOWED_HOSTS does not name " + state.external.authority;
  if (foreseen->status == 405) return foresee(405, "whatever the routes say");
  return foreseen;
}

}  // namespace router::pipeline
