// Signals from elsewhere that end sessions, and who is told of those that end here: the section `signals`. Its sources:
// logout/sources/signals.h and logout/sources/global_revocation.h, those that are polled: logout/signal_poller.h;
// docs/contract/signals.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "config/signal_events.h"

namespace router::config {

enum class SignalDelivery { push, poll };

struct SignalTransmitter {
  std::string issuer;
  std::string audience;                                      // that its tokens have to name
  base::Secret authorization;                                // what its requests, of polls ours, carry; empty: nothing
  std::map<std::string, SignalEffect, std::less<>> effects;  // by event, where another one was chosen

  SignalDelivery delivery = SignalDelivery::push;
  std::string client_id;  // at its authorization server, for what it is asked; empty: none
  base::Secret client_secret;

  SignalEffect effect_of(std::string_view event) const;
  friend bool operator==(const SignalTransmitter&, const SignalTransmitter&) = default;
};

// Who is told of every session that ends.
struct SignalSubscriber {
  std::string url;             // that is pushed to; empty: it polls
  std::string audience;        // which is its name, too
  base::Secret authorization;  // of pushes ours; of polls its

  bool polls() const { return url.empty(); }
};

struct GlobalRevocation {
  std::string endpoint;
  std::vector<std::string> issuers;
  std::string audience;  // absolute URL of the endpoint
};

struct Signals {
  std::string endpoint;  // of pushed ones, empty = none
  std::vector<SignalTransmitter> transmitters;
  std::vector<SignalSubscriber> subscribers;
  std::optional<GlobalRevocation> global_revocation;

  // nullptr: nobody of that name.
  const SignalTransmitter* find(std::string_view issuer) const;
  const SignalSubscriber* find_subscriber(std::string_view audience) const;
  bool has_pushing() const;  // a transmitter that pushes
};

// http or https, without query and fragment.
bool is_issuer_url(const std::string& issuer);

extern const struct Dialect kSignals;

}  // namespace router::config
