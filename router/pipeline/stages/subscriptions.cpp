#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "crypto/jose_json.h"
#include "http/query.h"
#include "http/url.h"
#include "login/basic_credentials.h"
#include "net/bounded_body.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

constexpr std::size_t kLongestBody = 64 * 1024;

enum class Wish { none, dependencies, subscribe, unsubscribe };
struct Callback {
  Wish wish = Wish::none;
  std::string tenant = {};
};

// Absent: the path is no tenant's.
std::optional<std::string> tenant_in(std::string_view path, const config::Subscriptions& callbacks) {
  const std::string_view before = callbacks.before_tenant;
  const std::string_view after = callbacks.after_tenant;
  if (before.empty() || !path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  const auto tenant = path.substr(before.size(), path.size() - before.size() - after.size());
  return tenant.find('/') == std::string_view::npos ? std::optional(std::string(tenant)) : std::nullopt;
}

// What other methods ask for is the routes' business.
Callback callback_of(const RequestState& state) {
  const auto& callbacks = state.graph.config->subscriptions;
  if (!callbacks) return {};
  const auto& request = state.request;
  const auto& path = request.target.path;
  if (request.is("GET") && path == callbacks->dependencies_path) return {Wish::dependencies};
  if (!request.is("PUT") && !request.is("DELETE")) return {};
  auto tenant = tenant_in(path, *callbacks);
  if (!tenant) return {};
  return {request.is("PUT") ? Wish::subscribe : Wish::unsubscribe, *std::move(tenant)};
}

// The registry, with a token of the bound xsuaa.
Task<Result<std::optional<Verdict>>> objection(Context& context, const config::Subscriptions& callbacks) {
  const auto field = context.request.headers.get("Authorization");
  const auto token = field ? login::read_bearer_token(*field) : std::nullopt;
  if (!token || context.request.headers.count("Authorization") != 1) {
    co_return Error{ErrorCode::unauthenticated, Side::client, "a subscription callback without a token"};
  }
  http::External anybody = context.external;
  anybody.tenant.clear();  // the registry is no subscriber
  auto asking = context.graph.login->caller(anybody, callbacks.provider, std::string(*field), context.exchange.loop());
  auto verdict = co_await asking;
  if (const auto* later = std::get_if<base::seconds>(&verdict)) co_return std::optional<Verdict>(come_again(*later));
  const auto& caller = std::get<Result<session::Snapshot>>(verdict);
  if (!caller) co_return caller.error();
  const auto& scopes = (*caller)->scopes;
  if (std::find(scopes.begin(), scopes.end(), callbacks.scope) == scopes.end()) {
    co_return Error{ErrorCode::forbidden, Side::client, "a subscription callback without " + callbacks.scope};
  }
  co_return std::optional<Verdict>();
}

// subscribedSubdomain of the body; empty: there is none that could be part of a host.
std::string subscribed_subdomain(const std::string& body) {
  const auto json = crypto::parse_json_object(body);
  if (!json) return {};
  const auto found = json->find("subscribedSubdomain");
  if (found == json->end() || !found->is_string()) return {};
  auto subdomain = base::to_lower(found->get_ref<const std::string&>());
  return http::is_dns_label(subdomain) ? subdomain : std::string();
}

// The same address for that tenant.
std::string at_subdomain(std::string origin, const std::string& subdomain,
                         const std::optional<base::Pattern>& pattern) {
  const auto url = http::parse_url(origin);
  if (!url || !pattern) return origin;
  const auto found = pattern->match(url->host);
  const auto tenant = found && *found ? (*found)->groups[1] : std::nullopt;
  if (!tenant) return origin;
  auto moved = *url;
  moved.host.replace(static_cast<std::size_t>(tenant->data() - url->host.data()), tenant->size(), subdomain);
  return moved.to_string();
}

// Tokens, and the destinations that they were good for.
void drop_tokens(const RequestState& state, const std::string& subdomain) {
  auto* tokens = state.graph.parts.client_tokens;
  if (tokens != nullptr) tokens->drop_tenant(subdomain);
  const auto& destinations = state.graph.routes->back_ends().looked_up;
  if (destinations) destinations->drop_tenant(subdomain);
}

// What stood in for the tenant's tokens until now counts no longer.
Verdict subscribe(const RequestState& state, const std::string& body) {
  const auto subdomain = subscribed_subdomain(body);
  if (subdomain.empty()) return http::text_response(400, "subscribedSubdomain is missing\n");
  drop_tokens(state, subdomain);
  auto address = http::query_value(state.request.target.query, "application.url").value_or(state.external.origin());
  if (!http::is_absolute_http(address)) return http::text_response(400, "application.url is no URL\n");
  return http::text_response(200, at_subdomain(std::move(address), subdomain, state.graph.tenant_pattern));
}

// Of one of its users; empty: nobody is signed in.
Task<Result<std::string>> known_subdomain(Context& context, std::string tenant) {
  session::SessionFilter filter;
  filter.tenant = std::move(tenant);
  auto selecting = context.graph.parts.sessions.store.select(std::move(filter), 1);
  const auto found = co_await selecting;
  if (!found) co_return found.error();
  co_return found->empty() ? std::string() : found->front()->subdomain;
}

void forget_tenant(const RequestState& state, const std::string& subdomain) {
  if (subdomain.empty()) return;
  drop_tokens(state, subdomain);
  if (state.graph.applications) state.graph.applications->drop(subdomain, {});
}

// What is kept of that tenant goes; its users are signed out, and their back-ends told: of a large one not all at once.
Task<Result<Verdict>> unsubscribe(Context& context, std::string tenant, std::string subdomain) {
  if (subdomain.empty()) {
    std::string of_tenant = tenant;
    auto finding = known_subdomain(context, std::move(of_tenant));
    auto found = co_await finding;
    if (!found) co_return found.error();
    subdomain = *std::move(found);
  }
  logout::Selection selection;
  selection.is_paced = true;
  session::SessionFilter filter;
  filter.tenant = std::move(tenant);
  selection.filters.push_back(std::move(filter));
  auto ending = base::run_on(context.graph.parts.background, context.exchange.loop(),
                             context.graph.logout->end_sessions(logout::Cause::admin, std::move(selection)));
  const auto ended = co_await ending;
  // not before: whom its destinations name is told, there even when they are known no more (logout/fan_out.h)
  forget_tenant(context, subdomain);
  if (!ended) co_return ended.error();
  if (ended->failure) co_return *ended->failure;
  co_return Verdict(http::text_response(200, ""));
}

Task<Result<Verdict>> answer_callback(Context& context, Callback callback) {
  const auto& callbacks = *context.graph.config->subscriptions;
  auto judging = objection(context, callbacks);
  auto judged = co_await judging;
  if (!judged) co_return judged.error();
  if (*judged) co_return **std::move(judged);
  if (callback.wish == Wish::dependencies) co_return Verdict(http::json_response(200, callbacks.dependencies));
  auto reading = net::read_bounded_body(context.exchange, kLongestBody);
  auto body = co_await reading;
  if (!body) co_return body.error();
  if (body->size() > kLongestBody) co_return Error{ErrorCode::body_too_large, Side::client, "subscription callback"};
  base::log_info("subscription", {{"tenant", callback.tenant}, {"ends", callback.wish == Wish::unsubscribe}});
  if (callback.wish == Wish::subscribe) co_return subscribe(context, *body);
  auto leaving = unsubscribe(context, std::move(callback.tenant), subscribed_subdomain(*body));
  auto verdict = co_await leaving;
  co_return verdict;
}

}  // namespace

Task<Result<Verdict>> subscriptions(Context& context) {
  auto callback = callback_of(context);
  if (callback.wish == Wish::none) return Verdict(Continue{});
  return answer_callback(context, std::move(callback));
}

std::optional<Foreseen> explain_subscriptions(RequestState& state, Told&) {
  switch (callback_of(state).wish) {
    case Wish::none:
      return std::nullopt;
    case Wish::dependencies:
      return Foreseen{200, "the services that a subscriber needs as well, for the saas-registry"};
    case Wish::subscribe:
      return Foreseen{200, "the address of the application for that tenant, for the saas-registry"};
    case Wish::unsubscribe:
      return Foreseen{200, "the tenant's sessions end, for the saas-registry"};
  }
  return std::nullopt;
}

}  // namespace router::pipeline
