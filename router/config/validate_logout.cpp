#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_environment.h"
#include "config/validate.h"
#include "http/origin.h"
#include "http/target.h"

namespace router::config {
namespace {

class LogoutCheck {
 public:
  explicit LogoutCheck(const Validation& validation)
      : validation_(validation),
        configuration_(validation.configuration),
        logout_(validation.configuration.logout),
        report_(validation.report) {
    const json* section = object_member(validation.descriptor, "logout");
    if (section != nullptr) agent_file_ = text_member(*section, "agentProperties").has_value();
  }

  void run() {
    check_csrf();
    check_page("/logout/logoutPage", logout_.page, false);
    for (const ApplicationLogout& application : logout_.applications) check_application(application);
    check_conditions();
    for (std::size_t i = 0; i < logout_.trusted_urls.size(); ++i) check_trusted(i);
    check_goto();
    check_skip_redirect();
  }

 private:
  void error(const std::string& pointer, std::string found, std::string expected,
             std::string hint = {}) const {
    report_.error(pointer, {std::move(found), std::move(expected), std::move(hint), false, true});
  }

  void check_csrf() const {
    const json* section = object_member(validation_.descriptor, "logout");
    if (section == nullptr || logout_.method == "POST" || member(*section, "csrfProtection") == nullptr)
      return;
    report_.error(
        "/logout/csrfProtection",
        {"csrfProtection with logoutMethod GET", "logoutMethod POST, or no csrfProtection", {}, true, true});
  }

  // Landing pages: a path of ours or an absolute URL. Those of applications are public by themselves.
  void check_page(const std::string& pointer, const std::string& page, bool is_public) const {
    if (page.empty()) return;
    if (!page.starts_with('/')) {
      if (!http::parse_url(page) || !http::is_absolute_http(page)) {
        error(pointer, show(std::string_view(page)), "a path that begins with /, or an absolute http(s) URL");
      } else {
        report_.info(pointer, {"the absolute URL " + show(std::string_view(page)), "",
                               "it is trusted, being configured"});
      }
      return;
    }
    const std::string path = page.substr(0, page.find_first_of("?#"));
    const auto normal = http::normalise_path(path);
    if (!normal || *normal != path) {
      error(pointer, show(std::string_view(page)), "a normalised path");
      return;
    }
    if (!is_public) check_reachable(pointer, path);
  }

  // Where "/" leads: the welcome file, which may be elsewhere.
  std::string welcome_path() const {
    const std::string& page = configuration_.welcome_file;
    const std::string path = page.substr(0, page.find_first_of("?#"));
    return path.starts_with('/') ? path : "/" + path;
  }

  void check_reachable(const std::string& pointer, std::string path) const {
    if (path == "/" && !configuration_.welcome_file.empty()) {
      if (http::is_absolute_http(configuration_.welcome_file)) return;
      path = welcome_path();
    }
    const Route* route = route_of(configuration_, path);
    if (route == nullptr) {
      report_.warning(
          pointer, {show(std::string_view(path)) + ", which no route serves", "a page that a route serves"});
    } else if (!route->is_public()) {
      const std::string which = route->added ? "the default route"
                                : route->plugin.empty()
                                    ? route_pointer(*route).substr(1)
                                    : "the plugin " + show(std::string_view(route->plugin));
      report_.warning(
          pointer,
          {show(std::string_view(path)) + ", which " + which + " serves only after a login",
           "a route with authenticationType none for it", "else the user is sent back into the login"});
    }
  }

  std::string application_pointer(const ApplicationLogout& application) const {
    return agent_file_ ? "/logout/agentProperties" : pointer_to("/logout/applications", application.name);
  }

