// The bound connectivity service: the proxy that leads to what a Cloud Connector makes reachable. Part of
// config/model.h.
#pragma once

#include <cstdint>
#include <string>

#include "config/model/provider.h"

namespace router::config {

struct Connectivity {
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
  IdentityProvider client;  // how its tokens are fetched; of kind xsuaa

  friend bool operator==(const Connectivity&, const Connectivity&) = default;
};

inline bool operator==(const DestinationService& a, const DestinationService& b) {
  const bool same_way =
      a.connectivity && b.connectivity ? *a.connectivity == *b.connectivity : a.connectivity == b.connectivity;
  return same_way && a.uri == b.uri && a.timeout == b.timeout && a.client == b.client;
}

}  // namespace router::config
