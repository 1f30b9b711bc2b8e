#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/fetch_metadata.h"
#include "http/query.h"
#include "pipeline/left_application.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

constexpr std::size_t kLongestProviderName = 256;
constexpr std::string_view kChosenProvider = "sap_idp";

// Where the request's user should have logged in.
struct Wanted {
  std::string provider;           // binding
  std::string identity_provider;  // behind it, may be empty
  bool any_oidc = false;          // every bound OpenID provider will do
};

bool is_oidc_binding(const RequestState& state, const std::string& name) {
  const auto& providers = state.config().providers;
  return std::any_of(providers.begin(), providers.end(), [&](const config::IdentityProvider& provider) {
    return provider.kind == config::ProviderKind::oidc && provider.name == name;
  });
}

// A REST client whose session is over: it has no use for a login page.
bool carries_rest_token(const RequestState& state) {
  const auto& token = state.graph.session_cookie.names().rest_token();
  return !token.empty() && state.request.headers.contains(token);
}

// a redirect would lose a body, and a script could not read the login page
bool may_be_sent_to_login(const RequestState& state) {
  return http::is_navigation(state.request) && !carries_rest_token(state) &&
         !state.request.headers.contains(kWeakCallerField);
}

bool is_plain(std::string_view name) {
  return name.size() <= kLongestProviderName && std::none_of(name.begin(), name.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

// dynamicIdentityProvider: the user's choice, in the query, wins over the route's.
Result<Wanted> wanted_provider(const RequestState& state) {
  const auto& route = state.route();
  const bool is_oidc = route.authentication == config::AuthenticationType::oidc;
  Wanted wanted{route.provider, is_oidc ? std::string() : route.identity_provider};
  if (!route.dynamic_identity_provider) return wanted;
  auto chosen = http::query_value(state.target().query, kChosenProvider).value_or("");
  if (chosen.empty()) {
    wanted.any_oidc = is_oidc;
  } else if (is_oidc ? !is_oidc_binding(state, chosen) : !is_plain(chosen)) {
    return Error{ErrorCode::bad_request, Side::client, "sap_idp names no identity provider"};
  } else {
    (is_oidc ? wanted.provider : wanted.identity_provider) = std::move(chosen);
  }
  return wanted;
}

// It is for the login; where the query is part of what the route matches, it stays.
void take_out_choice(RequestState& state) {
  const auto& target = state.target();
  if (!state.route().dynamic_identity_provider || state.route().matches_query) return;
  if (!http::query_has(target.query, kChosenProvider)) return;
  http::Target without = target;
  without.query =
      http::query_without(target.query, [](const http::QueryParameter& one) { return one.name == kChosenProvider; });
  without.has_query = !without.query.empty();
  state.other_target = std::move(without);
}

bool is_logged_in(const RequestState& state, const Wanted& wanted) {
  if (!state.user.session) return false;
  const auto& provider = state.user.session->provider;
  return provider == wanted.provider || (wanted.any_oidc && is_oidc_binding(state, provider));
}

Task<Result<Verdict>> send_to_login(Context& context, login::LoginRequest login) {
  auto page =
      co_await context.graph.login->start(context.request, context.external, std::move(login), context.exchange.loop());
  if (!page) co_return page.error();
  co_return Verdict(std::move(*page));
}

Task<Result<Verdict>> authenticate_session(Context& context) {
  auto wanted = wanted_provider(context);
  if (!wanted) return wanted.error();
  login::LoginRequest login;
  login.application = left_application(context);
  if (login.application.empty() && is_logged_in(context, *wanted)) {
    take_out_choice(context);
    return Verdict(Continue{});
  }
  if (!may_be_sent_to_login(context)) return Error{ErrorCode::unauthenticated, Side::client, "no session"};
  login.provider = std::move(wanted->provider);
  login.identity_provider = std::move(wanted->identity_provider);
  login.return_path = context.external.path_prefix + login::return_path_of(context.request.target);
  return send_to_login(context, std::move(login));
}

// How who asks says who that is.
enum class WayIn { open, caller, password, login };

// Errors: unavailable (nobody can get in).
Result<WayIn> way_in(const RequestState& state) {
  if (!state.needs_login()) return WayIn::open;
  if (state.route().provider.empty()) {
    return Error{ErrorCode::unavailable, Side::identity_provider, "no identity provider is bound"};
  }
  if (state.request.headers.contains(kCallerField)) return WayIn::caller;
  return state.route().authentication == config::AuthenticationType::basic ? WayIn::password : WayIn::login;
}

std::string_view type_name(config::AuthenticationType type) {
  switch (type) {
    case config::AuthenticationType::xsuaa:
      return "xsuaa";
    case config::AuthenticationType::ias:
      return "ias";
    case config::AuthenticationType::oidc:
      return "oidc";
    case config::AuthenticationType::basic:
      return "basic";
    case config::AuthenticationType::none:
      break;
  }
  return "none";
}

std::string_view why_open(const RequestState& state) {
  if (state.is_public_page) return "none: a logout ends at this page";
  return state.route().is_public() ? "none" : "none: authenticationMethod is none";
}

// What somebody meets who brings nothing.
std::string_view met_by_nobody(WayIn way, const RequestState& state) {
  if (way == WayIn::caller) return "not asked for: x-approuter-authorization says who calls, else 401";
  if (way == WayIn::password) return "401 with a challenge, until user and password come";
  if (may_be_sent_to_login(state)) return "login, then back here";
  if (state.request.headers.contains(kWeakCallerField)) return "401: x-approuter-access-token is not taken";
  return carries_rest_token(state) ? "401: a REST client gets no login page" : "401: no navigation";
}

}  // namespace

Task<Result<Verdict>> authenticate(Context& context) {
  const auto way = way_in(context);
  if (!way) return way.error();
  if (*way == WayIn::open) return Verdict(Continue{});
  if (*way == WayIn::caller) return authenticate_caller(context);
  return *way == WayIn::password ? authenticate_basic(context) : authenticate_session(context);
}

std::optional<Foreseen> explain_authenticate(RequestState& state, Told& told) {
  const auto way = way_in(state);
  if (way && *way == WayIn::open) {
    if (state.match.found()) told["route"]["authentication"] = why_open(state);
    return std::nullopt;
  }
  auto& out = told["route"];
  const auto& route = state.route();
  out["authentication"] = type_name(route.authentication);
  if (!route.identity_provider.empty()) out["identityProvider"] = route.identity_provider;
  if (!way) {
    auto foreseen = foresee(way.error());
    out["withoutSession"] = foreseen->text;
    return foreseen;
  }
  if (*way == WayIn::login) {
    if (auto wanted = wanted_provider(state); !wanted) return foresee(wanted.error());
    take_out_choice(state);
  }
  state.user.is_caller = *way == WayIn::caller;
  if (state.user.is_caller) {
    if (auto field = caller_field(state.request); !field) return foresee(field.error());
  }
  out["withoutSession"] = met_by_nobody(*way, state);
  return std::nullopt;
}

}  // namespace router::pipeline
