#include "logout/service.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "config/applications.h"
#include "http/url.h"
#include "logout/outdated_tokens.h"
#include "logout/provider_origins.h"
#include "logout/provider_session.h"
#include "logout/requested_page.h"
#include "logout/revocation.h"

namespace router::logout {

using base::Result;
using base::Task;

namespace {

constexpr std::size_t kLoggedPage = 200;

// No browser asked: nobody waits for an answer, and nobody can be sent to the provider.
Trigger unasked(Cause cause, Selection selection) {
  Trigger trigger;
  trigger.cause = cause;
  trigger.selection = std::move(selection);
  trigger.provider_step = cause == Cause::refresh_failed ? ProviderStep::none : ProviderStep::revoke_tokens;
  trigger.form = ReplyForm::none;
  return trigger;
}

// RFC 7009 section 2.2
http::Response taken_back() {
  auto response = http::text_response(200, "");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

Service::Service(Parts parts)
    : parts_(std::move(parts)),
      sources_(make_sources(parts_)),
      conditional_urls_(parts_.config->logout.conditional_urls),
      executor_(parts_),
      signals_(parts_) {}

bool Service::may_handle(std::string_view method, std::string_view path, std::string_view query) const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const auto& source) { return source->may_handle(method, path, query); });
}

bool Service::may_handle_in(const Application& application, const http::Request& request) const {
  const auto& target = request.target;
  const auto& logout = application->logout;
  if (target.path == logout.endpoint) return true;
  const bool may_come_back = target.query.find("state=") != std::string::npos;
  return may_come_back && target.path == base::cut(logout.page, '?').before;
}

bool Service::wants_body(const http::Request& request) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const auto& source) { return source->wants_body(request); });
}

bool Service::may_concern(const http::Request& request) const {
  const auto& target = request.target;
  return wants_body(request) || may_handle(request.method, target.path, target.query);
}

std::optional<http::Response> Service::refuse_flood(const http::Request& request,
                                                    const http::External& external) const {
  for (const auto& source : sources_) {
    if (auto refused = source->refuse_flood(request, external.client_address)) return refused;
  }
  return std::nullopt;
}

Task<Result<std::optional<http::Response>>> Service::handle(const http::Request& request,
                                                            const http::External& external, session::Snapshot session,
                                                            std::string body, base::Loop& home,
                                                            Application application) {
  SourceInput input{request, external, std::move(session), std::move(body), std::move(application)};
  auto answering = base::run_on(parts_.background, home, answer(std::move(input)));
  auto answered = co_await answering;
  co_return answered;
}

Task<Result<std::optional<http::Response>>> Service::answer(SourceInput input) {
  auto own = input.application ? make_application_sources(parts_, input.application) : Sources();
  for (const auto* list : {&own, &sources_}) {
    for (const auto& source : *list) {
      auto answering = answer_of(*source, input);
      auto answered = co_await answering;
      if (!answered || *answered) co_return answered;
    }
  }
  co_return std::optional<http::Response>();
}

// Absent: none of its business.
Task<Result<std::optional<http::Response>>> Service::answer_of(Source& source, const SourceInput& input) {
  const auto& target = input.request.target;
  const bool perhaps = source.may_handle(input.request.method, target.path, target.query);
  if (!perhaps && !source.wants_body(input.request)) co_return std::optional<http::Response>();
  auto recognised = co_await source.recognise(input);
  if (!recognised) co_return recognised.error();
  if (!*recognised) co_return std::optional<http::Response>();
  auto carrying_out = carry_out(source, **std::move(recognised), input);
  auto response = co_await carrying_out;
  if (!response) co_return response.error();
  co_return std::optional<http::Response>(*std::move(response));
}

