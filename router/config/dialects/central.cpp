#include "config/dialects/central.h"

#include <array>

#include "config/dialects/dialect.h"
#include "config/json_access.h"
#include "config/validate.h"
#include "http/origin.h"

namespace router::config {
namespace {

void read_central(const json& descriptor, const Report&, Configuration& configuration) {
  const json* section = object_member(descriptor, "logout");
  if (section == nullptr) return;
  CentralLogout& central = configuration.logout;
  central.endpoint = text_member(*section, "logoutEndpoint").value_or("");
  central.method = text_member(*section, "logoutMethod").value_or("GET");
  central.csrf_protection = central.method == "POST" && flag_member(*section, "csrfProtection", true);
  for (const std::string& text : texts_member(*section, "skipRedirectOrigins")) {
    if (text == "none") central.skip_redirect_without_referer = true;
    if (const auto origin = http::parse_origin(text)) central.skip_redirect_origins.push_back(origin->origin());
  }
}

void check_csrf(const Validation& validation, const json& section) {
  if (validation.configuration.logout.method == "POST" || member(section, "csrfProtection") == nullptr) return;
  validation.report.error(
      "/logout/csrfProtection",
      {"csrfProtection with logoutMethod GET", "logoutMethod POST, or no csrfProtection", {}, true, true});
}

void check_skip_redirect(const Validation& validation, const json& section) {
  const auto origins = texts_member(section, "skipRedirectOrigins");
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins[i] == "none") continue;
    const auto origin = http::parse_origin(origins[i]);
    if (origin && http::is_absolute_http(origins[i])) continue;
    validation.report.error(
        pointer_to("/logout/skipRedirectOrigins", i),
        unless_known(show(std::string_view(origins[i])), "an origin such as https://portal.example.com, or none"));
  }
}

void validate_central(const Validation& validation) {
  const json* section = object_member(validation.descriptor, "logout");
  if (section == nullptr) return;
  check_csrf(validation, *section);
  check_skip_redirect(validation, *section);
}

Endpoints central_endpoints(const Configuration& configuration) {
  return {{"/logout/logoutEndpoint", configuration.logout.endpoint, true}};
}

constexpr std::array kCentralSpelling = {SpellingRule{"/logout/logoutEndpoint", endpoint_as_meant}};

}  // namespace

const Dialect kCentralLogout = {read_central, validate_central, central_endpoints, kCentralSpelling};

}  // namespace router::config
