// The bound connectivity service -> model::Connectivity, for the destinations that need it.
//
// Source: docs/contract/html5.md section 3.
#pragma once

#include <memory>
#include <vector>

#include "config/bindings.h"
#include "config/model.h"

namespace router::config {

// Null: none is bound.
std::shared_ptr<const Connectivity> read_connectivity(const std::vector<Binding>& bindings);

// Where proxyType is OnPremise: through the service.
void lead_on_premise(const std::shared_ptr<const Connectivity>& connectivity, Configuration& configuration);

}  // namespace router::config