Task<Result<http::Response>> Service::carry_out(Source& source, Recognition recognised, const SourceInput& input) {
  if (auto* response = std::get_if<http::Response>(&recognised)) co_return std::move(*response);
  Result<http::Response> answer = taken_back();
  if (auto* token = std::get_if<TokenToRevoke>(&recognised)) {
    auto revoking = revoke_given(*parts_.providers, std::move(*token));
    const auto revoked = co_await revoking;
    if (!revoked) answer = revoked.error();
  } else if (auto* wanted = std::get_if<TokensToRenew>(&recognised)) {
    auto renewing = renew(*wanted);
    answer = co_await renewing;
    if (answer) co_await note(wanted->seen);
  } else {
    auto& trigger = std::get<Trigger>(recognised);
    auto logging_out = log_out(trigger, input.request, input.external);
    answer = co_await logging_out;
    if (answer && trigger.seen) co_await note(*trigger.seen);
  }
  auto failure = answer ? std::nullopt : source.failure();
  if (failure) co_return *std::move(failure);
  co_return answer;
}

Task<TakenSignal> Service::take_signal(std::string transmitter, std::string token) {
  const auto* known = parts_.config->signals.find(transmitter);
  if (known == nullptr) co_return TakenSignal{};
  auto receiving = signals_.receive(*known, std::move(token));
  auto received = co_await receiving;
  if (auto* refused = std::get_if<identity::RefusedSet>(&received.what))
    co_return TakenSignal{false, std::move(*refused)};
  auto* recognised = std::get_if<Recognition>(&received.what);
  if (recognised == nullptr) co_return TakenSignal{};
  if (auto* wanted = std::get_if<TokensToRenew>(recognised)) {
    auto renewing = renew(*wanted);
    const auto renewed = co_await renewing;
    if (!renewed) co_return TakenSignal{};
    co_await note(wanted->seen);
  } else if (auto* trigger = std::get_if<Trigger>(recognised)) {
    auto running = executor_.run(*trigger, std::nullopt);
    const auto execution = co_await running;
    if (execution.failure) co_return TakenSignal{};
    co_await note(*trigger->seen);
  }
  co_return TakenSignal{true};
}

Task<Result<http::Response>> Service::renew(TokensToRenew& wanted) {
  for (const auto& filter : wanted.filters) {
    auto outdating = outdate_tokens(parts_, filter);
    const auto outdated = co_await outdating;
    if (!outdated) co_return outdated.error();
  }
  co_return std::move(wanted.answer);
}

Task<void> Service::note(SeenOnce seen) {
  auto noting = parts_.store.shared().tally(seen.kind, std::move(seen.key), 1, seen.kept_for);
  const auto noted = co_await noting;
  if (!noted) base::log_warning("logout.seen", {{"fault", describe(noted.error())}});
}

