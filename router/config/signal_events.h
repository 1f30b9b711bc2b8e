// The security events that the router knows, and what each does to the sessions that it is about: THE list.
//
// Known: CAEP 1.0, RISC 1.0 and SSF 1.0, all of each. Which of them may do something else is in
// the schema. Pure; any thread. Source: OpenID CAEP 1.0 section 3; OpenID RISC Profile 1.0 section 2; OpenID Shared
// Signals Framework 1.0 section 8.1; docs/contract/signals.md "In".
#pragma once

#include <span>
#include <string_view>

namespace router::config {

// From the mildest to the strictest: of several events in one token the strictest holds.
enum class SignalEffect {
  ignore,
  refresh,         // the session's tokens are renewed with its next request
  reauthenticate,  // its next navigation goes to the identity provider, who has to ask again
  end
};
std::string_view to_string(SignalEffect effect);

struct SignalEvent {
  std::string_view name;  // the last segment of its URI; what the descriptor calls it
  std::string_view uri;
  SignalEffect effect = SignalEffect::ignore;  // unless the operator says another one
};

std::span<const SignalEvent> signal_events();
// Null: nobody knows it.
const SignalEvent* find_signal_event(std::string_view uri);

}  // namespace router::config
