#include "logout/service.h"

#include <algorithm>

#include "base/log.h"
#include "logout/revocation.h"
#include "http/url.h"
#include "logout/provider_origins.h"
#include "logout/provider_session.h"
#include "logout/requested_page.h"

namespace router::logout {

using base::Result;
using base::Task;

namespace {

constexpr std::size_t kLoggedPage = 200;

SourceParts source_parts(const ServiceParts& parts) {
  return {parts.config, parts.providers, parts.store, parts.states, parts.ongoing, parts.clock};
}

}  // namespace

Service::Service(ServiceParts parts)
    : parts_(std::move(parts)),
      sources_(make_sources(source_parts(parts_))),
      conditional_urls_(parts_.config->logout.conditional_urls),
      executor_(parts_.config, parts_.providers, parts_.store, parts_.live, parts_.fan_out, parts_.receipts,
                parts_.ongoing.revocations, parts_.background, parts_.clock, parts_.find_destination) {}

bool Service::may_handle(std::string_view method, std::string_view path, std::string_view query) const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const auto& source) { return source->may_handle(method, path, query); });
}

bool Service::wants_body(const http::Request& request) const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const auto& source) { return source->wants_body(request); });
}

Task<Result<std::optional<http::Response>>> Service::handle(const http::Request& request,
                                                            const http::External& external,
                                                            session::Snapshot session, std::string body,
                                                            base::Loop& home) {
  SourceInput input{request, external, std::move(session), std::move(body)};
  auto answering = base::run_on(parts_.background, home, answer(std::move(input)));
  auto answered = co_await answering;
  co_return answered;
}

Task<Result<std::optional<http::Response>>> Service::answer(SourceInput input) {
  const auto& target = input.request.target;
  for (const auto& source : sources_) {
    const bool perhaps = source->may_handle(input.request.method, target.path, target.query);
    if (!perhaps && !source->wants_body(input.request)) continue;
    auto recognised = co_await source->recognise(input);
    if (!recognised) co_return recognised.error();
    if (!*recognised) continue;
    Recognition& recognition = **recognised;
    if (auto* response = std::get_if<http::Response>(&recognition)) {
      co_return std::optional<http::Response>(std::move(*response));
    }
    Trigger trigger = std::get<Trigger>(std::move(recognition));
    auto response = co_await log_out(std::move(trigger), input.request, input.external);
    if (!response) co_return response.error();
    co_return std::optional<http::Response>(std::move(*response));
  }
  co_return std::optional<http::Response>();
}

Task<Result<http::Response>> Service::log_out(Trigger trigger, const http::Request& request,
                                              const http::External& external) {
  read_wishes(trigger, request.target, external.origin());
  // The sessions first: whatever happens below, they are over.
  std::optional<ForwardedRequest> forwarded = forwarded_request(request, external);
  Execution execution = co_await executor_.run(trigger, std::move(forwarded));
  if (trigger.revocation) {
    TokenToRevoke token = std::move(*trigger.revocation);
    auto revoked = co_await revoke_given(*parts_.providers, std::move(token));
    if (!revoked && !execution.failure) execution.failure = std::move(revoked).error();
  }
  if (trigger.form == ReplyForm::given && !trigger.revocation && execution.logout_id.empty())
    base::log_info("logout.nothing_ended", {{"cause", to_string(trigger.cause)}});
  const ProviderState provider = co_await look_at_provider(trigger);

  const auto make_state = [this](const std::string& target) { return parts_.states.issue(target); };
  const Ending ending = plan_ending(trigger, {*parts_.config, external.origin(), provider, make_state});
  for (const auto& receipt : execution.receipts) parts_.receipts.set_provider(*receipt, ending.provider);
  if (trigger.may_redirect_to_provider()) free_tokens(ending, execution);
  if (ending.ends_provider_session) invalidate(trigger, execution);
  warn_once_without_logout(ending, provider);
  if (execution.failure && trigger.on_failure) trigger.on_failure();
  if (execution.failure && trigger.failure) co_return std::move(*trigger.failure);
  if (execution.failure) co_return *execution.failure;
  co_return reply(trigger, ending, std::move(execution.logout_id), request, external);
}