Task<Result<http::Response>> Service::log_out(Trigger& trigger, const http::Request& request,
                                              const http::External& external) {
  read_wishes(trigger, request.target, external.origin());
  // The sessions first: whatever happens below, they are over.
  std::optional<ForwardedRequest> forwarded = forwarded_request(request, external);
  Execution execution = co_await executor_.run(trigger, std::move(forwarded));
  if (trigger.form == ReplyForm::given && execution.logout_id.empty())
    base::log_info("logout.nothing_ended", {{"cause", to_string(trigger.cause)}});
  if (trigger.answer_if_nobody && execution.logout_id.empty()) trigger.answer = std::move(trigger.answer_if_nobody);
  const ProviderState provider = co_await look_at_provider(trigger);

  const bool is_anybodys = execution.logout_id.empty();
  const auto make_state = [&](const std::string& target) { return parts_.states.issue(target, is_anybodys); };
  const Ending ending = plan_ending(trigger, {*parts_.config, external.origin(), provider, make_state});
  // before the receipts may be complete, which wait for it
  if (ending.ends_provider_session) invalidate(trigger, execution);
  for (const auto& receipt : execution.receipts) parts_.receipts.set_provider(*receipt, ending.provider);
  settle_token_use(ending, execution);
  warn_once_without_logout(ending, provider);
  if (execution.failure) co_return *execution.failure;
  co_return reply(trigger, ending, std::move(execution), request, external);
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

void Service::settle_token_use(const Ending& ending, const Execution& execution) const {
  auto end_use = [&receipts = parts_.receipts, used = execution.receipts] {
    for (const auto& receipt : used) receipts.token_used(*receipt);
  };
  if (ending.token_use == TokenUse::over) end_use();
  if (ending.token_use == TokenUse::until_return && !execution.receipts.empty())
    parts_.states.on_return(ending.return_state, std::move(end_use));
}

// Only by the logout that ended the session; again would ask the provider in vain.
void Service::invalidate(const Trigger& trigger, const Execution& execution) const {
  if (!trigger.session || execution.receipts.empty()) return;
  end_provider_session(parts_.background, parts_.receipts, parts_.providers, trigger.session,
                       execution.receipts.front());
}

Task<ProviderState> Service::look_at_provider(const Trigger& trigger) {
  ProviderState state;
  identity::Provider* provider = provider_of(trigger);
  if (provider == nullptr || !trigger.asks_provider()) co_return state;
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

// The browser itself asked, and comes to a page of its own.
bool Service::shows_receipt(const Ending& ending, const Execution& execution) const {
  if (!parts_.config->logout.receipt_link || parts_.receipt_links == nullptr || !parts_.make_receipt_cookie)
    return false;
  if (execution.receipts.empty() || ending.provider == ProviderPart::skipped) return false;
  if (ending.form == ReplyForm::given || ending.form == ReplyForm::no_content || ending.form == ReplyForm::none)
    return false;
  // which would take it along
  const auto& cleared = parts_.config->logout.clear_site_data;
  return std::none_of(cleared.begin(), cleared.end(),
                      [](const auto& what) { return what == "cookies" || what == "*"; });
}

http::Response Service::reply(Trigger& trigger, const Ending& ending, Execution execution, const http::Request& request,
                              const http::External& external) const {
  ReplyExtras extras;
  extras.logout_id = std::move(execution.logout_id);
  extras.has_receipt_link = shows_receipt(ending, execution);
  extras.is_known_everywhere = execution.is_known_everywhere;
  if (ending.clears_browser) {
    if (parts_.delete_cookies) extras.set_cookies = parts_.delete_cookies(external, request);
    extras.clear_site_data = parts_.config->logout.clear_site_data;
  }
  if (extras.has_receipt_link) {
    auto sealed = parts_.receipt_links->seal(execution.receipts);
    extras.set_cookies.push_back(parts_.make_receipt_cookie(std::move(sealed), external, request));
  }
  return make_reply(ending, std::move(trigger.answer), extras);
}

void Service::warn_once_without_logout(const Ending& ending, const ProviderState& provider) {
  if (ending.provider != ProviderPart::not_offered || std::exchange(warned_, true)) return;
  base::log_warning("logout.not_offered", {{"provider", provider.config->name}});
}

Task<void> Service::session_timed_out(std::vector<session::Snapshot> sessions) {
  const Trigger trigger = unasked(Cause::timeout, {.sessions = std::move(sessions), .ended_already = true});
  std::optional<ForwardedRequest> nobody;
  const Execution ignored = co_await executor_.run(trigger, std::move(nobody));
}

Task<void> Service::hear(session::News news) {
  if (news.is_over) {
    parts_.live.close(news.id);
    co_return;
  }
  auto looking = parts_.store.find(news.id);
  const auto found = co_await looking;
  if (!found || !*found || (**found)->ended_applications.empty()) co_return;
  const auto& applications = (**found)->ended_applications;
  if (config::has_left_every(applications)) {
    parts_.live.close_back_ends(news.id);
    co_return;
  }
  std::vector<std::string> left;
  for (const auto& [name, destination] : parts_.config->destinations) {
    if (config::left_application(parts_.config->logout, applications, name) != nullptr) left.push_back(name);
  }
  if (!left.empty()) parts_.live.close(news.id, left);
}

Task<Result<Ended>> Service::end_sessions(Cause cause, Selection selection) {
  const Trigger trigger = unasked(cause, std::move(selection));
  std::optional<ForwardedRequest> nobody;
  Execution execution = co_await executor_.run(trigger, std::move(nobody));
  if (execution.failure && execution.ended == 0) co_return *execution.failure;
  co_return Ended{std::move(execution.logout_id), execution.ended, execution.failure};
}

}  // namespace router::logout
