// Logins and logouts by REST, and endSession: the section `am`. Its sources: logout/sources/rest.h and
// logout/sources/end_session.h; docs/contract/logout.md section 3.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace router::config {

struct Journey {
  std::map<std::string, std::string> logout_details;
  bool no_session = false;
};

struct Am {  // REST logout with details
  std::string cookie_name = "iPlanetDirectoryPro";
  std::string realm = "/";
  std::string context_path;
  std::string success_url = "/";
  std::vector<std::string> post_logout_redirect_uris;
  std::map<std::string, Journey> journeys;
};

extern const struct Dialect kAm;

}  // namespace router::config
