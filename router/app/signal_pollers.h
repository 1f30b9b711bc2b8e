// Who fetches the tokens of the transmitters that are polled: one poller each, anew where a reload changes anything of
// them.
//
// Owner: Parts. Background loop. Source: docs/contract/signals.md "In".
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "config/dialects/signals.h"
#include "identity/token_issuer.h"
#include "logout/signal_poller.h"

namespace router::app {

class SignalPollers {
 public:
  struct Given {
    base::Loop& loop;
    const base::Clock& clock;
    session::SharedState& shared;
    logout::SignalStates& states;
    logout::TakeSignal take;
  };
  explicit SignalPollers(Given given) : given_(std::move(given)) {}

  void use(const config::Signals& signals, const std::shared_ptr<identity::TokenIssuers>& issuers,
           const identity::Parts& parts);
  void stop();

 private:
  Given given_;
  std::vector<config::SignalTransmitter> polled_;
  std::shared_ptr<identity::TokenIssuers> issuers_;
  std::vector<std::shared_ptr<logout::SignalPoller>> pollers_;
  std::minstd_rand generator_{std::random_device()()};
};

}  // namespace router::app
