// Whose certificate and key this router shows to destinations with forwardAuthCertificates: the first bound
// service that has some. Source: docs/contract/descriptor.md "Destination".
#pragma once

#include <algorithm>

#include "config/model.h"

namespace router::config {

// Null: no bound service has a certificate.
inline const IdentityProvider* certified_provider(const Configuration& configuration) {
  const auto& providers = configuration.providers;
  const auto found = std::find_if(providers.begin(), providers.end(), [](const IdentityProvider& provider) {
    return !provider.client_certificate.empty();
  });
  return found == providers.end() ? nullptr : &*found;
}

}  // namespace router::config
