// What a logout URL would do, in words.
#include <nlohmann/json.hpp>

#include "http/url.h"
#include "logout/plan.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {
namespace {

Told told_call(const logout::Call& call) {
  const auto& target = *call.target;
  if (target.is_polled) {
    return {{"backEnd", target.back_end}, {"call", "none: fetched by a poll"}, {"sends", "a security event token"}};
  }
  std::string sends = target.takes_signal ? "a security event token" : "the captured cookies";
  if (!target.takes_signal && !target.audience.empty()) sends += ", a logout token";
  if (target.sends_token && !call.credentials->access_token.empty()) sends += ", the access token";
  if (target.sends_forwarded) sends += ", x-forwarded-*";
  if (target.is_service) sends += ", x-approuter-host";
  return {{"backEnd", target.back_end},
          {"call", target.method + " " + target.url.to_string()},
          {"timeoutMs", target.timeout.count()},
          {"sends", std::move(sends)}};
}

std::string told_reply(const logout::Ending& ending) {
  using logout::ReplyForm;
  switch (ending.form) {
    case ReplyForm::redirect:
      if (ending.provider == logout::ProviderPart::skipped) return "200 without Location: skip-redirect";
      if (!ending.provider_form.url.empty()) return "200, a page that posts to " + ending.provider_form.url;
      return "302 to " + ending.next();
    case ReplyForm::url_in_body:
      return "200, the text " + ending.next();
    case ReplyForm::url_as_json:
      return "200, the JSON {\"logoutUrl\": \"" + ending.next() + "\"}";
    case ReplyForm::page:
      return "200, a page";
    case ReplyForm::no_content:
      return "204";
    case ReplyForm::given:
      return "an answer of the protocol's own";
    case ReplyForm::none:
      break;
  }
  return "none";
}

std::string told_provider(const logout::Ending& ending) {
  using logout::ProviderPart;
  switch (ending.provider) {
    case ProviderPart::none:
      return "takes no part";
    case ProviderPart::skipped:
      return "not asked: skip-redirect";
    case ProviderPart::redirect:
      return ending.provider_url;
    case ProviderPart::not_offered:
      return "offers no logout";
    case ProviderPart::unreachable:
      return "cannot be reached";
  }
  return "";
}

Told told_logout(const logout::Explanation& logout, const http::External& external) {
  Told out = {{"protocol", logout.protocol}};
  if (logout.instead) {
    out["thisRequest"] = std::to_string(logout.instead->status) + " " +
                         std::string(http::reason_phrase(logout.instead->status)) + ", nobody is logged out by it";
  }
  if (!logout.plan && !logout.instead) out["ends"] = "nothing: the protocol answers, and logs nobody out";
  if (!logout.plan) return out;
  const auto& plan = *logout.plan;
  const auto& ending = plan.ending;
  out["cause"] = to_string(plan.cause);
  out["ends"] = plan.application ? "the part of the session that belongs to application " + *plan.application
                                 : "the whole session, here and on every replica";
  Told calls = Told::array();
  for (const auto& call : plan.calls) calls.push_back(told_call(call));
  if (calls.empty()) {
    out["backEndCalls"] = "none: no back-end has a logoutPath";
  } else {
    out["backEndCalls"] = std::move(calls);
    out["withoutSession"] = "no back-end is called, the rest as it is";
  }
  out["identityProvider"] = told_provider(ending);
  if (ending.ends_provider_session) out["providerSession"] = "ended by the router itself, without the browser";
  if (!ending.return_uri.empty()) out["comesBackTo"] = ending.return_uri;
  const bool absolute = http::is_absolute_http(ending.landing);
  if (ending.form != logout::ReplyForm::given) {
    out["landsOn"] = (absolute ? "" : external.origin()) + ending.landing + (ending.has_page ? "" : " (built in)");
  }
  out["reply"] = told_reply(ending);
  return out;
}

// The pages where logouts end, which log nobody out. Empty: none of them.
std::string_view landing(const RequestState& state) {
  const auto& path = state.request.target.path;
  if (path == logout::kSignedOutPath) return "the built-in page that says \"You are signed out\"";
  if (path == logout::kReceiptPath) return "the page that shows which applications have confirmed a logout";
  const auto& way_back = state.config().logout.return_endpoint;
  if (way_back.empty() || path != way_back) return {};
  return "logout.returnEndpoint, the way back from the identity provider to the landing page";
}

}  // namespace

std::optional<Foreseen> explain_logout(RequestState& state, Told& told) {
  const auto application = state.application ? state.application->config : nullptr;
  auto logout = state.graph.logout->explain(state.request, state.external, application);
  if (!logout) return state.application_fault ? foresee(*state.application_fault) : std::nullopt;
  if (const auto page = landing(state); !page.empty() && logout->instead) {
    if (logout->instead->status < 400) return foresee(logout->instead->status, page);
    return foresee(Verdict(std::move(*logout->instead)));
  }
  told["logout"] = told_logout(*logout, state.external);
  for (const auto& [name, looked_up] : state.config().looked_up_logouts) {
    told["logout"]["lookedUpBackEnds"].push_back({{"backEnd", name}, {"path", looked_up.path}});
  }
  return Foreseen{0, "logout"};
}

}  // namespace router::pipeline
