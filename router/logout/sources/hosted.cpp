#include "logout/sources/hosted.h"

#include <algorithm>

#include "http/pages.h"
#include "http/query.h"
#include "logout/navigation.h"

namespace router::logout {
namespace {

// What comes twice could be read in two ways.
std::size_t count(const std::vector<http::QueryParameter>& parameters, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(parameters.begin(), parameters.end(),
                                                [&](const auto& parameter) { return parameter.name == name; }));
}

Trigger hosted_trigger(const session::Snapshot& session, const std::string& destination) {
  Trigger trigger;
  trigger.cause = Cause::hosted;
  trigger.session = session;
  trigger.provider_step = ProviderStep::none;
  trigger.form = ReplyForm::given;
  trigger.answer = destination.empty() ? http::pages::hosted_success() : http::redirect_response(destination);
  return trigger;
}

}  // namespace

HostedSource::HostedSource(std::shared_ptr<const config::Configuration> config, session::Store& store, Ongoing& ongoing,
                           const base::Clock& clock)
    : config_(std::move(config)), held_(*config_, store, ongoing, clock) {
  if (config_->hosted_login) path_ = config_->hosted_login->logout_path();
}

bool HostedSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  return !path_.empty() && path == path_;
}

Task<Result<std::optional<Recognition>>> HostedSource::recognise(const SourceInput& input) {
  auto judged = judge(input.request);
  if (auto* answer = std::get_if<http::Response>(&judged)) co_return std::optional<Recognition>(std::move(*answer));
  auto looking = held_.find(input);
  auto held = co_await looking;
  if (!held) co_return held.error();
  Trigger trigger = hosted_trigger(input.session, std::get<std::string>(judged));
  select_held(*std::move(held), trigger);
  co_return std::optional<Recognition>(std::move(trigger));
}

std::variant<std::string, http::Response> HostedSource::judge(const http::Request& request) const {
  if (request.is("HEAD")) return refused_response();
  if (!request.is("GET")) return http::method_not_allowed("GET");
  // Before anything else: what loads it as an image learns nothing about clients either.
  if (judge_navigation(request, config::CrossSiteLogout::allow) == Navigation::refuse) return refused_response();
  auto judged = destination(request.target.query);
  const auto* target = std::get_if<std::string>(&judged);
  if (target == nullptr) return judged;
  const auto policy = target->empty() ? config_->logout.cross_site : config::CrossSiteLogout::allow;
  if (auto objection = objection_to(judge_navigation(request, policy), request)) return *std::move(objection);
  return judged;
}

std::variant<std::string, http::Response> HostedSource::destination(std::string_view query) const {
  const auto parameters = http::parse_query(query);
  const auto client_id = http::query_value(query, "client_id").value_or("");
  if (client_id.empty() || count(parameters, "client_id") > 1) return http::pages::hosted_bad_request();
  const auto& clients = config_->hosted_login->clients;
  const auto client = clients.find(client_id);
  if (client == clients.end()) return http::pages::hosted_went_wrong();
  const auto uri = http::query_value(query, "redirect_uri");
  if (!uri) return std::string();
  const auto& known = client->second.redirect_uris;
  if (count(parameters, "redirect_uri") > 1 || std::find(known.begin(), known.end(), *uri) == known.end())
    return http::pages::hosted_went_wrong();
  const auto state = http::query_value(query, "state");
  return state ? http::append_query(*uri, http::query_pair("state", *state)) : *uri;
}

std::optional<Trigger> HostedSource::preview(std::string_view method, const http::Target& target) const {
  if (!may_handle(method, target.path, target.query) || method != "GET") return std::nullopt;
  const auto judged = destination(target.query);
  const auto* known = std::get_if<std::string>(&judged);
  return known == nullptr ? std::nullopt : std::optional<Trigger>(hosted_trigger(nullptr, *known));
}

}  // namespace router::logout
