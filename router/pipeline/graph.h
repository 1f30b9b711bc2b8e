// Everything that requests read, made from one configuration: routes, back-ends, rules. A reload makes a new one.
//
// Immutable and shared by all loops (shared_ptr); what changes - sessions, keys, the fan-out - lives in what
// Parts refers to, which all graphs share and which outlives them. Made by app/wiring.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/looked_up_destinations.h"
#include "backend/user_api.h"
#include "base/clock.h"
#include "base/loop.h"
#include "config/ip_ranges.h"
#include "config/model.h"
#include "login/service.h"
#include "logout/landing_pages.h"
#include "logout/service.h"
#include "routing/route_table.h"
#include "session/access.h"
#include "session/session_cookie.h"

namespace router::pipeline {

struct Parts {
  const base::Clock& clock;
  base::Loop& background;
  session::Access sessions;
};

struct Graph : std::enable_shared_from_this<Graph> {
  Graph(std::shared_ptr<const config::Configuration> with, Parts given)
      : config(std::move(with)),
        parts(given),
        routes(*config),
        landing_pages(*config),
        trusted_proxies(config->environment.trusted_proxies),
        session_cookie(*config) {}
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  std::shared_ptr<const config::Configuration> config;
  const Parts parts;
  routing::RouteTable routes;
  logout::LandingPages landing_pages;
  config::IpRanges trusted_proxies;
  session::SessionCookie session_cookie;
  // DESTINATION_HOST_PATTERN, nullptr if not set
  const base::Pattern* destination_host_pattern() const { return host_pattern ? &*host_pattern : nullptr; }
  std::optional<base::Pattern> host_pattern;
  std::optional<base::Pattern> tenant_pattern;  // TENANT_HOST_PATTERN
  std::unique_ptr<login::Service> login;
  std::unique_ptr<logout::Service> logout;
  // By name; services are apart, so that no request can name one as its destination ($1, *).
  std::map<std::string, std::unique_ptr<backend::Backend>, std::less<>> destinations;
  std::map<std::string, std::unique_ptr<backend::Backend>, std::less<>> services_by_key;
  // Where a destination service is bound, else null.
  std::unique_ptr<const backend::LookedUpDestinations> looked_up;
  backend::UserApi user_api;
  std::vector<std::unique_ptr<backend::Backend>> folders;  // localDir routes
  std::vector<backend::Backend*> by_route;  // by position in `routes`; nullptr: resolved by name, per request
};

}  // namespace router::pipeline
