// The parameters of an authorization response. Pure. Source: RFC 6749 sections 4.1.2 and 3.1 (none may come
// twice).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace router::login {

struct CallbackParameters {
  std::optional<std::string> state;
  std::optional<std::string> code;
  std::optional<std::string> iss;
  std::optional<std::string> error;
  std::string error_description;  // hostile: for the log only
};

// bad_request: one of them comes twice.
base::Result<CallbackParameters> read_callback_parameters(std::string_view query);

// What the provider's `error` means for the user: forbidden (access_denied), unavailable, or unauthenticated.
base::Error provider_error(const CallbackParameters& parameters);

}  // namespace router::login
