// Everything that requests read, made from one configuration: routes, back-ends, rules. A reload makes a new one.
//
// Immutable and shared by all loops (shared_ptr); what changes - sessions, keys, the fan-out - lives in what
// Parts refers to, which all graphs share and which outlives them. Made by app/wiring.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "applications/catalogue.h"
#include "backend/route_set.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/pattern.h"
#include "config/endpoints.h"
#include "config/ip_ranges.h"
#include "config/model.h"
#include "identity/client_tokens.h"
#include "login/service.h"
#include "logout/landing_pages.h"
#include "logout/service.h"
#include "pipeline/request_metrics.h"
#include "session/access.h"
#include "session/address_limit.h"
#include "session/session_cookie.h"

namespace router::pipeline {

struct Parts {
  const base::Clock& clock;
  base::Loop& background;
  session::Access sessions;
  const logout::LogoutTokens* logout_tokens = nullptr;  // null: there are none
  identity::ClientTokens* client_tokens = nullptr;      // null: there are none
  session::AddressLimit* look_ups = nullptr;            // of names that clients choose; null: no limit
};

struct Graph : std::enable_shared_from_this<Graph> {
  Graph(std::shared_ptr<const config::Configuration> with, Parts given)
      : config(std::move(with)),
        parts(given),
        routes(std::make_shared<const backend::RouteSet>(config)),
        landing_pages(*config),
        trusted_proxies(config->environment.trusted_proxies),
        tenant_pattern(base::Pattern::checked(config->environment.tenant_host_pattern)),
        session_cookie(*config),
        metrics(*config) {
    for (auto& endpoint : config::endpoints_of(*config)) own_endpoints.insert(std::move(endpoint.path));
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  std::shared_ptr<const config::Configuration> config;
  const Parts parts;
  std::shared_ptr<const backend::RouteSet> routes;        // of the descriptor; wiring gives it its back-ends
  std::shared_ptr<applications::Catalogue> applications;  // null: no HTML5 repository is bound
  std::set<std::string, std::less<>> own_endpoints;       // paths of the router's own, no application's
  logout::LandingPages landing_pages;
  config::IpRanges trusted_proxies;
  std::optional<base::Pattern> tenant_pattern;  // TENANT_HOST_PATTERN
  session::SessionCookie session_cookie;
  RequestMetrics metrics;
  std::unique_ptr<login::Service> login;
  std::unique_ptr<logout::Service> logout;
};

}  // namespace router::pipeline
