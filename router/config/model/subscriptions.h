// The callbacks of a bound saas-registry, by which tenants subscribe. Part of config/model.h.
#pragma once

#include <string>
#include <string_view>

namespace router::config {

struct Subscriptions {
  std::string dependencies_path;  // empty: it is not for this application
  // Around the tenant's id, which is one segment; both empty: it is not for this application.
  std::string before_tenant;
  std::string after_tenant;
  std::string dependencies;  // JSON
  std::string provider;      // the bound xsuaa whose tokens are taken
  std::string scope;         // that they need
};

}  // namespace router::config
