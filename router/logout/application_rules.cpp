#include "logout/application_rules.h"

#include <algorithm>

#include "base/text.h"
#include "config/applications.h"
#include "http/query.h"

namespace router::logout {
namespace {

// Calls `found` with the raw name of each parameter until it says true.
template <class Found>
bool any_name(std::string_view pairs, Found found) {
  while (!pairs.empty()) {
    const auto piece = pairs.substr(0, pairs.find('&'));
    pairs.remove_prefix(std::min(piece.size() + 1, pairs.size()));
    if (found(piece.substr(0, piece.find('=')))) return true;
  }
  return false;
}

}  // namespace

ApplicationRules::ApplicationRules(const config::Logout& logout) : logout_(logout) {
  for (const auto& application : logout_.applications) {
    if (application.name.empty()) all_ = &application;
    has_parameters_ = has_parameters_ || !application.parameter.empty();
  }
}

// An endpoint begins with "/": whatever ends with it ends with whole segments of it.
const ApplicationRules::Application* ApplicationRules::by_endpoint(std::string_view path) const {
  const Application* best = nullptr;
  for (const auto& application : logout_.applications) {
    if (application.endpoint.empty() || !path.ends_with(application.endpoint)) continue;
    const bool better = best == nullptr || best->name.empty() ||
                        (!application.name.empty() && application.endpoint.size() > best->endpoint.size());
    if (better) best = &application;
  }
  return best;
}

bool ApplicationRules::matches(std::string_view name, const Application& application) const {
  if (application.parameter.empty()) return false;
  std::optional<std::string> decoded;
  if (name.find_first_of("%+") != std::string_view::npos) decoded = base::percent_decode(name, true);
  if (decoded) name = *decoded;
  if (!logout_.parameter_match_contains) return name == application.parameter;
  return name.find(application.parameter) != std::string_view::npos;
}

bool ApplicationRules::has_match(std::string_view pairs, const Application& application) const {
  if (application.parameter.empty()) return false;
  return any_name(pairs, [&](std::string_view name) { return matches(name, application); });
}

bool ApplicationRules::names_parameter(std::string_view pairs) const {
  if (!has_parameters_ || pairs.empty()) return false;
  return std::any_of(logout_.applications.begin(), logout_.applications.end(),
                     [&](const auto& application) { return has_match(pairs, application); });
}

const ApplicationRules::Application* ApplicationRules::by_parameter(std::string_view pairs,
                                                                    const FindDestination& destination) const {
  const bool all = all_ != nullptr && has_match(pairs, *all_);
  std::vector<const Application*> named;
  for (const auto& application : logout_.applications) {
    if (!application.name.empty() && has_match(pairs, application)) named.push_back(&application);
  }
  if (named.empty()) return all ? all_ : nullptr;

  const auto shares = [&](const Application* application) { return all && application->parameter == all_->parameter; };
  if (named.size() == 1 && !shares(named.front())) return named.front();
  const std::string asked = destination();
  for (const auto* application : named) {
    if (config::belongs_to(*application, asked)) return application;
  }
  for (const auto* application : named) {
    if (!shares(application)) return application;
  }
  return all_;
}

const ApplicationRules::Application* ApplicationRules::stronger(const Application* by_endpoint,
                                                                const Application* by_parameter) {
  if (by_endpoint == nullptr) return by_parameter;
  const bool beaten = by_endpoint->name.empty() && by_parameter != nullptr && !by_parameter->name.empty();
  return beaten ? by_parameter : by_endpoint;
}

const std::string& ApplicationRules::page_of(const Application& application) const {
  return application.page.empty() && all_ != nullptr ? all_->page : application.page;
}

std::string ApplicationRules::without_parameters(const std::string& query) const {
  if (!has_parameters_ || query.empty()) return query;
  return http::query_without(query, [&](const http::QueryParameter& parameter) {
    const auto name = parameter.raw.substr(0, parameter.raw.find('='));
    return std::any_of(logout_.applications.begin(), logout_.applications.end(),
                       [&](const auto& application) { return matches(name, application); });
  });
}

}  // namespace router::logout
