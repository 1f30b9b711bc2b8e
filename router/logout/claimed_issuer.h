// Who says to have issued a token, before anything about it is believed: only to choose whose keys it is
// checked with. Pure.
#pragma once

#include <string_view>

#include "identity/providers.h"

namespace router::logout {

// The provider that `token` has to be verified by; nullptr if it is none of ours.
identity::Provider* provider_of_token(const identity::Providers& providers, std::string_view token);

}  // namespace router::logout
