// Signals from elsewhere that end sessions: the section `signals`. Its sources: logout/sources/signals.h and
// logout/sources/global_revocation.h; docs/contract/signals.md "In".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "config/signal_events.h"

namespace router::config {

struct SignalTransmitter {
  std::string issuer;
  std::string audience;                                      // that its tokens have to name
  base::Secret authorization;                                // what its requests have to carry; empty: nothing
  std::map<std::string, SignalEffect, std::less<>> effects;  // by event, where another one was chosen

  SignalEffect effect_of(std::string_view event) const;
};

struct GlobalRevocation {
  std::string endpoint;
  std::vector<std::string> issuers;
  std::string audience;  // absolute URL of the endpoint
};

struct Signals {
  std::string endpoint;  // of pushed ones, empty = none
  std::vector<SignalTransmitter> transmitters;
  std::optional<GlobalRevocation> global_revocation;

  // nullptr: nobody of that name.
  const SignalTransmitter* find(std::string_view issuer) const;
};

extern const struct Dialect kSignals;

}  // namespace router::config
