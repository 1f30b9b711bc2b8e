#include "login/callback_parameters.h"

#include "http/query.h"

namespace router::login {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

Result<CallbackParameters> read_callback_parameters(std::string_view query) {
  CallbackParameters parameters;
  std::optional<std::string> description;
  const std::pair<std::string_view, std::optional<std::string>*> known[] = {
      {"state", &parameters.state}, {"code", &parameters.code},          {"iss", &parameters.iss},
      {"error", &parameters.error}, {"error_description", &description},
  };
  for (auto& parameter : http::parse_query(query)) {
    for (const auto& [name, place] : known) {
      if (parameter.name != name) continue;
      if (*place)
        return Error{ErrorCode::bad_request, Side::client, "callback with two values for " + std::string(name)};
      *place = parameter.value.value_or("");
    }
  }
  parameters.error_description = description.value_or("");
  return parameters;
}

Error provider_error(const CallbackParameters& parameters) {
  const auto& error = *parameters.error;
  const std::string detail = "the provider answered " + error + ": " + parameters.error_description;
  if (error == "access_denied") return Error{ErrorCode::forbidden, Side::identity_provider, detail};
  if (error == "server_error" || error == "temporarily_unavailable") {
    return Error{ErrorCode::unavailable, Side::identity_provider, detail, true};
  }
  return Error{ErrorCode::unauthenticated, Side::identity_provider, detail};
}

}  // namespace router::login
