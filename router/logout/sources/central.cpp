#include "logout/sources/central.h"

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

}  // namespace

CentralSource::CentralSource(std::shared_ptr<const config::Configuration> config,
                             std::shared_ptr<identity::Providers> providers)
    : config_(std::move(config)), providers_(std::move(providers)), endpoint_(config_->logout.endpoint) {
  if (auto normalised = http::normalise_path(endpoint_)) endpoint_ = std::move(*normalised);
}

bool CentralSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  return !endpoint_.empty() && path == endpoint_;
}

Task<Result<std::optional<Recognition>>> CentralSource::recognise(const SourceInput& input) {
  if (input.request.target.path != endpoint_) co_return std::optional<Recognition>();
  if (input.request.is("HEAD")) co_return std::optional<Recognition>(refused_response());
  const bool by_post = config_->logout.method == "POST";
  std::optional<Recognition> recognised = by_post ? recognise_post(input) : recognise_get(input);
  co_return recognised;
}

Recognition CentralSource::recognise_get(const SourceInput& input) const {
  const http::Request& request = input.request;
  if (!request.is("GET")) return method_not_allowed("GET");
  auto judged = judge_navigation(request, config_->logout.cross_site);
  if (judged == Navigation::refuse && skips_redirect(request.target.query) &&
      is_provider_iframe(request, input.external, provider_origins(*providers_))) {
    judged = Navigation::proceed;
  }
  if (auto objection = objection_to(judged, request)) return *std::move(objection);
  return make_trigger(request.target, input.session);
}

Recognition CentralSource::recognise_post(const SourceInput& input) const {
  const http::Request& request = input.request;
  if (request.is("POST")) return post_logout(input);
  if (!request.is("GET")) return method_not_allowed("POST");
  if (judge_navigation(request, config_->logout.cross_site) == Navigation::refuse) return refused_response();
  if (!session::asks_for_csrf_token("GET", request.headers)) return method_not_allowed("POST");
  return fetch_csrf_token(input);
}

Recognition CentralSource::post_logout(const SourceInput& input) const {
  if (!input.session) return csrf_required();
  if (config_->logout.csrf_protection) {
    const auto outcome = session::check_csrf("POST", input.request.headers, input.session->csrf_token);
    if (outcome != session::CsrfOutcome::pass) return csrf_required();
  } else if (is_cross_site(input.request, input.external)) {
    return refused_response();
  }
  return make_trigger(input.request.target, input.session);
}

Recognition CentralSource::fetch_csrf_token(const SourceInput& input) const {
  if (!input.session || input.session->csrf_token.empty()) return csrf_required();
  auto response = http::text_response(200, "");
  response.headers.add(session::kCsrfHeader, input.session->csrf_token.reveal());
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Trigger CentralSource::make_trigger(const http::Target& target, const session::Snapshot& session) const {
  Trigger trigger;
  trigger.cause = Cause::browser;
  trigger.session = session;
  if (session) trigger.selection.sessions.push_back(session);
  trigger.form = config_->logout.method == "POST" ? ReplyForm::url_in_body : ReplyForm::redirect;
  trigger.query = http::query_without(target.query, is_active_skip_redirect);
  trigger.skips_redirect = skips_redirect(target.query);
  return trigger;
}

std::optional<Trigger> CentralSource::preview(std::string_view method, const http::Target& target) const {
  if (!may_handle(method, target.path, target.query) || method != config_->logout.method) return std::nullopt;
  return make_trigger(target, nullptr);
}

}  // namespace router::logout
