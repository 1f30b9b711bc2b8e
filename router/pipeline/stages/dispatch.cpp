#include <filesystem>
#include <nlohmann/json.hpp>

#include "backend/destination_tls.h"
#include "config/chosen_destinations.h"
#include "config/token_rule.h"
#include "pipeline/anonymous_opener.h"
#include "pipeline/filters/filters.h"
#include "pipeline/look_ups.h"
#include "pipeline/service_token.h"
#include "pipeline/stages/stages.h"
#include "pipeline/while_signed_in.h"
#include "routing/rewrite.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

// A back-end, or the name that the destination service is asked for.
using Found = std::variant<backend::Backend*, std::string>;

Result<Found> find_backend(const RequestState& state) {
  const auto& lead = state.match.lead();
  if (auto* const* fixed = std::get_if<backend::Backend*>(&lead)) return Found(*fixed);
  if (std::holds_alternative<backend::NotBound>(lead)) {
    return Error{ErrorCode::unavailable, Side::router,
                 "the service " + state.route().service()->name + " is not bound"};
  }
  auto name = state.match.destination_name(state.target(), state.external.authority);
  if (!name) return name.error();
  const auto& back_ends = state.match.set->back_ends();
  const auto known = *name ? back_ends.destinations.find(**name) : back_ends.destinations.end();
  if (known != back_ends.destinations.end()) return Found(known->second.get());
  if (*name && back_ends.looked_up) return Found(std::move(**name));
  return Error{ErrorCode::not_found, Side::client, "the route's destination is not known"};
}

Task<Result<std::shared_ptr<backend::Backend>>> ask_for(std::shared_ptr<const backend::RouteSet> routes,
                                                        std::string name, std::string tenant, bool dynamic,
                                                        base::Loop& home) {
  auto asking = routes->back_ends().looked_up->find(std::move(name), std::move(tenant), dynamic, home);
  auto found = co_await asking;
  co_return found;
}

// Whose destinations count; empty: the provider's.
std::string destination_tenant(const RequestState& state) {
  return state.route().prefer_local ? std::string() : state.external.tenant;
}

Task<Result<std::shared_ptr<backend::Backend>>> look_up(Context& context, std::string name) {
  const bool dynamic = config::is_chosen_by_client(context.route().destination()->name);
  auto asking = while_signed_in(context, ask_for(context.match.set, std::move(name), destination_tenant(context),
                                                 dynamic, context.exchange.loop()));
  auto found = co_await asking;
  co_return found;
}

void tell_back_end(const RequestState& state, const config::Destination& destination, std::string_view path,
                   Told& out) {
  out["url"] = destination.url.origin() + routing::join_paths(destination.url, path);
  out["timeoutMs"] = state.route().timeout.value_or(destination.timeout).count();
  out["userToken"] = config::takes_token(destination) && state.needs_login() ? "sent" : "not sent";
  const auto* shown = backend::shown_certificate(destination, state.config());
  if (shown != nullptr && destination.url.secure()) {
    out["certificate"] = config::uses_own_certificate(destination) ? "of its binding" : "of " + shown->name;
  }
  if (destination.connectivity) tell_token_certificate(destination.connectivity->client, out);
}

void tell_destination(const RequestState& state, std::string_view path, Told& out) {
  const auto name = state.match.destination_name(state.target(), state.external.authority);
  if (!name || !*name) {
    out["destination"] = "404: no name comes of " + state.route().destination()->name;
    return;
  }
  out["destination"] = **name;
  const auto known = state.config().destinations.find(**name);
  if (known != state.config().destinations.end()) return tell_back_end(state, known->second, path, out);
  const bool is_asked = state.match.set->back_ends().looked_up != nullptr;
  const auto tenant = destination_tenant(state);
  const auto asked = "asked of the destination service" + (tenant.empty() ? tenant : ", for " + tenant);
  out["url"] = is_asked ? asked : "404: no such destination";
}

