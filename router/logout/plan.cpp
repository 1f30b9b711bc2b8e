#include "logout/plan.h"

#include <algorithm>
#include <iterator>

#include "http/query.h"
#include "http/url.h"
#include "logout/application_calls.h"
#include "logout/subscribers.h"

namespace router::logout {
namespace {

std::string absolute(const std::string& origin, const std::string& page) {
  return http::is_absolute_http(page) ? page : origin + page;
}

std::string without_fragment(const std::string& url) { return url.substr(0, url.find('#')); }

// Where the provider sends the browser back to, and the state that brings the client's query along.
struct WayBack {
  std::string uri;
  std::string state;
};

std::string configured_page(const Trigger& trigger, const EndingInput& input) {
  const std::string page = trigger.page.value_or(input.config.logout.page);
  return page.empty() ? std::string(kSignedOutPath) : page;
}

// OpenID providers compare exactly: what is sent is a URL that was registered, whatever the client asked for.
WayBack plan_exact_way_back(const Trigger& trigger, const Ending& ending, const EndingInput& input) {
  const auto& return_endpoint = input.config.logout.return_endpoint;
  if (!return_endpoint.empty()) return {input.origin + return_endpoint, input.make_state(ending.landing)};
  const std::string page = configured_page(trigger, input);
  // A foreign page would have to take our state off its address; only our own do.
  if (http::is_absolute_http(page)) return {trigger.requested_page ? page : ending.landing, ""};
  return {without_fragment(absolute(input.origin, page)), input.make_state(ending.landing)};
}

WayBack plan_way_back(const Trigger& trigger, const Ending& ending, const EndingInput& input) {
  const std::string landing = absolute(input.origin, ending.landing);
  switch (input.provider.config->kind) {
    case config::ProviderKind::xsuaa:
      return {landing, ""};
    case config::ProviderKind::ias:
      if (trigger.requested_page || http::is_absolute_http(configured_page(trigger, input))) return {landing, ""};
      return {landing, input.make_state(ending.landing)};
    case config::ProviderKind::oidc:
      break;
  }
  return plan_exact_way_back(trigger, ending, input);
}

ProviderPart provider_part(const Trigger& trigger, const ProviderState& provider) {
  if (trigger.provider_step == ProviderStep::already_signing_out) return ProviderPart::skipped;
  // One application leaves the others signed in, so the provider is not told.
  if (!trigger.asks_provider() || provider.config == nullptr) return ProviderPart::none;
  if (!trigger.provider_url.replaced_by.empty()) return ProviderPart::redirect;
  if (!provider.metadata || !provider.reachable) return ProviderPart::unreachable;
  return provider.metadata->end_session_endpoint.empty() ? ProviderPart::not_offered : ProviderPart::redirect;
}

// Whether the session at the provider outlives the browser's way through this logout. XSUAA ends one only in
// the browser itself.
bool leaves_provider_session(const Trigger& trigger, const Ending& ending, const EndingInput& input) {
  const auto& provider = input.provider;
  if (!input.config.logout.always_invalidate || provider.config == nullptr) return false;
  if (provider.config->kind == config::ProviderKind::xsuaa) return false;
  if (ending.provider == ProviderPart::unreachable) return true;
  const std::string& replaced = trigger.provider_url.replaced_by;
  if (ending.provider != ProviderPart::redirect || replaced.empty()) return false;
  return !provider.metadata || replaced.substr(0, replaced.find('?')) != provider.metadata->end_session_endpoint;
}

TokenUse token_use(const Trigger& trigger, const Ending& ending) {
  if (!trigger.may_redirect_to_provider()) return TokenUse::none;
  // where the router ends that session itself, the browser goes elsewhere
  if (ending.provider_url.empty() || ending.ends_provider_session) return TokenUse::over;
  return ending.return_state.empty() ? TokenUse::open : TokenUse::until_return;
}

std::string hint_of(const session::Session& session) {
  return session.user_name.empty() ? session.subject : session.user_name;
}

std::string provider_url(const Trigger& trigger, Ending& ending, const EndingInput& input) {
  if (!trigger.provider_url.replaced_by.empty()) return trigger.provider_url.replaced_by;
  auto way_back = plan_way_back(trigger, ending, input);
  ending.return_uri = way_back.uri;
  ending.return_state = way_back.state;
  identity::LogoutRedirect redirect;
  if (trigger.session) {
    redirect.id_token_hint = trigger.session->tokens.id_token;
    redirect.tenant = trigger.session->subdomain;
  }
  redirect.post_logout_redirect_uri = std::move(way_back.uri);
  redirect.state = std::move(way_back.state);
  const auto& provider = *input.provider.config;
  const std::string& added = trigger.provider_url.added_parameters;
  const auto request_now = [&] {
    return identity::logout_request(provider, *input.provider.metadata, redirect).value_or(identity::LogoutRequest());
  };
  auto request = request_now();
  auto url = http::append_query(request.as_url(), added);
  const auto& logout = input.config.logout;
  const bool by_form = logout.posts_to_provider && provider.kind != config::ProviderKind::xsuaa;
  if (by_form && trigger.form == ReplyForm::redirect) {
    request.url = http::append_query(request.url, added);
    ending.provider_form = std::move(request);
  }
  if (url.size() <= logout.longest_hint || redirect.id_token_hint.empty()) return url;
  // proxies on the way answer such a URL with an error of their own, and the provider never hears of the logout
  redirect.id_token_hint = {};
  redirect.logout_hint = hint_of(*trigger.session);
  return http::append_query(request_now().as_url(), added);
}

}  // namespace

std::string_view to_string(ProviderPart part) {
  switch (part) {
    case ProviderPart::none:
      return "none";
    case ProviderPart::skipped:
      return "skipped";
    case ProviderPart::redirect:
      return "redirect";
    case ProviderPart::not_offered:
      return "not_offered";
    case ProviderPart::unreachable:
      return "unreachable";
  }
  return "none";
}

Ending plan_ending(const Trigger& trigger, const EndingInput& input) {
  Ending ending;
  ending.form = trigger.form;
  ending.clears_browser = trigger.whole_session() && trigger.clears_browser;
  ending.provider = provider_part(trigger, input.provider);

  std::string page = trigger.requested_page ? *trigger.requested_page : trigger.page.value_or(input.config.logout.page);
  if (const auto* part = trigger.application()) ending.application = part->name;
  ending.has_page = !page.empty();
  if (ending.has_page) {
    ending.landing = http::append_query(page, trigger.query);
  } else {
    page = kSignedOutPath;
    // The built-in page has no use for the client's query.
    ending.landing = ending.provider == ProviderPart::unreachable ? http::append_query(page, kProviderAwayQuery) : page;
  }
  if (ending.provider == ProviderPart::redirect) ending.provider_url = provider_url(trigger, ending, input);
  ending.ends_provider_session = leaves_provider_session(trigger, ending, input);
  ending.token_use = token_use(trigger, ending);
  return ending;
}

Plan make_plan(const Trigger& trigger, const EndingInput& input) {
  Plan plan;
  plan.cause = trigger.cause;
  const auto* part = trigger.application();
  if (part != nullptr) plan.application = part->name;
  plan.sessions = trigger.selection.sessions.size();
  plan.ending = plan_ending(trigger, input);
  const session::Session nobody;
  const session::Session& session = trigger.session ? *trigger.session : nobody;
  auto targets = make_call_targets(input.config);
  for (const auto& logout : trigger.application_logouts) {
    const auto* known = known_back_end(input.config, logout);
    if (known != nullptr) add_target(make_application_target(logout, *known, input.config), targets);
  }
  plan.calls = calls_for(session, targets, std::nullopt, trigger.only());
  if (!trigger.whole_session()) return plan;
  auto signals = signals_for(session, make_subscriber_targets(input.config), {trigger, {}, {}}, std::nullopt);
  std::move(signals.begin(), signals.end(), std::back_inserter(plan.calls));
  return plan;
}

}  // namespace router::logout
