#include "config/dialects/agent.h"

#include <algorithm>
#include <array>
#include <set>

#include "config/applications.h"
#include "config/dialects/dialect.h"
#include "config/dialects/pages.h"
#include "config/json_access.h"
#include "config/read_agent_properties.h"
#include "config/validate.h"
#include "http/target.h"

namespace router::config {
namespace {

ApplicationLogout read_application(const std::string& name, const json& value) {
  ApplicationLogout application;
  application.name = name;
  application.endpoint = text_member(value, "endpoint").value_or("");
  application.parameter = text_member(value, "parameter").value_or("");
  application.page = text_member(value, "page").value_or("");
  application.destinations = texts_member(value, "destinations");
  // Absent is not empty: [] says that no destination belongs to it.
  if (!name.empty() && array_member(value, "destinations") == nullptr) application.destinations = {name};
  return application;
}

void read_agent(const json& descriptor, const Report& report, Configuration& configuration) {
  const json* section = object_member(descriptor, "logout");
  if (section == nullptr) return;
  AgentLogout& agent = configuration.logout;
  if (const json* applications = object_member(*section, "applications")) {
    for (const auto& [name, entry] : applications->items()) agent.applications.push_back(read_application(name, entry));
  }
  if (const json* conditions = array_member(*section, "conditionalUrls")) {
    for (const json& condition : *conditions) {
      agent.conditional_urls.push_back(
          {text_member(condition, "when").value_or(""), text_member(condition, "url").value_or("")});
    }
  }
  agent.parameter_match_contains = text_member(*section, "parameterMatch") == "contains";
  agent.inspect_body = flag_member(*section, "inspectBody", false);
  agent.always_invalidate = flag_member(*section, "alwaysInvalidate", true);
  if (const auto file = text_member(*section, "agentProperties")) {
    read_agent_properties(configuration.directory, *file, report.below("/logout"), configuration.logout);
  }
}

class AgentCheck {
 public:
  explicit AgentCheck(const Validation& validation)
      : validation_(validation), logout_(validation.configuration.logout), report_(validation.report) {
    const json* section = object_member(validation.descriptor, "logout");
    if (section != nullptr) agent_file_ = text_member(*section, "agentProperties").has_value();
  }

  void run() const {
    for (const auto& application : logout_.applications) check_application(application);
    check_condition_urls();
    for (std::size_t i = 0; i < logout_.applications.size(); ++i) {
      const ApplicationLogout& application = logout_.applications[i];
      for (std::size_t earlier = 0; earlier < i; ++earlier) check_pair(logout_.applications[earlier], application);
      check_page(application);
      check_goto_parameter(application);
    }
    for (std::size_t i = 0; i < logout_.conditional_urls.size(); ++i) check_condition(i);
  }

 private:
  void error(const std::string& pointer, std::string found, std::string expected, std::string hint = {}) const {
    report_.error(pointer, unless_known(std::move(found), std::move(expected), std::move(hint)));
  }

  // Without a key: of the whole application.
  std::string place_of(const ApplicationLogout& application, std::string_view key = {}) const {
    if (agent_file_) return "/logout/agentProperties";
    const std::string place = pointer_to("/logout/applications", application.name);
    return key.empty() ? place : pointer_to(place, key);
  }
  std::string place_of_condition(std::size_t index, std::string_view key = {}) const {
    if (agent_file_) return "/logout/agentProperties";
    const std::string place = pointer_to("/logout/conditionalUrls", index);
    return key.empty() ? place : pointer_to(place, key);
  }

  void check_application(const ApplicationLogout& application) const {
    const std::string name = application.name.empty() ? "the entry for all applications"
                                                      : "application " + show(std::string_view(application.name));
    if (application.name == kEveryApplication) error(place_of(application), "the name \"*\"", "another name");
    if (application.endpoint.empty() && application.parameter.empty() && application.page.empty()) {
      report_.warning(place_of(application), {name + " without endpoint, parameter and page", "one of them"});
    }
    if (!application.endpoint.empty()) {
      const auto normal = http::normalise_path(application.endpoint);
      if (!normal || *normal != application.endpoint || application.endpoint == "/" ||
          application.endpoint.find_first_of("?#") != std::string::npos) {
        error(place_of(application, "endpoint"), show(std::string_view(application.endpoint)),
              "a normalised path other than /");
      }
    }
    check_landing_page(report_, place_of(application, "page"), application.page);  // public by itself
    if (validation_.destination_service_bound()) return;
    const auto& destinations = validation_.configuration.destinations;
    for (const std::string& destination : application.destinations) {
      if (destinations.contains(destination)) continue;
      error(place_of(application), name + " with the unknown destination " + show(std::string_view(destination)),
            "the name of a destination in the variable destinations", report_.hint_among(destination, destinations));
    }
  }

