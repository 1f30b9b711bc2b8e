// Logout, in all its dialects. Part of config/model.h.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace router::config {

using base::seconds;
using base::Secret;

enum class CrossSiteLogout { confirm, allow, deny };

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

struct Logout {
  std::string endpoint;  // empty = none
  std::string page;      // path or absolute URL; empty = built-in page
  std::string method = "GET";
  bool csrf_protection = false;  // true only with POST
  std::string back_channel_endpoint;
  std::string front_channel_endpoint;
  std::string return_endpoint;
  std::optional<bool> revoke_tokens;  // absent: where the provider advertises it
  seconds revoke_after{60};
  std::size_t longest_hint = 2000;  // bytes of a URL with an id_token_hint; longer ones go without
  bool posts_to_provider = false;   // providerMethod: POST
  std::vector<std::string> clear_site_data;
  CrossSiteLogout cross_site = CrossSiteLogout::confirm;
  std::vector<std::string> skip_redirect_origins;  // whose frames may sign out with skip-redirect; normalised
  bool skip_redirect_without_referer = false;      // "none" among them: frames that do not say whose they are
  std::vector<std::string> trusted_urls;
  // agent-style logout
  std::vector<ApplicationLogout> applications;
  bool parameter_match_contains = false;
  bool inspect_body = false;
  std::vector<ConditionalUrl> conditional_urls;
  bool always_invalidate = true;
  std::string goto_parameter;
};

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

struct HostedLoginClient {
  std::vector<std::string> redirect_uris;
  Secret secret;
};

struct HostedLogin {  // hosted-login logout
  std::string customer_id;
  std::map<std::string, HostedLoginClient> clients;
};

}  // namespace router::config
