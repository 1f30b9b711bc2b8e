// The origins at which the bound identity providers are seen by browsers. Any thread.
#pragma once

#include <string>
#include <vector>

#include "identity/providers.h"

namespace router::logout {

std::vector<std::string> origins_of(const identity::Provider& provider);
std::vector<std::string> provider_origins(const identity::Providers& providers);

}  // namespace router::logout
