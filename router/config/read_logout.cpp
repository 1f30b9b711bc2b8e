#include "config/json_access.h"
#include "config/read_agent_properties.h"
#include "config/read_descriptor.h"
#include "http/origin.h"

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

CrossSiteLogout cross_site_of(const json& value) {
  const auto word = text_member(value, "crossSite");
  if (word == "allow") return CrossSiteLogout::allow;
  return word == "deny" ? CrossSiteLogout::deny : CrossSiteLogout::confirm;
}

// What is no origin is a fault, said by validate_logout.
void read_skip_redirect(const json& value, Logout& logout) {
  for (const std::string& text : texts_member(value, "skipRedirectOrigins")) {
    if (text == "none") logout.skip_redirect_without_referer = true;
    if (const auto origin = http::parse_origin(text))
      logout.skip_redirect_origins.push_back(origin->origin());
  }
}

void read_agent_style(const json& value, const Report& report, const std::string& directory, Logout& logout) {
  if (const json* applications = object_member(value, "applications")) {
    for (const auto& [name, entry] : applications->items()) {
      logout.applications.push_back(read_application(name, entry));
    }
  }
  if (const json* conditions = array_member(value, "conditionalUrls")) {
    for (const json& condition : *conditions) {
      logout.conditional_urls.push_back(
          {text_member(condition, "when").value_or(""), text_member(condition, "url").value_or("")});
    }
  }
  logout.parameter_match_contains = text_member(value, "parameterMatch") == "contains";
  logout.inspect_body = flag_member(value, "inspectBody", false);
  logout.always_invalidate = flag_member(value, "alwaysInvalidate", true);
  logout.goto_parameter = text_member(value, "gotoParameter").value_or("");
  if (const auto file = text_member(value, "agentProperties")) {
    read_agent_properties(directory, *file, report, logout);
  }
}

}  // namespace

Logout read_logout(const json& value, const Report& report, const std::string& directory) {
  Logout logout;
  logout.endpoint = text_member(value, "logoutEndpoint").value_or("");
  logout.page = text_member(value, "logoutPage").value_or("");
  logout.method = text_member(value, "logoutMethod").value_or("GET");
  logout.csrf_protection = logout.method == "POST" && flag_member(value, "csrfProtection", true);
  logout.back_channel_endpoint = text_member(value, "backChannelLogoutEndpoint").value_or("");
  logout.front_channel_endpoint = text_member(value, "frontChannelLogoutEndpoint").value_or("");
  logout.return_endpoint = text_member(value, "returnEndpoint").value_or("");
  if (member(value, "revokeTokens") != nullptr)
    logout.revoke_tokens = flag_member(value, "revokeTokens", true);
  logout.revoke_after = seconds(integer_member(value, "revokeAfter").value_or(60));
  logout.longest_hint = static_cast<std::size_t>(integer_member(value, "longestHint").value_or(2000));
  logout.posts_to_provider = text_member(value, "providerMethod") == "POST";
  logout.clear_site_data = texts_member(value, "clearSiteData");
  logout.cross_site = cross_site_of(value);
  read_skip_redirect(value, logout);
  logout.trusted_urls = texts_member(value, "trustedUrls");
  read_agent_style(value, report, directory, logout);
  return logout;
}

Am read_am(const json& value) {
  Am am;
  am.cookie_name = text_member(value, "cookieName").value_or(am.cookie_name);
  am.realm = text_member(value, "realm").value_or(am.realm);
  am.context_path = text_member(value, "contextPath").value_or("");
  am.success_url = text_member(value, "successUrl").value_or(am.success_url);
  am.post_logout_redirect_uris = texts_member(value, "postLogoutRedirectUris");
  const json* journeys = object_member(value, "journeys");
  if (journeys == nullptr) return am;
  for (const auto& [name, entry] : journeys->items()) {
    Journey& journey = am.journeys[name];
    journey.no_session = flag_member(entry, "noSession", false);
    const json* details = object_member(entry, "logoutDetails");
    if (details == nullptr) continue;
    for (const auto& [key, text] : details->items()) {
      if (text.is_string()) journey.logout_details[key] = text.get<std::string>();
    }
  }
  return am;
}

HostedLogin read_hosted_login(const json& value) {
  HostedLogin hosted;
  hosted.customer_id = text_member(value, "customerId").value_or("");
  const json* clients = object_member(value, "clients");
  if (clients == nullptr) return hosted;
  for (const auto& [id, entry] : clients->items()) {
    HostedLoginClient& client = hosted.clients[id];
    client.redirect_uris = texts_member(entry, "redirectUris");
    client.secret = Secret(text_member(entry, "secret").value_or(""));
  }
  return hosted;
}

}  // namespace router::config
