// Central logout, as in the Node application router: logoutEndpoint, logoutMethod, csrfProtection and
// skipRedirectOrigins of `logout`. Its source: logout/sources/central.h; docs/contract/logout.md section 1.
#pragma once

#include <string>
#include <vector>

namespace router::config {

struct CentralLogout {
  std::string endpoint;  // empty = none
  std::string method = "GET";
  bool csrf_protection = false;                    // true only with POST
  std::vector<std::string> skip_redirect_origins;  // whose frames may sign out with skip-redirect; normalised
  bool skip_redirect_without_referer = false;      // "none" among them: frames that do not say whose they are
};

extern const struct Dialect kCentralLogout;

}  // namespace router::config
