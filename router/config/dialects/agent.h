// Logout by URL or parameter, as Java agents have it: applications, conditionalUrls, parameterMatch,
// inspectBody, alwaysInvalidate and agentProperties of `logout`. Its source: logout/sources/agent.h;
// docs/contract/logout.md section 2.
#pragma once

#include <string>
#include <vector>

namespace router::config {

struct ApplicationLogout {
  std::string name;  // "" = all applications
  std::string endpoint;
  std::string parameter;
  std::string page;
  std::vector<std::string> destinations;
};

struct ConditionalUrl {
  std::string when;
  std::string url;
};

struct AgentLogout {
  std::vector<ApplicationLogout> applications;
  bool parameter_match_contains = false;
  bool inspect_body = false;
  std::vector<ConditionalUrl> conditional_urls;
  bool always_invalidate = true;
};

extern const struct Dialect kAgentLogout;

}  // namespace router::config
