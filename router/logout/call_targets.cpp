#include "logout/call_targets.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "backend/destination_tls.h"
#include "backend/field_names.h"
#include "backend/forward_headers.h"
#include "base/text.h"
#include "config/token_rule.h"
#include "http/cookie.h"
#include "session/pairwise_id.h"

namespace router::logout {
namespace {

// The destination's own path and query stay in front of the logout path's.
http::Url logout_url(const config::Destination& destination) {
  http::Url url = destination.url;
  url.scheme = url.secure() ? "https" : "http";
  url.fragment.reset();
  const auto [path, query] = base::cut(destination.logout_path, '?');
  while (!url.path.empty() && url.path.back() == '/') url.path.pop_back();
  if (!path.starts_with('/')) url.path.push_back('/');
  url.path.append(path);
  if (query) url.query = url.query ? *url.query + "&" + std::string(*query) : std::string(*query);
  return url;
}

}  // namespace

std::string target_name(std::string_view kind, std::string_view key) { return std::string(kind).append(key); }

CallTarget make_call_target(const config::Destination& destination, const config::Configuration& config) {
  CallTarget target;
  target.name = target_name(destination.is_service ? kServiceTarget : kDestinationTarget, destination.name);
  target.back_end = destination.name;
  target.jar = destination.jar_name();
  target.title = destination.title;
  target.is_service = destination.is_service;
  target.method = to_string(destination.logout_method);
  target.url = logout_url(destination);
  target.tenant = destination.tenant;
  target.is_providers = destination.is_providers;
  target.timeout = destination.timeout;
  target.authorization = destination.authorization;
  target.audience = destination.logout_audience;
  target.token_bindings = config::token_bindings(config, destination.name);
  target.sends_forwarded = destination.set_x_forwarded_headers;
  std::copy_if(destination.headers.begin(), destination.headers.end(), std::back_inserter(target.headers),
               [](const config::Header& header) { return backend::may_be_configured(header.name); });
  target.tls = backend::destination_tls(destination, config);
  target.proxy_host = destination.proxy_host;
  target.proxy_port = destination.proxy_port;
  target.strict_connections = destination.strict_connections;
  target.connectivity = destination.connectivity;
  target.location_id = destination.location_id;
  target.propagates_user = destination.propagates_user;
  target.has_own_client = destination.service_client != nullptr;
  if (config::uses_own_certificate(destination)) target.service_client = destination.service_client;
  // a logout token says it all
  target.sends_token = target.audience.empty() && (config::takes_token(destination) || target.propagates_user);
  return target;
}

namespace {

// Of one that may yet turn out to be the subscriber's own or the provider's: of whom the session has cookies. The other
// gets none of them (call_request.cpp).
const std::string& jar_for(const session::Session& session, const CallTarget& target) {
  const auto& cookies = session.backend_cookies;
  const bool has_some =
      std::any_of(cookies.begin(), cookies.end(), [&](const auto& cookie) { return cookie.destination == target.jar; });
  return target.is_known || has_some ? target.jar : target.back_end;
}

// All captured cookies of the destination, each name once: of several the one whose path fits the logout path
// best. One whose path does not fit is sent too: it is how the back-end knows the session.
base::Secret cookie_field(const session::Session& session, const CallTarget& target, const std::string& jar) {
  std::map<std::string_view, const session::BackendCookie*> chosen;
  const auto rank = [&](const session::BackendCookie& cookie) {
    return http::path_matches(target.url.path, cookie.path) ? cookie.path.size() + 1 : 0;
  };
  for (const auto& cookie : session.backend_cookies) {
    if (cookie.destination != jar) continue;
    auto& best = chosen[cookie.name];
    if (best == nullptr || rank(cookie) >= rank(*best)) best = &cookie;
  }
  std::string field;
  for (const auto& [name, cookie] : chosen) {
    if (!field.empty()) field.append("; ");
    field.append(name).append("=").append(cookie->value.reveal());
  }
  return base::Secret(std::move(field));
}

bool gets_token_of(const CallTarget& target, const std::string& binding) {
  if (!target.token_bindings) return true;
  return std::find(target.token_bindings->begin(), target.token_bindings->end(), binding) !=
         target.token_bindings->end();
}

// A service hears of the logout with the token that it was called with, one whose client gets tokens for it without one
// where this session has none; a back-end that no request of this session could have brought its token to, too.
std::shared_ptr<Credentials> credentials_for(const CallTarget& target, const session::Session& session,
                                             const std::shared_ptr<Credentials>& of_user) {
  if (!gets_token_of(target, session.provider)) return std::make_shared<Credentials>();
  if (!target.is_service) return of_user;
  for (const auto& token : session.service_tokens) {
    if (token.service != target.back_end) continue;
    auto own = std::make_shared<Credentials>();
    own->access_token = token.token;
    own->expires = token.good_until;
    return own;
  }
  return target.has_own_client ? std::make_shared<Credentials>() : of_user;
}

std::vector<config::Header> forwarded_fields(const CallTarget& target, const ForwardedRequest& request) {
  std::vector<config::Header> fields;
  if (target.sends_forwarded) {
    fields.push_back({"x-forwarded-for", request.client_chain});
    fields.push_back({"x-forwarded-host", request.host});
    fields.push_back({"x-forwarded-proto", request.scheme});
    fields.push_back({"x-forwarded-path", request.path});
  }
  if (target.is_service) fields.push_back({"x-approuter-host", request.host});
  return fields;
}

}  // namespace

CallTargets make_call_targets(const config::Configuration& config) {
  CallTargets targets;
  for (const auto& [name, destination] : config.destinations) {
    if (destination.logout_path.empty()) continue;
    targets.push_back(std::make_shared<const CallTarget>(make_call_target(destination, config)));
  }
  // A service stands in the map under its name and under its endpoint.
  std::set<std::string> seen;
  for (const auto& [key, service] : config.services) {
    if (service.logout_path.empty()) continue;
    auto target = make_call_target(service, config);
    target.name = target_name(kServiceTarget, key);  // of several endpoints each has its own
    if (!seen.insert(target.back_end + " " + target.url.to_string()).second) continue;
    targets.push_back(std::make_shared<const CallTarget>(std::move(target)));
  }
  return targets;
}

ForwardedRequest forwarded_request(const http::Request& request, const http::External& external) {
  return {external.authority, external.scheme, http::client_chain(request.headers, external), request.target.path};
}

std::string origin_of(const session::Session& session, const std::optional<ForwardedRequest>& request) {
  if (!session.origin.empty() || !request) return session.origin;
  return request->scheme + "://" + request->host;
}

std::vector<Call> calls_for(const session::Session& session, const CallTargets& targets,
                            const std::optional<ForwardedRequest>& request, const std::vector<std::string>* only) {
  std::vector<Call> calls;
  if (targets.empty()) return calls;
  auto credentials = std::make_shared<Credentials>();
  credentials->access_token = session.tokens.access_token;
  credentials->expires = session.tokens.access_expires;
  calls.reserve(targets.size());
  for (const auto& target : targets) {
    if (only != nullptr && std::find(only->begin(), only->end(), target->back_end) == only->end()) continue;
    Call call;
    call.jar = jar_for(session, *target);
    call.cookies = cookie_field(session, *target, call.jar);
    // a back-end that knows nobody has nothing to hear
    if (session.is_anonymous && call.cookies.empty()) continue;
    call.target = target;
    call.tenant = session.subdomain;
    call.credentials = credentials_for(*target, session, credentials);
    if (!target->audience.empty()) {
      call.session_origin = origin_of(session, request);
      call.session_name = session::pairwise_id(session.id, target->back_end);
      call.subject = session.subject;
    }
    if (request) call.forwarded = forwarded_fields(*target, *request);
    if (target->service_client) {
      auto id = backend::tenant_id(*target->service_client, &session, session.subdomain);
      if (!id.empty()) call.forwarded.push_back({"x-tenant-id", std::move(id)});
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace router::logout
