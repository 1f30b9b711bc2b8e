#include <algorithm>

#include "base/text.h"
#include "config/json_access.h"
#include "config/validate.h"
#include "http/target.h"

// How the entries of logout.applications and logout.conditionalUrls go together; each one alone is looked at
// in validate_logout.cpp.
namespace router::config {
namespace {

using Application = ApplicationLogout;

class ApplicationsCheck {
 public:
  explicit ApplicationsCheck(const Validation& validation)
      : validation_(validation), logout_(validation.configuration.logout), report_(validation.report) {
    const json* section = object_member(validation.descriptor, "logout");
    agent_file_ = section != nullptr && text_member(*section, "agentProperties").has_value();
  }

  void run() const {
    for (std::size_t i = 0; i < logout_.applications.size(); ++i) {
      const Application& application = logout_.applications[i];
      for (std::size_t earlier = 0; earlier < i; ++earlier)
        check_pair(logout_.applications[earlier], application);
      check_page(application);
      check_goto(application);
    }
    for (std::size_t i = 0; i < logout_.conditional_urls.size(); ++i) check_condition(i);
  }

 private:
  std::string pointer(const Application& application, const char* key) const {
    if (agent_file_) return "/logout/agentProperties";
    return pointer_to("/logout/applications", application.name) + "/" + key;
  }

  // "" gives way to a named one, so that the two may have the same.
  void check_pair(const Application& first, const Application& second) const {
    if (first.name.empty() || second.name.empty()) return;
    if (!second.endpoint.empty() && first.endpoint == second.endpoint) {
      report_.error(pointer(second, "endpoint"),
                    {show(std::string_view(second.endpoint)) + ", which is also the endpoint of " +
                         show(std::string_view(first.name)),
                     "an endpoint of its own",
                     {},
                     false,
                     true});
    }
    if (!second.parameter.empty() && first.parameter == second.parameter) {
      report_.warning(
          pointer(second, "parameter"),
          {show(std::string_view(second.parameter)) + ", which is also the parameter of " +
               show(std::string_view(first.name)),
           "a parameter of its own",
           "it holds for requests of each one's destinations; elsewhere for \"\", or the first of them"});
    }
  }

  void check_page(const Application& application) const {
    if (!application.page.starts_with('/')) return;
    const std::string path = application.page.substr(0, application.page.find_first_of("?#"));
    for (const Application& other : logout_.applications) {
      if (other.endpoint.empty() || !path.ends_with(other.endpoint)) continue;
      report_.error(pointer(application, "page"),
                    {show(std::string_view(application.page)) + ", which ends with the endpoint " +
                         show(std::string_view(other.endpoint)),
                     "a page that is no endpoint",
                     {},
                     false,
                     true});
    }
    if (route_of(validation_.configuration, path) == nullptr) {
      report_.warning(pointer(application, "page"),
                      {show(std::string_view(application.page)) + ", which no route serves",
                       "a page that a route serves"});
    }
  }

  void check_goto(const Application& application) const {
    if (logout_.goto_parameter.empty() || application.parameter != logout_.goto_parameter) return;
    report_.error("/logout/gotoParameter",
                  {show(std::string_view(logout_.goto_parameter)) + ", which also logs out",
                   "a parameter of its own",
                   {},
                   false,
                   true});
  }

  void check_condition(std::size_t index) const {
    const std::string& when = logout_.conditional_urls[index].when;
    const auto slash = std::min(when.find('/'), when.size());
    const auto path = http::normalise_path(slash == when.size() ? "/" : when.substr(slash));
    const bool has_host = when.empty() || http::parse_host(when.substr(0, slash)).has_value();
    if (has_host && path && when.find_first_of("?#") == std::string::npos) return;
    const std::string place = agent_file_ ? std::string("/logout/agentProperties")
                                          : pointer_to("/logout/conditionalUrls", index) + "/when";
    report_.error(place, {"the condition " + show(std::string_view(when)),
                          "a host, or a host and a path, such as example.com/path",
                          when.find("://") == std::string::npos ? "" : "without the scheme", false, true});
  }

  const Validation& validation_;
  const Logout& logout_;
  const Report& report_;
  bool agent_file_ = false;
};

}  // namespace

void validate_applications(const Validation& validation) {
  ApplicationsCheck(validation).run();
}

}  // namespace router::config
