// Where the browser ends after a logout: logoutPage, returnEndpoint, trustedUrls and gotoParameter of
// `logout`. Its source: logout/sources/landing.h; docs/contract/logout.md section 1.
#pragma once

#include <string>
#include <vector>

namespace router::config {

struct LogoutLanding {
  std::string page;  // path or absolute URL; empty = built-in page
  std::string return_endpoint;
  std::vector<std::string> trusted_urls;
  std::string goto_parameter;
};

extern const struct Dialect kLogoutLanding;

}  // namespace router::config
