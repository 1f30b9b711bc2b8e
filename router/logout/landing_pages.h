// The configured pages at which a logout ends: none of them triggers a logout, and those of applications are
// public without a route saying so.
//
// Immutable; any thread; a look-up allocates nothing unless a page is an absolute URL. Source: 003;
// spec/logout.md section 2.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "config/model.h"

namespace router::logout {

class LandingPages {
 public:
  explicit LandingPages(const config::Logout& logout);

  // `path` normalised; `origin` of the router, as the browser sees it.
  bool contains(std::string_view path, std::string_view origin) const;
  bool contains(std::string_view path) const { return paths_.contains(path); }
  // Those of applications: `logoutPage` needs a route that is public.
  bool is_public(std::string_view path, std::string_view origin) const;

 private:
  using Texts = std::set<std::string, std::less<>>;
  static void add(const std::string& page, Texts& paths, Texts& urls);

  Texts paths_;
  Texts urls_;  // origin and path
  Texts public_paths_;
  Texts public_urls_;
};

}  // namespace router::logout
