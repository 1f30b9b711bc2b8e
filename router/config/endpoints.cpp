#include "config/endpoints.h"

#include "config/dialects/dialect.h"
#include "config/model.h"

namespace router::config {

Endpoints endpoints_of(const Configuration& configuration) {
  Endpoints endpoints = {{"/login/callbackEndpoint", configuration.callback_endpoint, true}};
  for (const Dialect* dialect : kDialects) {
    if (dialect->endpoints == nullptr) continue;
    for (auto& endpoint : dialect->endpoints(configuration)) endpoints.push_back(std::move(endpoint));
  }
  endpoints.push_back({"/pluginMetadataEndpoint", configuration.plugin_metadata_endpoint, true});
  endpoints.push_back({"/whitelistService/endpoint", configuration.whitelist_endpoint, true});
  return endpoints;
}

}  // namespace router::config