void tell_repository(const RequestState& state, std::string_view path, Told& out) {
  auto url = state.config().repository->url;
  if (state.application) url.path = routing::join_paths(url.path, state.application->name.name);
  out["url"] = url.origin() + routing::join_paths(url, path);
  out["timeoutMs"] = state.route().timeout.value_or(state.config().repository->timeout).count();
  if (const auto& client = state.config().repository->client) tell_token_certificate(*client, out);
}

void tell_service(const RequestState& state, std::string_view path, Told& out) {
  const auto& service = *state.route().service();
  const auto key = service.key();
  out["service"] = key;
  const auto known = state.config().services.find(key);
  if (known != state.config().services.end()) return tell_back_end(state, known->second, path, out);
  const bool is_repository = service.name == config::kHtml5Service && state.config().repository;
  if (is_repository) return tell_repository(state, path, out);
  out["url"] = service.name == config::kUserApiService ? "answered by the router" : "503: not bound";
}

void tell_folder(const RequestState& state, std::string_view path, Told& out) {
  const auto& route = state.route();
  const auto folder = std::filesystem::path(route.folder()->path).lexically_relative(state.config().directory).string();
  out["localDir"] = folder;
  out["file"] = folder + std::string(path.substr(0, path.find('?')));
  if (!route.cache_control.empty()) out["cacheControl"] = route.cache_control;
}

}  // namespace

std::optional<Foreseen> explain_dispatch(RequestState& state, Told& told) {
  auto& out = told["route"];
  const auto& route = state.route();
  if (!route.touch) out["session"] = "not kept alive by this request: touch is false";
  const auto path = routing::rewrite(route, state.match.match, state.target());
  out["rewritten"] = path ? *path : "400: the target makes a path that no back-end should see";
  if (path && route.folder() != nullptr) tell_folder(state, *path, out);
  if (path && route.destination() != nullptr) tell_destination(state, *path, out);
  if (path && route.service() != nullptr) tell_service(state, *path, out);
  if (const auto found = find_backend(state); !found) return foresee(found.error());
  return path ? Foreseen{} : *foresee(path.error());
}

Task<Result<Verdict>> dispatch(Context& context) {
  auto found = find_backend(context);
  if (!found) co_return found.error();
  std::shared_ptr<backend::Backend> looked_up;
  if (auto* name = std::get_if<std::string>(&*found)) {
    const auto& destinations = *context.match.set->back_ends().looked_up;
    const bool is_guess = destinations.must_ask_for(*name, destination_tenant(context), !context.user.is_signed_in());
    const auto later = is_guess ? take_look_up(context) : std::nullopt;
    if (later) co_return too_many_look_ups(*later);
    auto looking = look_up(context, std::move(*name));
    auto answer = co_await looking;
    if (!answer) co_return answer.error();
    looked_up = std::move(*answer);
  }
  auto& back_end = looked_up ? *looked_up : *std::get<backend::Backend*>(*found);
  if (context.user.token.empty() && back_end.takes_user_token() && has_expired_token(context)) {
    auto asking = ask_for_login(context);
    auto verdict = co_await asking;
    co_return verdict;
  }
  ReplyFields reply(context);
  AnonymousOpener opener(context);
  backend::Call call{.exchange = context.exchange,
                     .facts = context,
                     .match = context.match,
                     .pool = context.pool,
                     .sessions = context.graph.parts.sessions.store,
                     .live = context.graph.parts.sessions.live,
                     .own_cookies = context.graph.session_cookie.names(),
                     .clock = context.graph.parts.clock,
                     .opener = context.may_open_session && !context.needs_login() ? &opener : nullptr,
                     .authenticated = context.needs_login(),
                     .cors_is_ours = context.cors_is_ours,
                     .reply = reply};
  auto served = co_await back_end.serve(call);
  context.status = call.status;
  context.bytes_sent = call.bytes_sent;
  context.upstream_time = call.upstream_time;
  if (context.status == 401) {
    auto giving_up = give_up_refused_token(context);
    co_await giving_up;
  }
  if (!served) co_return served.error();
  co_return Verdict(Answered{});
}

}  // namespace router::pipeline
