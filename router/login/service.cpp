#include "login/service.h"

#include <utility>

#include "http/query.h"
#include "login/orphaned_tokens.h"

namespace router::login {

using base::Result;
using base::Task;
using session::Snapshot;

namespace {

// Replicas share the configured secrets, so that any of them can finish what another one started.
const base::Secret& sealing_secret(const config::Environment& environment, const Ongoing& ongoing) {
  if (!environment.state_parameter_secret.empty()) return environment.state_parameter_secret;
  if (!environment.session_secret.empty()) return environment.session_secret;
  return ongoing.process_key;
}

RefreshRules refresh_rules(const config::Configuration& config) {
  return {config.environment.jwt_refresh, config.environment.minimum_token_validity,
          config.logout.revoke_tokens.value_or(true)};
}

Task<void> refresh_meanwhile(std::shared_ptr<Refreshes> refreshes, session::SessionId id,
                             std::shared_ptr<const RefreshParts> parts) {
  auto running = refreshes->run(std::move(id), std::move(parts));
  // whoever needs the outcome asks again; a failure has been logged
  const auto outcome = co_await running;
  (void)outcome;
}

}  // namespace

Service::Service(const config::Configuration& config, Surroundings around)
    : config_(config),
      setting_{config,
               around.store,
               around.background,
               around.clock,
               around.find_provider,
               around.ongoing,
               session::SessionCookie(config),
               PendingLogins(sealing_secret(config.environment, around.ongoing), setting_.session_cookie,
                             config.environment.state_cache),
               around.session_over},
      refresh_(std::make_shared<const RefreshParts>(
          RefreshParts{around.store, around.clock, std::move(around.find_provider),
                       std::move(around.session_over), refresh_rules(config)})),
      service_tokens_(
          std::make_shared<ServiceTokens>(around.store, around.clock, std::move(around.ask_service_token))) {
  if (config.am) rest_.emplace(*config.am, setting_, sealing_secret(config.environment, around.ongoing));
}

Task<Result<http::Response>> Service::start(const http::Request& request, const http::External& external,
                                            LoginRequest login, base::Loop& home) const {
  return start_login(setting_, request.headers, external, std::move(login), home);
}

Task<CallbackOutcome> Service::callback(const http::Request& request, const http::External& external,
                                        base::Loop& home) const {
  return finish_login(setting_, request, external, home);
}

std::vector<std::string> Service::forget_logins(const http::Request& request, const http::External& external) const {
  const auto agent = request.headers.get("User-Agent").value_or("");
  std::vector<std::string> set_cookies;
  for (const auto& gone : setting_.pending.deletions(request.headers, external, agent))
    set_cookies.push_back(gone.to_string());
  return set_cookies;
}

Task<Throttled<OpenedSession>> Service::with_password(const http::Request& request,
                                                      const http::External& external, PasswordLogin wanted,
                                                      base::Loop& home) const {
  return log_in_with_password(setting_, request, external, std::move(wanted), home);
}

Task<Throttled<Snapshot>> Service::caller(const http::External& external, std::string provider, std::string field,
                                          base::Loop& home) const {
  return verify_caller(setting_, external, std::move(provider), std::move(field), home);
}

// Not before: with the refresh token a provider takes back the access token that is in use (RFC 7009 section 2.1).
void Service::caller_left(const session::Session& caller) const {
  if (!caller.tokens.refresh_token.empty()) give_back_soon(setting_, caller.provider, caller.tokens.refresh_token);
}

Task<Result<base::Secret>> Service::service_token(ServiceOf service, Snapshot user, std::string tenant,
                                                  base::Loop& home) const {
  // on this loop first: it is nearly always there
  auto held = ServiceTokens::find(*user, service->service, setting_.clock.wall());
  if (held) co_return *std::move(held);
  auto getting = base::run_on(setting_.background, home,
                              service_tokens_->get(std::move(service), std::move(user), std::move(tenant)));
  auto token = co_await getting;
  co_return token;
}

bool Service::is_callback(const http::Target& target) const {
  if (target.path != config_.callback_endpoint) return false;
  const auto has = [&](std::string_view name) { return http::query_has(target.query, name); };
  return target.path != "/" || has("code") || has("error") || has("state");
}

bool Service::waits_for_tokens(const session::Session& session) const {
  return judge_freshness(session.tokens, refresh_->rules, setting_.clock.wall()) == Freshness::expired;
}

Task<Result<Snapshot>> Service::fresh_tokens(Snapshot session, base::Loop& home) const {
  auto& refreshes = setting_.ongoing.refreshes;
  switch (judge_freshness(session->tokens, refresh_->rules, setting_.clock.wall())) {
    case Freshness::fresh:
      co_return session;
    case Freshness::due:
      setting_.background.post([refreshes, id = session->id, parts = refresh_] {
        base::start_detached(refresh_meanwhile(refreshes, id, parts));
      });
      co_return session;
    case Freshness::expired:
      break;
  }
  auto refreshing = base::run_on(setting_.background, home, refreshes->run(session->id, refresh_));
  auto refreshed = co_await refreshing;
  co_return refreshed;
}

}  // namespace router::login
