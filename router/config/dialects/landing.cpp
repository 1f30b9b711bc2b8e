#include "config/dialects/landing.h"

#include <algorithm>
#include <array>

#include "config/dialects/dialect.h"
#include "config/dialects/pages.h"
#include "config/json_access.h"
#include "config/validate.h"
#include "http/target.h"

namespace router::config {
namespace {

void read_landing(const json& descriptor, const Report&, Configuration& configuration) {
  const json* section = object_member(descriptor, "logout");
  if (section == nullptr) return;
  LogoutLanding& landing = configuration.logout;
  landing.page = text_member(*section, "logoutPage").value_or("");
  landing.return_endpoint = text_member(*section, "returnEndpoint").value_or("");
  landing.trusted_urls = texts_member(*section, "trustedUrls");
  landing.goto_parameter = text_member(*section, "gotoParameter").value_or("");
}

// Where "/" leads: the welcome file, which may be elsewhere.
std::string welcome_path(const std::string& page) {
  const std::string path = page.substr(0, page.find_first_of("?#"));
  return path.starts_with('/') ? path : "/" + path;
}

void check_reachable(const Validation& validation, std::string path) {
  const std::string pointer = "/logout/logoutPage";
  const std::string& welcome = validation.configuration.welcome_file;
  if (path == "/" && !welcome.empty()) {
    if (http::is_absolute_http(welcome)) return;
    path = welcome_path(welcome);
  }
  const Route* route = route_of(validation.configuration, path);
  if (route == nullptr) {
    validation.report.warning(pointer,
                              {show(std::string_view(path)) + ", which no route serves", "a page that a route serves"});
  } else if (!route->is_public()) {
    const std::string which = route->added ? "the default route" : name_of_route(*route);
    validation.report.warning(
        pointer, {show(std::string_view(path)) + ", which " + which + " serves only after a login",
                  "a route with authenticationType none for it", "else the user is sent back into the login"});
  }
}

void check_trusted(const Validation& validation, std::size_t index) {
  const std::string& url = validation.configuration.logout.trusted_urls[index];
  std::string example = url;
  std::replace(example.begin(), example.end(), '*', 'x');
  const auto scheme = example.find("://");
  // A pattern may leave the port open: https://host:*/path
  const auto port = scheme == std::string::npos ? scheme : example.find(":x", scheme + 3);
  if (port != std::string::npos && port < example.find('/', scheme + 3)) example.replace(port, 2, ":1");
  if (http::is_absolute_http(example) && http::parse_url(example)) return;
  validation.report.error(pointer_to("/logout/trustedUrls", index),
                          unless_known(show(std::string_view(url)), "a pattern such as https://*.example.com/*"));
}

// An OpenID provider sends the browser to a registered URL only, and from a foreign one nobody sends it on.
void check_goto(const Validation& validation) {
  const LogoutLanding& landing = validation.configuration.logout;
  if (landing.goto_parameter.empty() || !landing.return_endpoint.empty() || !http::is_absolute_http(landing.page))
    return;
  const auto& providers = validation.configuration.providers;
  const bool exact = std::any_of(providers.begin(), providers.end(),
                                 [](const auto& provider) { return provider.kind == ProviderKind::oidc; });
  if (!exact) return;
  validation.report.warning(
      "/logout/gotoParameter",
      {"gotoParameter beside an absolute logoutPage, at an OpenID provider",
       "logout.returnEndpoint, from where the browser is sent on", "else it always ends at logoutPage"});
}

void validate_landing(const Validation& validation) {
  const LogoutLanding& landing = validation.configuration.logout;
  const auto path = check_landing_page(validation.report, "/logout/logoutPage", landing.page);
  if (path) check_reachable(validation, *path);
  for (std::size_t i = 0; i < landing.trusted_urls.size(); ++i) check_trusted(validation, i);
  check_goto(validation);
}

Endpoints landing_endpoints(const Configuration& configuration) {
  return {{"/logout/returnEndpoint", configuration.logout.return_endpoint}};
}

constexpr std::array kLandingSpelling = {
    SpellingRule{"/logout/logoutPage", page_as_meant},
    SpellingRule{"/logout/returnEndpoint", endpoint_as_meant},
};

}  // namespace

const Dialect kLogoutLanding = {read_landing, validate_landing, landing_endpoints, kLandingSpelling};

}  // namespace router::config
