// The back-ends that routes share, by the names that a configuration has for them.
//
// Made by app/wiring from one configuration, which it keeps; const from then on. Shared by the sets of routes
// that lead to them (backend/route_set): an application's set has the same ones as the descriptor's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "backend/looked_up_destinations.h"
#include "config/model.h"

namespace router::backend {

struct BackEnds {
  using ByKey = std::map<std::string, std::unique_ptr<Backend>, std::less<>>;

  // First: what follows refers to it.
  std::shared_ptr<const config::Configuration> config;
  // Services are apart, so that no request can name one as its destination ($1, *).
  ByKey destinations;  // by name
  ByKey services;      // by config::ToService::key()
  // Where a destination service is bound, else null.
  std::unique_ptr<const LookedUpDestinations> looked_up;
};

}  // namespace router::backend