// One place for all sources whose browser goes on to the provider and a landing page.
void Service::read_wishes(Trigger& trigger, const http::Target& target, const std::string& origin) const {
  if (trigger.cause != Cause::browser && trigger.cause != Cause::agent_url) return;
  const auto own = http::parse_url(origin);
  trigger.provider_url = conditional_urls_.choose(own ? own->authority() : std::string(), target.path);
  const config::Logout& logout = parts_.config->logout;
  if (logout.goto_parameter.empty()) return;
  auto origins = provider_origins(*parts_.providers);
  if (own) origins.push_back(own->origin());
  auto wish = requested_page(logout, target.query, origins);
  trigger.requested_page = std::move(wish.page);
  trigger.query = without_requested_page(logout, trigger.query);
  if (wish.refused) {
    base::log_warning("logout.untrusted_page",
                      {{"parameter", logout.goto_parameter}, {"page", wish.refused->substr(0, kLoggedPage)}});
  }
}

// A provider that is asked to end its session may look for the tokens of the hint: they stay until the browser is back, or
// until `revokeAfter`.
void Service::free_tokens(const Ending& ending, const Execution& execution) const {
  auto free = [&receipts = parts_.receipts, freed = execution.receipts] {
    for (const auto& receipt : freed) receipts.token_used(*receipt);
  };
  // where the router ends that session itself, the browser goes elsewhere
  if (ending.provider_url.empty() || ending.ends_provider_session) {
    free();
  } else if (!ending.return_state.empty() && !execution.receipts.empty()) {
    parts_.states.on_return(ending.return_state, std::move(free));
  }
}

// Only by the logout that ended the session; again would ask the provider in vain.
void Service::invalidate(const Trigger& trigger, const Execution& execution) const {
  if (!trigger.session || execution.receipts.empty()) return;
  end_provider_session(parts_.background, parts_.providers, trigger.session, execution.receipts.front());
}

Task<ProviderState> Service::look_at_provider(const Trigger& trigger) {
  ProviderState state;
  identity::Provider* provider = provider_of(trigger);
  if (provider == nullptr || !trigger.ends_at_provider()) co_return state;
  state.config = &provider->config();
  state.reachable = co_await provider->is_reachable();
  // After the probe, which may have brought it.
  state.metadata = provider->known_metadata();
  co_return state;
}

identity::Provider* Service::provider_of(const Trigger& trigger) const {
  if (!trigger.session) return parts_.providers->first();
  return trigger.session->provider.empty() ? nullptr : parts_.providers->find(trigger.session->provider);
}

http::Response Service::reply(Trigger& trigger, const Ending& ending, std::string logout_id,
                              const http::Request& request, const http::External& external) const {
  ReplyExtras extras;
  extras.logout_id = std::move(logout_id);
  if (trigger.whole_session() && trigger.clears_browser) {
    if (parts_.delete_cookies) extras.set_cookies = parts_.delete_cookies(external, request);
    extras.clear_site_data = parts_.config->logout.clear_site_data;
  }
  return make_reply(ending, std::move(trigger.answer), extras);
}

void Service::warn_once_without_logout(const Ending& ending, const ProviderState& provider) {
  if (ending.provider != ProviderPart::not_offered || std::exchange(warned_, true)) return;
  base::log_warning("logout.not_offered", {{"provider", provider.config->name}});
}

Task<void> Service::session_timed_out(std::vector<session::Snapshot> sessions) {
  Trigger trigger;
  trigger.cause = Cause::timeout;
  trigger.selection.sessions = std::move(sessions);
  trigger.selection.ended_already = true;
  trigger.form = ReplyForm::none;
  trigger.asks_provider = false;
  std::optional<ForwardedRequest> nobody;
  const Execution ignored = co_await executor_.run(trigger, std::move(nobody));
}

Task<Result<std::string>> Service::end_sessions(Cause cause, Selection selection) {
  Trigger trigger;
  trigger.cause = cause;
  trigger.selection = std::move(selection);
  trigger.form = ReplyForm::none;
  trigger.asks_provider = false;
  // Where the provider has refused the tokens there is nothing left to revoke.
  trigger.revokes_tokens = cause != Cause::refresh_failed;
  std::optional<ForwardedRequest> nobody;
  Execution execution = co_await executor_.run(trigger, std::move(nobody));
  if (execution.failure) co_return *execution.failure;
  co_return std::move(execution.logout_id);
}

}  // namespace router::logout
