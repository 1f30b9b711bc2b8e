// The configured pages at which a logout ends: none of them triggers a logout, and those of applications are
// public without a route saying so.
//
// A page that is an absolute URL is at another server, unless its host is configured as ours (ALLOWED_HOSTS): which
// host a client names decides nothing about logins. That it does not trigger a logout at our own address as the
// client sees it costs nobody anything.
// Immutable; any thread; a look-up allocates nothing unless a page is an absolute URL. Source: Java agents, "Logout";
// docs/contract/logout.md section 2.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"

namespace router::logout {

class LandingPages {
 public:
  // `allowed_hosts`: ours, empty if none is named.
  LandingPages(const config::Logout& logout, const std::vector<std::string>& allowed_hosts);
  explicit LandingPages(const config::Configuration& config)
      : LandingPages(config.logout, config.environment.allowed_hosts) {}

  // `path` normalised; `origin` of the router, as the browser sees it.
  bool contains(std::string_view path, std::string_view origin) const;
  bool contains(std::string_view path) const { return paths_.contains(path); }
  // Those of applications: `logoutPage` needs a route that is public.
  bool is_public(std::string_view path) const { return public_paths_.contains(path); }

 private:
  using Texts = std::set<std::string, std::less<>>;

  Texts paths_;
  Texts urls_;  // origin and path
  Texts public_paths_;
};

}  // namespace router::logout
