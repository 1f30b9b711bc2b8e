#include "login/new_session.h"

#include <utility>

#include "http/url.h"
#include "session/csrf.h"

namespace router::login {
namespace {

void take_over(const session::Session& before, const std::string& application, session::Session& session) {
  if (!is_same_user(before, session)) return;
  session.backend_cookies = before.backend_cookies;
  session.logout_details = before.logout_details;
  session.ended_applications = before.ended_applications;
  std::erase(session.ended_applications, application);
}

}  // namespace

bool is_same_user(const session::Session& a, const session::Session& b) {
  return a.issuer == b.issuer && a.subject == b.subject;
}

session::Session make_session(const config::Configuration& config, identity::Login login,
                              const PendingLogin& attempt, const session::Session* before,
                              const http::External& external, base::WallTime now) {
  session::Session session;
  session.id = session::SessionId::random();
  session.provider = attempt.provider;
  session.issuer = std::move(login.claims.issuer);
  session.subject = std::move(login.claims.subject);
  session.idp_session_id = std::move(login.claims.idp_session_id);
  session.tenant = std::move(login.claims.tenant);
  if (session.tenant.empty()) {
    if (auto host = http::parse_host(external.authority)) session.tenant = std::move(host->host);
  }
  session.user_name = std::move(login.claims.user_name);
  session.claims = std::move(login.claims.json);
  session.scopes = std::move(login.claims.scopes);
  session.tokens = std::move(login.tokens);
  session.csrf_token = session::make_csrf_token();
  session.created = now;
  session.idle_timeout = config.session_timeout;
  if (const auto& lifetime = config.environment.session_max_lifetime)
    session.ends_at_latest = now + *lifetime;
  if (before != nullptr) take_over(*before, attempt.application, session);
  return session;
}

}  // namespace router::login
