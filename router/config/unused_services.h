// What is wrong with a bound service is an error where something needs it, else a warning, and the service is
// left out.
//
// Pure. Source: docs/contract/descriptor.md "As people write them".
#pragma once

#include <vector>

#include "config/bindings.h"
#include "config/model.h"

namespace router::config {

// `of_services`: what reading the bindings found; goes over to `issues`. `configuration` has its routes
// already.
void settle_services(const Issues& of_services, const std::vector<Binding>& bindings, Configuration& configuration,
                     Issues& issues);

}  // namespace router::config
