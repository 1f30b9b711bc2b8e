#include "login/parts.h"

#include <utility>

namespace router::login {

crypto::SealingSecrets sealing_secrets(const config::Environment& environment, const Ongoing& ongoing) {
  if (!environment.state_parameter_secret.empty()) return environment.state_parameter_secret;
  if (!environment.session_secret.empty()) return {environment.session_secret, environment.previous_session_secret};
  return ongoing.process_key;
}

void tell_over(const Parts& parts, std::vector<session::Snapshot> ended) {
  if (ended.empty()) return;
  parts.background.post([tell = parts.session_over, ended = std::move(ended)] { base::start_detached(tell(ended)); });
}

}  // namespace router::login