  void check_condition_urls() const {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < logout_.conditional_urls.size(); ++i) {
      const ConditionalUrl& condition = logout_.conditional_urls[i];
      if (!seen.insert(condition.when).second) {
        report_.warning(place_of_condition(i),
                        {"the condition " + show(std::string_view(condition.when)) + " a second time",
                         "each condition once", "the first one is taken"});
      }
      if (condition.url.starts_with('?')) continue;
      const std::string place = place_of_condition(i, "url");
      if (!http::is_absolute_http(condition.url) || !http::parse_url(condition.url)) {
        error(place, show(std::string_view(condition.url)), "parameters that begin with ?, or an absolute http(s) URL");
      } else {
        report_.info(place, {"the absolute URL " + show(std::string_view(condition.url)), "",
                             "it is trusted, being configured"});
      }
    }
  }

  // "" gives way to a named one, so that the two may have the same.
  void check_pair(const ApplicationLogout& first, const ApplicationLogout& second) const {
    if (first.name.empty() || second.name.empty()) return;
    if (!second.endpoint.empty() && first.endpoint == second.endpoint) {
      error(place_of(second, "endpoint"),
            show(std::string_view(second.endpoint)) + ", which is also the endpoint of " +
                show(std::string_view(first.name)),
            "an endpoint of its own");
    }
    if (!second.parameter.empty() && first.parameter == second.parameter) {
      report_.warning(place_of(second, "parameter"),
                      {show(std::string_view(second.parameter)) + ", which is also the parameter of " +
                           show(std::string_view(first.name)),
                       "a parameter of its own",
                       "it holds for requests of each one's destinations; elsewhere for \"\", or the first of them"});
    }
  }

  void check_page(const ApplicationLogout& application) const {
    if (!application.page.starts_with('/')) return;
    const std::string path = application.page.substr(0, application.page.find_first_of("?#"));
    for (const ApplicationLogout& other : logout_.applications) {
      if (other.endpoint.empty() || !path.ends_with(other.endpoint)) continue;
      error(place_of(application, "page"),
            show(std::string_view(application.page)) + ", which ends with the endpoint " +
                show(std::string_view(other.endpoint)),
            "a page that is no endpoint");
    }
    if (route_of(validation_.configuration, path) == nullptr) {
      report_.warning(
          place_of(application, "page"),
          {show(std::string_view(application.page)) + ", which no route serves", "a page that a route serves"});
    }
  }

  void check_goto_parameter(const ApplicationLogout& application) const {
    if (logout_.goto_parameter.empty() || application.parameter != logout_.goto_parameter) return;
    error("/logout/gotoParameter", show(std::string_view(logout_.goto_parameter)) + ", which also logs out",
          "a parameter of its own");
  }

  void check_condition(std::size_t index) const {
    const std::string& when = logout_.conditional_urls[index].when;
    const auto slash = std::min(when.find('/'), when.size());
    const auto path = http::normalise_path(slash == when.size() ? "/" : when.substr(slash));
    const bool has_host = when.empty() || http::parse_host(when.substr(0, slash)).has_value();
    if (has_host && path && when.find_first_of("?#") == std::string::npos) return;
    error(place_of_condition(index, "when"), "the condition " + show(std::string_view(when)),
          "a host, or a host and a path, such as example.com/path",
          when.find("://") == std::string::npos ? "" : "without the scheme");
  }

  const Validation& validation_;
  const Logout& logout_;
  const Report& report_;
  bool agent_file_ = false;
};

void validate_agent(const Validation& validation) { AgentCheck(validation).run(); }

constexpr std::array kAgentSpelling = {
    SpellingRule{"/logout/applications/*/endpoint", endpoint_as_meant},
    SpellingRule{"/logout/applications/*/page", page_as_meant},
};

}  // namespace

const Dialect kAgentLogout = {read_agent, validate_agent, nullptr, kAgentSpelling};

}  // namespace router::config
