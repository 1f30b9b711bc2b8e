#include <algorithm>

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

// Where the request's user should have logged in.
struct Wanted {
  std::string provider;           // binding
  std::string identity_provider;  // behind it, may be empty
  bool any_oidc = false;          // every bound OpenID provider will do
};

bool is_oidc_binding(const Context& context, const std::string& name) {
  const auto& providers = context.config().providers;
  return std::any_of(providers.begin(), providers.end(), [&](const config::IdentityProvider& provider) {
    return provider.kind == config::ProviderKind::oidc && provider.name == name;
  });
}

// A REST client whose session is over: it has no use for a login page.
bool carries_rest_token(const Context& context) {
  const auto& token = context.graph.session_cookie.names().rest_token();
  return !token.empty() && context.request.headers.contains(token);
}

bool is_plain(std::string_view name) {
  return name.size() <= kLongestProviderName && std::none_of(name.begin(), name.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

// dynamicIdentityProvider: the user's choice, in the query, wins over the route's.
Result<Wanted> wanted_provider(const Context& context) {
  const auto& route = context.route();
  const bool is_oidc = route.authentication == config::AuthenticationType::oidc;
  Wanted wanted{route.provider, is_oidc ? std::string() : route.identity_provider};
  if (!route.dynamic_identity_provider) return wanted;
  auto chosen = http::query_value(context.target().query, "sap_idp").value_or("");
  if (chosen.empty()) {
    wanted.any_oidc = is_oidc;
  } else if (is_oidc ? !is_oidc_binding(context, chosen) : !is_plain(chosen)) {
    return Error{ErrorCode::bad_request, Side::client, "sap_idp names no identity provider"};
  } else {
    (is_oidc ? wanted.provider : wanted.identity_provider) = std::move(chosen);
  }
  return wanted;
}

bool is_logged_in(const Context& context, const Wanted& wanted) {
  if (!context.user.session) return false;
  const auto& provider = context.user.session->provider;
  return provider == wanted.provider || (wanted.any_oidc && is_oidc_binding(context, provider));
}

Task<Result<Verdict>> authenticate_session(Context& context) {
  auto wanted = wanted_provider(context);
  if (!wanted) co_return wanted.error();
  login::LoginRequest login;
  login.application = left_application(context);
  if (login.application.empty() && is_logged_in(context, *wanted)) co_return Verdict(Continue{});
  // a redirect would lose a body, and a script could not read the login page
  if (!http::is_navigation(context.request) || carries_rest_token(context)) {
    co_return Error{ErrorCode::unauthenticated, Side::client, "no session"};
  }
  login.provider = std::move(wanted->provider);
  login.identity_provider = std::move(wanted->identity_provider);
  login.return_path = context.external.path_prefix + login::return_path_of(context.request.target);
  auto page = co_await context.graph.login->start(context.request, context.external, std::move(login),
                                                  context.exchange.loop());
  if (!page) co_return page.error();
  co_return Verdict(std::move(*page));
}

}  // namespace

Task<Result<Verdict>> authenticate(Context& context) {
  if (!context.needs_login()) co_return Verdict(Continue{});
  if (context.route().provider.empty()) {
    co_return Error{ErrorCode::unavailable, Side::identity_provider, "no identity provider is bound for this route"};
  }
  Task<Result<Verdict>> way;
  if (context.request.headers.contains(kCallerField)) {
    way = authenticate_caller(context);
  } else if (context.route().authentication == config::AuthenticationType::basic) {
    way = authenticate_basic(context);
  } else {
    way = authenticate_session(context);
  }
  auto verdict = co_await way;
  co_return verdict;
}

}  // namespace router::pipeline