  void check_application(const ApplicationLogout& application) const {
    const std::string pointer = application_pointer(application);
    const std::string name = application.name.empty()
                                 ? "the entry for all applications"
                                 : "application " + show(std::string_view(application.name));
    const auto at = [&](const char* key) { return agent_file_ ? pointer : pointer + "/" + key; };
    if (application.endpoint.empty() && application.parameter.empty() && application.page.empty()) {
      report_.warning(pointer, {name + " without endpoint, parameter and page", "one of them"});
    }
    if (!application.endpoint.empty()) {
      const auto normal = http::normalise_path(application.endpoint);
      if (!normal || *normal != application.endpoint || application.endpoint == "/" ||
          application.endpoint.find_first_of("?#") != std::string::npos) {
        error(at("endpoint"), show(std::string_view(application.endpoint)), "a normalised path other than /");
      }
    }
    check_page(at("page"), application.page, true);
    if (validation_.destination_service_bound()) return;
    for (const std::string& destination : application.destinations) {
      if (configuration_.destinations.contains(destination)) continue;
      error(pointer, name + " with the unknown destination " + show(std::string_view(destination)),
            "the name of a destination in the variable destinations", report_.hint_among(destination, configuration_.destinations));
    }
  }

  void check_conditions() const {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < logout_.conditional_urls.size(); ++i) {
      const ConditionalUrl& condition = logout_.conditional_urls[i];
      const std::string pointer =
          agent_file_ ? "/logout/agentProperties" : pointer_to("/logout/conditionalUrls", i);
      const std::string url_pointer = agent_file_ ? pointer : pointer + "/url";
      if (!seen.insert(condition.when).second) {
        report_.warning(pointer,
                        {"the condition " + show(std::string_view(condition.when)) + " a second time",
                         "each condition once", "the first one is taken"});
      }
      if (condition.url.starts_with('?')) continue;
      if (!http::is_absolute_http(condition.url) || !http::parse_url(condition.url)) {
        error(url_pointer, show(std::string_view(condition.url)),
              "parameters that begin with ?, or an absolute http(s) URL");
      } else {
        report_.info(url_pointer, {"the absolute URL " + show(std::string_view(condition.url)), "",
                                   "it is trusted, being configured"});
      }
    }
  }

  void check_trusted(std::size_t index) const {
    std::string example = logout_.trusted_urls[index];
    std::replace(example.begin(), example.end(), '*', 'x');
    const auto scheme = example.find("://");
    // A pattern may leave the port open: https://host:*/path
    const auto port = scheme == std::string::npos ? scheme : example.find(":x", scheme + 3);
    if (port != std::string::npos && port < example.find('/', scheme + 3)) example.replace(port, 2, ":1");
    if (http::is_absolute_http(example) && http::parse_url(example)) return;
    error(pointer_to("/logout/trustedUrls", index), show(std::string_view(logout_.trusted_urls[index])),
          "a pattern such as https://*.example.com/*");
  }

  void check_skip_redirect() const {
    const json* section = object_member(validation_.descriptor, "logout");
    if (section == nullptr) return;
    const auto origins = texts_member(*section, "skipRedirectOrigins");
    for (std::size_t i = 0; i < origins.size(); ++i) {
      if (origins[i] == "none") continue;
      const auto origin = http::parse_origin(origins[i]);
      if (origin && http::is_absolute_http(origins[i])) continue;
      error(pointer_to("/logout/skipRedirectOrigins", i), show(std::string_view(origins[i])),
            "an origin such as https://portal.example.com, or none");
    }
  }

  // An OpenID provider sends the browser to a registered URL only, and from a foreign one nobody sends it on.
  void check_goto() const {
    if (logout_.goto_parameter.empty() || !logout_.return_endpoint.empty() ||
        !http::is_absolute_http(logout_.page))
      return;
    const bool exact = std::any_of(configuration_.providers.begin(), configuration_.providers.end(),
                                   [](const auto& provider) { return provider.kind == ProviderKind::oidc; });
    if (!exact) return;
    report_.warning(
        "/logout/gotoParameter",
        {"gotoParameter beside an absolute logoutPage, at an OpenID provider",
         "logout.returnEndpoint, from where the browser is sent on", "else it always ends at logoutPage"});
  }

  const Validation& validation_;
  const Configuration& configuration_;
  const Logout& logout_;
  const Report& report_;
  bool agent_file_ = false;
};

}  // namespace

void validate_logout(const Validation& validation) {
  LogoutCheck(validation).run();
}

}  // namespace router::config
