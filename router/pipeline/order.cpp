#include "pipeline/order.h"

#include "pipeline/stages/stages.h"

namespace router::pipeline {
std::span<const Stage> request_stages() {
  static constexpr Stage kOrder[] = {
      // first, so that nothing below sees a forged host, proxy header or method
      {"sanitize", &sanitize, &explain_sanitize},
      // the router's own answers need neither route nor session
      {"own endpoints", &own_endpoints, &explain_own_endpoints},
      // before all that a descriptor says: the registry asks for them on any host
      {"subscriptions", &subscriptions, &explain_subscriptions},
      // before all that a descriptor says: an application of the HTML5 repository has its own
      {"find application", &find_application, &explain_find_application},
      // only records its result: the endpoints below work without any route that covers them
      {"match route", &match_route, &explain_match_route},
      // before the session: a preflight carries no cookie, and a refused origin should cost nothing
      {"check cors", &check_cors, &explain_check_cors},
      // before the session is looked for: it makes its own, and a store that is away must be said in its dialect
      {"rest login", &rest_login, &explain_rest_login},
      {"load session", &load_session, &explain_load_session},
      // before all that counts as a use of the session, which most of these do not
      {"session endpoints", &session_endpoints, &explain_session_endpoints},
      // before 404, 405 and login: logging out must work whatever the routes say
      {"logout", &logout, &explain_logout},
      {"login callback", &login_callback, &explain_login_callback},
      // after preflights and logouts, which may come to "/", too; before login: the file may be public
      {"welcome file", &welcome_file, &explain_welcome_file},
      // before login: nobody is sent to a provider for a path that does not exist
      {"refuse unrouted", &refuse_unrouted, &explain_refuse_unrouted},
      {"authenticate", &authenticate, &explain_authenticate},
      // after login: they tell about the application, so they are as public as the route that covers their paths
      {"built-in services", &built_in_services, &explain_built_in_services},
      // after login, so that a missing session is 401 whatever the origin; it is what CSRF protection is to a WebSocket
      {"check upgrade", &check_upgrade, &explain_check_upgrade},
      // needs the session that authentication made sure of; before authorize, as in the Node router
      {"check csrf", &check_csrf, &explain_check_csrf},
      {"authorize", &authorize, &explain_authorize},
      // before a back-end sees the session, so that none that it is a logout's business of is forgotten
      {"remember application", &remember_application, &explain_remember_application},
      // last before the back-end, so that only requests that will be forwarded wait for a provider; authorizes anew
      {"refresh tokens", &refresh_tokens, &explain_refresh_tokens},
      // with a token that is fresh
      {"exchange token", &exchange_token, &explain_exchange_token},
      {"dispatch", &dispatch, &explain_dispatch},
  };
  return kOrder;
}

}  // namespace router::pipeline
