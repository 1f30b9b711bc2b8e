#include "login/service.h"

#include <utility>

#include "http/query.h"
#include "login/orphaned_tokens.h"

namespace router::login {

using base::Result;
using base::Task;
using session::Snapshot;

namespace {

Task<void> refresh_meanwhile(std::shared_ptr<Refreshes> refreshes, session::SessionId id, SharedParts parts) {
  auto running = refreshes->run(std::move(id), std::move(parts));
  // whoever needs the outcome asks again; a failure has been logged
  const auto outcome = co_await running;
  (void)outcome;
}

}  // namespace

Service::Service(Parts parts)
    : parts_(std::make_shared<const Parts>(std::move(parts))),
      service_tokens_(std::make_shared<ServiceTokens>(parts_->store, parts_->clock, parts_->ask_service_token)) {
  const auto& config = *parts_->config;
  if (config.am) rest_.emplace(*config.am, *parts_, sealing_secrets(config.environment, parts_->ongoing));
}

Task<Result<http::Response>> Service::start(const http::Request& request, const http::External& external,
                                            LoginRequest login, base::Loop& home) const {
  return start_login(*parts_, request.headers, external, std::move(login), home);
}

Task<CallbackOutcome> Service::callback(const http::Request& request, const http::External& external,
                                        base::Loop& home) const {
  return finish_login(*parts_, request, external, home);
}

std::vector<std::string> Service::forget_logins(const http::Request& request, const http::External& external) const {
  const auto agent = request.headers.get("User-Agent").value_or("");
  std::vector<std::string> set_cookies;
  for (const auto& gone : parts_->pending.deletions(request.headers, external, agent))
    set_cookies.push_back(gone.to_string());
  return set_cookies;
}

Task<Throttled<OpenedSession>> Service::with_password(const http::Request& request, const http::External& external,
                                                      PasswordLogin wanted, base::Loop& home) const {
  return log_in_with_password(*parts_, request, external, std::move(wanted), home);
}

Task<Throttled<Snapshot>> Service::caller(const http::External& external, std::string provider, std::string field,
                                          base::Loop& home) const {
  return verify_caller(*parts_, external, std::move(provider), std::move(field), home);
}

// Not before: with the refresh token a provider takes back the access token that is in use (RFC 7009 section 2.1).
void Service::caller_left(const session::Session& caller) const {
  if (!caller.tokens.refresh_token.empty()) give_back_soon(*parts_, caller.provider, caller.tokens.refresh_token);
}

Task<Result<base::Secret>> Service::service_token(ServiceOf service, Snapshot user, std::string tenant,
                                                  base::Loop& home) const {
  // on this loop first: it is nearly always there
  auto held = ServiceTokens::find(*user, service->service, parts_->clock.wall());
  if (held) co_return *std::move(held);
  auto getting = base::run_on(parts_->background, home,
                              service_tokens_->get(std::move(service), std::move(user), std::move(tenant)));
  auto token = co_await getting;
  co_return token;
}

Task<void> Service::drop_service_token(Snapshot user, base::Secret token) const {
  if (user->id.empty()) {
    parts_->background.post([tokens = service_tokens_, token = std::move(token)] { tokens->drop_of_caller(token); });
    co_return;
  }
  auto dropping = service_tokens_->drop_from_session(std::move(user), std::move(token));
  co_await dropping;
}

bool Service::is_callback(const http::Target& target) const {
  if (target.path != parts_->config->callback_endpoint) return false;
  const auto has = [&](std::string_view name) { return http::query_has(target.query, name); };
  return target.path != "/" || has("code") || has("error") || has("state");
}

bool Service::waits_for_tokens(const session::Session& session) const {
  return judge_freshness(session.tokens, parts_->rules, parts_->clock.wall()) == Freshness::expired;
}

Task<Result<Snapshot>> Service::fresh_tokens(Snapshot session, base::Loop& home) const {
  auto& refreshes = parts_->ongoing.refreshes;
  switch (judge_freshness(session->tokens, parts_->rules, parts_->clock.wall())) {
    case Freshness::fresh:
      co_return session;
    case Freshness::due:
      parts_->background.post([refreshes, id = session->id, parts = parts_] {
        base::start_detached(refresh_meanwhile(refreshes, id, parts));
      });
      co_return session;
    case Freshness::expired:
      break;
  }
  auto refreshing = base::run_on(parts_->background, home, refreshes->run(session->id, parts_));
  auto refreshed = co_await refreshing;
  co_return refreshed;
}

}  // namespace router::login
