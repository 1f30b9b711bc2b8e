#include "logout/sources/central.h"

#include <algorithm>

#include "http/fetch_metadata.h"
#include "http/query.h"
#include "logout/navigation.h"
#include "logout/provider_origins.h"
#include "session/csrf.h"

namespace router::logout {
namespace {

bool is_active_skip_redirect(const http::QueryParameter& parameter) {
  return parameter.name == "skip-redirect" &&
         (!parameter.value || parameter.value->empty() || *parameter.value == "true");
}

bool skips_redirect(std::string_view query) {
  for (const auto& parameter : http::parse_query(query)) {
    if (is_active_skip_redirect(parameter)) return true;
  }
  return false;
}

http::Response csrf_required() {
  auto response = http::text_response(403, "A CSRF token is required.\n");
  response.headers.add(session::kCsrfHeader, session::kCsrfRequired);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

// Any of them will do: it is the browser that leaves, with all that it holds.
bool brings_token_of(const std::vector<session::Snapshot>& held, const http::Request& request) {
  return std::any_of(held.begin(), held.end(), [&](const session::Snapshot& session) {
    return session::check_csrf("POST", request.headers, session->csrf_token) == session::CsrfOutcome::pass;
  });
}

http::Response csrf_token_of(const std::vector<session::Snapshot>& held) {
  if (held.empty() || held.front()->csrf_token.empty()) return csrf_required();
  auto response = http::text_response(200, "");
  response.headers.add(session::kCsrfHeader, held.front()->csrf_token.reveal());
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace

CentralSource::CentralSource(std::shared_ptr<const config::Configuration> config,
                             std::shared_ptr<identity::Providers> providers, session::Store& store, Ongoing& ongoing,
                             const base::Clock& clock)
    : config_(std::move(config)),
      providers_(std::move(providers)),
      held_(*config_, store, ongoing, clock),
      endpoint_(config_->logout.endpoint) {
  if (auto normalised = http::normalise_path(endpoint_)) endpoint_ = std::move(*normalised);
}

bool CentralSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  return !endpoint_.empty() && path == endpoint_;
}

Task<Result<std::optional<Recognition>>> CentralSource::recognise(const SourceInput& input) {
  if (input.request.target.path != endpoint_) co_return std::optional<Recognition>();
  if (auto refused = refusal(input)) co_return std::optional<Recognition>(*std::move(refused));
  auto looking = held_.find(input);
  auto held = co_await looking;
  if (!held) co_return held.error();
  std::optional<Recognition> recognised = answer(input, *std::move(held));
  co_return recognised;
}

std::optional<http::Response> CentralSource::refusal(const SourceInput& input) const {
  const http::Request& request = input.request;
  if (request.is("HEAD")) return refused_response();
  const bool by_post = config_->logout.method == "POST";
  if (by_post && request.is("POST")) {
    const bool unprotected = !config_->logout.csrf_protection;
    return unprotected && http::is_cross_site(request, input.external) ? std::optional(refused_response())
                                                                       : std::nullopt;
  }
  if (!request.is("GET")) return http::method_not_allowed(by_post ? "POST" : "GET");
  auto judged = judge_navigation(request, config_->logout.cross_site);
  if (by_post) {
    if (judged == Navigation::refuse) return refused_response();
    const bool asks_for_token = session::asks_for_csrf_token("GET", request.headers);
    return asks_for_token ? std::nullopt : std::optional(http::method_not_allowed("POST"));
  }
  if (judged == Navigation::refuse && skips_redirect(request.target.query) && is_signing_out_frame(input)) {
    judged = Navigation::proceed;
  }
  return objection_to(judged, request);
}

// `logout.skipRedirectOrigins` beside the providers' own.
bool CentralSource::is_signing_out_frame(const SourceInput& input) const {
  auto origins = provider_origins(*providers_);
  const auto& configured = config_->logout.skip_redirect_origins;
  origins.insert(origins.end(), configured.begin(), configured.end());
  return is_trusted_frame(input.request, input.external, origins, config_->logout.skip_redirect_without_referer);
}

Recognition CentralSource::answer(const SourceInput& input, Held held) const {
  const http::Request& request = input.request;
  if (config_->logout.method == "POST") {
    if (request.is("GET")) return csrf_token_of(held);
    const bool may = !config_->logout.csrf_protection || brings_token_of(held, request);
    if (!may) return csrf_required();
  }
  Trigger trigger = make_trigger(request.target, input.session);
  select_held(std::move(held), trigger);
  return trigger;
}

Trigger CentralSource::make_trigger(const http::Target& target, const session::Snapshot& session) const {
  Trigger trigger;
  trigger.cause = Cause::browser;
  trigger.session = session;
  trigger.form = config_->logout.method == "POST" ? ReplyForm::url_in_body : ReplyForm::redirect;
  trigger.query = http::query_without(target.query, is_active_skip_redirect);
  if (skips_redirect(target.query)) trigger.provider_step = ProviderStep::already_signing_out;
  return trigger;
}

std::optional<Trigger> CentralSource::preview(std::string_view method, const http::Target& target) const {
  if (!may_handle(method, target.path, target.query) || method != config_->logout.method) return std::nullopt;
  return make_trigger(target, nullptr);
}

}  // namespace router::logout
