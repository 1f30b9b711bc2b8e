#include "pipeline/anonymous_opener.h"

#include <utility>

#include "base/ip_address.h"
#include "base/log.h"
#include "session/csrf.h"

namespace router::pipeline {
namespace {

session::Session make_anonymous(const Context& context, std::vector<session::BackendCookie> jar) {
  const auto& config = context.config();
  session::Session session;
  session.id = session::SessionId::random();
  session.is_anonymous = true;
  session.home = base::home_of(context.external.client_address);
  session.origin = context.external.origin();
  session.subdomain = context.external.tenant;
  session.csrf_token = session::make_csrf_token();  // for the logout endpoint alone
  session.backend_cookies = std::move(jar);
  session.created = session.login_started = context.graph.parts.clock.wall();
  session.idle_timeout = config.session_timeout;
  if (const auto& lifetime = config.environment.session_max_lifetime)
    session.ends_at_latest = session.created + *lifetime;
  return session;
}

}  // namespace

base::Task<session::Snapshot> AnonymousOpener::open(std::vector<session::BackendCookie> jar) {
  auto session = std::make_shared<const session::Session>(make_anonymous(context_, std::move(jar)));
  auto creating = context_.graph.parts.sessions.store.create(*session);
  const auto created = co_await creating;
  if (!created) {
    base::log_info("session.not_opened",
                   {{"request_id", context_.trace.request_id}, {"detail", created.error().detail}});
    co_return nullptr;
  }
  const auto agent = context_.request.headers.get("User-Agent").value_or("");
  const auto cookie = context_.graph.session_cookie.make(session->id, context_.external, agent);
  context_.reply_fields.add("Set-Cookie", cookie.to_string());
  context_.user.anonymous = session;
  co_return session;
}

}  // namespace router::pipeline
