#include "pipeline/order.h"

#include "pipeline/own_paths.h"
#include "pipeline/stages/stages.h"
#include "pipeline/welcome.h"

namespace router::pipeline {
namespace {

bool everybody(const RequestState&) { return true; }
bool who_needs_login(const RequestState& state) { return state.needs_login(); }
bool where_subscriptions_are(const RequestState& state) { return state.graph.config->subscriptions.has_value(); }
bool where_applications_are(const RequestState& state) { return state.graph.applications != nullptr; }
bool in_an_application(const RequestState& state) { return state.application && state.needs_login(); }
bool where_cors_is(const RequestState& state) { return !state.config().cors.empty(); }
bool where_rest_is(const RequestState& state) { return state.graph.login->rest() != nullptr; }
bool at_the_session(const RequestState& state) { return state.request.target.path.starts_with(kSessionState); }
// Or who has to hear why it is not known whether that is one.
bool who_may_log_out(const RequestState& state) {
  if (state.application || state.application_fault || state.application_later) return true;
  return state.graph.logout->may_concern(state.request);
}
bool who_comes_back(const RequestState& state) { return state.graph.login->is_callback(state.request.target); }
bool without_route(const RequestState& state) { return !state.match.found(); }
bool who_upgrades(const RequestState& state) { return state.request.is_upgrade; }
bool at_built_in_services(const RequestState& state) { return state.is_built_in_service(); }
bool to_a_service(const RequestState& state) { return state.match.found() && state.route().service() != nullptr; }
bool where_scopes_are(const RequestState& state) { return state.match.found() && !state.route().scope.empty(); }

}  // namespace

std::span<const Stage> request_stages() {
  static constexpr Stage kOrder[] = {
      // first, so that nothing below sees a forged host, proxy header or method
      {"sanitize", &everybody, &sanitize, &explain_sanitize},
      // the router's own answers need neither route nor session
      {"own endpoints", &everybody, &own_endpoints, &explain_own_endpoints},
      // before all that a descriptor says: the registry asks for them on any host
      {"subscriptions", &where_subscriptions_are, &subscriptions, &explain_subscriptions},
      // before all that a descriptor says: an application of the HTML5 repository has its own
      {"find application", &where_applications_are, &find_application, &explain_find_application},
      // only records its result: the endpoints below work without any route that covers them
      {"match route", &everybody, &match_route, &explain_match_route},
      // before the session: a preflight carries no cookie, and a refused origin should cost nothing
      {"check cors", &where_cors_is, &check_cors, &explain_check_cors},
      // before the session is looked for: it makes its own, and a store that is away must be said in its dialect
      {"rest login", &where_rest_is, &rest_login, &explain_rest_login},
      {"load session", &everybody, &load_session, &explain_load_session},
      // before all that counts as a use of the session, which most of these do not
      {"session endpoints", &at_the_session, &session_endpoints, &explain_session_endpoints},
      // before 404, 405 and login: logging out must work whatever the routes say
      {"logout", &who_may_log_out, &logout, &explain_logout},
      {"login callback", &who_comes_back, &login_callback, &explain_login_callback},
      // after preflights and logouts, which may come to "/", too; before login: the file may be public
      {"welcome file", &asks_for_welcome_file, &welcome_file, &explain_welcome_file},
      // before login: nobody is sent to a provider for a path that does not exist
      {"refuse unrouted", &without_route, &refuse_unrouted, &explain_refuse_unrouted},
      {"authenticate", &who_needs_login, &authenticate, &explain_authenticate},
      // after login: they tell about the application, so they are as public as the route that covers their paths
      {"built-in services", &at_built_in_services, &built_in_services, &explain_built_in_services},
      // after login, so that a missing session is 401 whatever the origin; it is what CSRF protection is to a WebSocket
      {"check upgrade", &who_upgrades, &check_upgrade, &explain_check_upgrade},
      // needs the session that authentication made sure of; before authorize, as in the Node router
      {"check csrf", &who_needs_login, &check_csrf, &explain_check_csrf},
      {"authorize", &where_scopes_are, &authorize, &explain_authorize},
      // before a back-end sees the session, so that none that it is a logout's business of is forgotten
      {"remember application", &in_an_application, &remember_application, &explain_remember_application},
      // last before the back-end, so that only requests that will be forwarded wait for a provider; authorizes anew
      {"refresh tokens", &who_needs_login, &refresh_tokens, &explain_refresh_tokens},
      // with a token that is fresh
      {"exchange token", &to_a_service, &exchange_token, &explain_exchange_token},
      {"dispatch", &everybody, &dispatch, &explain_dispatch},
  };
  return kOrder;
}

}  // namespace router::pipeline
