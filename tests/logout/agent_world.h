// The documented configuration (Java agents, "Logout") in a world with three back-ends: bank, mail, and loans, which is
// the bank's too.
#pragma once

#include "logout/world.h"
#include "support/routes.h"

namespace router::test {

inline config::Route route_to(const std::string& destination) {
  auto route = make_route("^/" + destination + "/(.*)$");
  route.leads_to = config::ToDestination{destination};
  route.authentication = config::AuthenticationType::oidc;
  route.provider = "idp";
  return route;
}

class AgentWorld : public World {
 public:
  AgentWorld() {
    config.logout.endpoint = "/my/logout";
    config.logout.page = "/logoff.html";
    config.logout.applications = {
        {"", "/agentapp/log-me-out", "logout", "/agentapp/goodbye.html", {}},
        {"bank", "/bank/log-me-out", "log-out", "/banking-app/logout-page.html", {"bank", "loans"}}};
    for (const char* name : {"bank", "loans", "mail"}) {
      config.destinations[name] = make_destination(name);
      config.routes.push_back(route_to(name));
    }
    bind(config::ProviderKind::oidc);
  }

  // A session that every back-end has given a cookie.
  session::Snapshot sign_in(std::string user = "ada") {
    auto made = make_session(std::move(user));
    for (const char* name : {"bank", "loans", "mail"})
      made.backend_cookies.push_back({name, "C", base::Secret(std::string(name)), "/", false});
    return log_in(std::move(made));
  }

  // What became of it: "signed in", "left bank", "over".
  std::string state_of(const session::Snapshot& session) {
    const auto found = find(session->id);
    if (!found) return "over";
    return found->ended_applications.empty() ? "signed in" : "left " + found->ended_applications.front();
  }
  // The back-ends that were told, in alphabetical order.
  std::string told() {
    loop.run_ready();
    std::string names;
    for (const char* name : {"bank", "loans", "mail"}) {
      const auto calls = client.count(std::string(name) + ".example");
      for (std::size_t i = 0; i < calls; ++i) names += (names.empty() ? "" : " ") + std::string(name);
    }
    return names;
  }
};

// The session's way over the provider, without parameters that differ from one time to the next.
inline bool goes_over_provider(const std::string& location, const std::string& page) {
  return location.starts_with("https://idp.example/logout?") &&
         location.find("post_logout_redirect_uri=" + base::percent_encode("https://app.example" + page)) !=
             std::string::npos;
}

}  // namespace router::test
