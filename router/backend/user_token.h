// Whether a back-end is called with the user's access token. The one rule of requests, logout calls and explanations.
// Pure. Source: descriptor.md "Identity", "Destination (environment)".
#pragma once

#include "config/model.h"

namespace router::backend {

// Services always are; a destination with an Authorization of its own never.
inline bool takes_user_token(const config::Destination& destination) {
  return destination.authorization.empty() && (destination.forward_auth_token || destination.is_service);
}

}  // namespace router::backend
