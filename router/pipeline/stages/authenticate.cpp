#include <algorithm>

#include "login/navigation.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Side;

namespace {

// The application (003) that the route's destination belongs to, if this session has left it.
std::string left_application(const Context& context) {
  if (!context.session || context.session->ended_applications.empty() || !context.route().destination) return {};
  const auto& destination = *context.route().destination;
  const auto& ended = context.session->ended_applications;
  for (const auto& application : context.config().logout.applications) {
    const auto& members = application.destinations;
    const bool belongs = members.empty() ? application.name == destination
                                         : std::find(members.begin(), members.end(), destination) != members.end();
    if (belongs && std::find(ended.begin(), ended.end(), application.name) != ended.end()) return application.name;
  }
  return {};
}

bool is_at_another_provider(const Context& context) {
  const auto& wanted = context.route().identity_provider;
  return !wanted.empty() && context.session && context.session->provider != wanted;
}

// A REST client whose session is over: it has no use for a login page.
bool carries_rest_token(const Context& context) {
  const auto& token = context.graph.session_cookie.names().rest_token();
  return !token.empty() && context.request.headers.contains(token);
}

}  // namespace

Task<Result<Verdict>> authenticate(Context& context) {
  if (!context.needs_login()) co_return Verdict(Continue{});
  if (context.route().authentication == config::AuthenticationType::basic) {
    co_return Error{ErrorCode::unavailable, Side::router, "authenticationType basic is not built yet"};
  }
  login::LoginRequest login;
  login.provider = context.route().identity_provider;
  login.application = left_application(context);
  if (!login.application.empty()) login.prompt = "login";
  if (context.session && login.application.empty() && !is_at_another_provider(context)) {
    co_return Verdict(Continue{});
  }
  // a redirect would lose a body, and a script could not read the login page
  if (!login::is_navigation(context.request) || carries_rest_token(context)) {
    co_return Error{ErrorCode::unauthenticated, Side::client, "no session"};
  }
  login.return_path = login::return_path_of(context.request.target);
  auto page = co_await context.graph.login->start(context.request, context.external, std::move(login),
                                                  context.exchange.loop());
  if (!page) co_return page.error();
  co_return Verdict(std::move(*page));
}

}  // namespace router::pipeline
