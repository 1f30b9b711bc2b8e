#include "login/new_session.h"

#include <utility>

#include "session/csrf.h"

namespace router::login {
bool is_same_user(const session::Session& a, const session::Session& b) {
  const bool is_same_tenant =
      a.subdomain == b.subdomain && (a.tenant == b.tenant || a.tenant.empty() || b.tenant.empty());
  return a.issuer == b.issuer && a.subject == b.subject && is_same_tenant;
}

void take_over(const session::Session& before, const std::string& application, session::Session& session) {
  session.backend_cookies = before.backend_cookies;
  session.anonymous_before = before.anonymous_before;
  session.logout_details = before.logout_details;
  session.ended_applications = before.ended_applications;
  std::erase(session.ended_applications, application);
}

session::Session make_user(const std::string& provider, identity::Login login, const http::External& external) {
  session::Session user;
  user.provider = provider;
  user.issuer = std::move(login.claims.issuer);
  user.subject = std::move(login.claims.subject);
  user.idp_session_id = std::move(login.claims.idp_session_id);
  user.tenant = std::move(login.claims.tenant);
  user.subdomain = external.tenant;
  user.user_name = std::move(login.claims.user_name);
  user.addresses = std::move(login.claims.addresses);
  user.claims = std::move(login.claims.json);
  if (login.claims.scopes) user.scopes = *std::move(login.claims.scopes);
  user.tokens = std::move(login.tokens);
  return user;
}

session::Session make_session(const config::Configuration& config, identity::Login login, const SessionOrigin& origin,
                              const http::External& external, base::WallTime now) {
  session::Session session = make_user(origin.provider, std::move(login), external);
  session.id = session::SessionId::random();
  session.csrf_token = session::make_csrf_token();
  session.login_started = origin.started;
  session.origin = external.origin();
  session.created = now;
  session.idle_timeout = config.session_timeout;
  if (const auto& lifetime = config.environment.session_max_lifetime) session.ends_at_latest = now + *lifetime;
  return session;
}

}  // namespace router::login
