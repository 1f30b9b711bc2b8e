#include "logout/sources/agent.h"

#include <algorithm>

#include "http/fetch_metadata.h"
#include "http/form.h"
#include "logout/navigation.h"

namespace router::logout {
namespace {

constexpr std::string_view kOwnPaths = "/xs-router/";
constexpr std::string_view kEndpointMethods = "GET, POST";

bool is_inspected_form(const http::Request& request) {
  if (request.body == http::BodyKind::none) return false;
  if (request.body == http::BodyKind::length && request.content_length > kMaxBody) return false;
  return http::is_form(request.headers);
}

}  // namespace

AgentSource::AgentSource(std::shared_ptr<const config::Configuration> config,
                         std::shared_ptr<const backend::RouteSet> routes, session::Store& store, Ongoing& ongoing,
                         const base::Clock& clock)
    : config_(std::move(config)),
      held_(*config_, store, ongoing, clock),
      rules_(config_->logout),
      pages_(*config_),
      routes_(std::move(routes)),
      endpoints_(config::endpoints_of(*config_)) {}

bool AgentSource::is_exempt(std::string_view path) const {
  const auto is_it = [path](const config::Endpoint& endpoint) { return endpoint.path == path; };
  return path.starts_with(kOwnPaths) || pages_.contains(path) ||
         std::any_of(endpoints_.begin(), endpoints_.end(), is_it);
}

bool AgentSource::may_handle(std::string_view, std::string_view path, std::string_view query) const {
  if (config_->logout.applications.empty()) return false;
  return (rules_.names_parameter(query) || rules_.by_endpoint(path) != nullptr) && !is_exempt(path);
}

bool AgentSource::wants_body(const http::Request& request) const {
  if (!config_->logout.inspect_body || !rules_.has_parameters() || !is_inspected_form(request)) return false;
  const auto& path = request.target.path;
  return rules_.by_endpoint(path) == nullptr && !is_exempt(path);
}

Task<Result<std::optional<Recognition>>> AgentSource::recognise(const SourceInput& input) {
  auto recognised = answer(input);
  auto* trigger = recognised ? std::get_if<Trigger>(&*recognised) : nullptr;
  if (trigger == nullptr) co_return recognised;
  auto looking = held_.find(input);
  auto held = co_await looking;
  if (!held) co_return held.error();
  select_held(*std::move(held), *trigger);
  co_return recognised;
}

const AgentSource::Application* AgentSource::find(std::string_view method, const http::Target& target,
                                                  std::string_view body, std::string_view authority) const {
  const auto destination = [&] { return destination_of(method, target, authority); };
  const auto* by_parameter = rules_.by_parameter(target.query, destination);
  if (by_parameter == nullptr && !body.empty()) by_parameter = rules_.by_parameter(body, destination);
  return ApplicationRules::stronger(rules_.by_endpoint(target.path), by_parameter);
}

std::string AgentSource::destination_of(std::string_view method, const http::Target& target,
                                        std::string_view authority) const {
  if (!routes_) return {};
  const auto match = backend::find_route(routes_, method, target);
  if (!match || !match->found()) return {};
  auto name = match->destination_name(target, authority);
  return name && *name ? std::move(**name) : std::string();
}

std::optional<Recognition> AgentSource::answer(const SourceInput& input) const {
  const http::Request& request = input.request;
  const http::Target& target = request.target;
  if (is_exempt(target.path) || pages_.contains(target.path, input.external.origin())) return std::nullopt;
  // A longer one was cut: what is not seen whole is not judged.
  const bool whole = input.body.size() <= kMaxBody && wants_body(request);
  const auto* application =
      find(request.method, target, whole ? std::string_view(input.body) : std::string_view(), input.external.authority);
  if (application == nullptr) return std::nullopt;

  const bool at_endpoint = rules_.by_endpoint(target.path) != nullptr;
  if (at_endpoint && !request.is_get_or_head() && !request.is("POST"))
    return http::method_not_allowed(kEndpointMethods);
  // A preflight asks for leave; the request itself comes after it.
  if (request.is("OPTIONS")) return std::nullopt;
  if (auto objected = objection(input)) return std::move(*objected);

  Trigger trigger = make_trigger(*application, target);
  trigger.session = input.session;
  trigger.form = http::expects_a_page(request) ? ReplyForm::redirect : ReplyForm::url_as_json;
  return trigger;
}

std::optional<http::Response> AgentSource::objection(const SourceInput& input) const {
  const http::Request& request = input.request;
  // What a page of another site can send without the user's doing: forms, and handshakes.
  if ((!request.is_get_or_head() || request.is_upgrade) &&
      (http::is_prefetch(request) || http::is_cross_site(request, input.external))) {
    return refused_response();
  }
  if (!request.is_get_or_head()) return std::nullopt;
  return objection_to(judge_navigation(request, config_->logout.cross_site), request);
}

Trigger AgentSource::make_trigger(const Application& application, const http::Target& target) const {
  Trigger trigger;
  trigger.cause = Cause::agent_url;
  trigger.query = rules_.without_parameters(target.query);
  if (const auto& page = rules_.page_of(application); !page.empty()) trigger.page = page;
  if (!application.name.empty()) trigger.extent = ApplicationPart{application.name, application.destinations};
  return trigger;
}

std::optional<Trigger> AgentSource::preview(std::string_view method, const http::Target& target) const {
  if (!may_handle(method, target.path, target.query)) return std::nullopt;
  const auto* application = find(method, target, {}, {});
  if (application == nullptr) return std::nullopt;
  return make_trigger(*application, target);
}

}  // namespace router::logout
