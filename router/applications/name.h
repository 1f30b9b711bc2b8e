// Which application of the HTML5 repository a path asks for: what its first segment says.
//
//   /app/x, /app-1.0.0/x                an application, in its default version or in that one
//   /com_sap_biz.app/x                  of the bound service whose sap.cloud.service is com.sap.biz, without its dots
//   /<guid>.own.app/x                   of OWN_SAP_CLOUD_SERVICE
//   /app/~20260101~/x                   with a cache buster, which is no part of the path
//
// Everything else is the central descriptor's. Pure; any thread. Source: docs/contract/html5.md section 1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/model.h"
#include "http/external.h"

namespace router::applications {

struct Name {
  std::string segment;   // as the path has it
  std::string name;      // with its version, as the repository knows it: "app-1.0.0"
  std::string host_ids;  // app_host_id of the service that the prefix stands for; empty: none is sent
};

// `path`: normalised.
std::optional<Name> name_of(std::string_view path, const config::Repository& repository);

// The subdomain of the subaccount whose applications a request is for: the one that its host names; without
// TENANT_HOST_PATTERN that of the binding. Empty: a host that names nobody, which is given the provider's own.
std::string tenant_of(const http::External& external, const config::Configuration& config);

// What is behind an application's segment: begins with "/".
struct Inside {
  std::string path;
  bool has_cache_buster = false;
};
Inside path_inside(std::string_view path, const Name& name);

}  // namespace router::applications
