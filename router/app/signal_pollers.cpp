#include "app/signal_pollers.h"

#include <utility>

namespace router::app {

void SignalPollers::use(const config::Signals& signals, const std::shared_ptr<identity::TokenIssuers>& issuers,
                        const identity::Parts& parts) {
  std::vector<config::SignalTransmitter> polled;
  for (const auto& transmitter : signals.transmitters) {
    if (transmitter.delivery == config::SignalDelivery::poll) polled.push_back(transmitter);
  }
  if (polled == polled_ && issuers == issuers_) return;
  stop();
  polled_ = std::move(polled);
  issuers_ = issuers;
  for (const auto& transmitter : polled_) {
    auto client = std::make_shared<identity::StreamClient>(transmitter, issuers_, parts);
    pollers_.push_back(std::make_shared<logout::SignalPoller>(
        std::move(client),
        logout::SignalPoller::Given{given_.loop, given_.clock, given_.shared, given_.states, given_.take,
                                    [this] { return std::uniform_real_distribution<double>(0, 1)(generator_); }}));
    pollers_.back()->start();
  }
}

void SignalPollers::stop() {
  for (const auto& poller : std::exchange(pollers_, {})) poller->stop();
}

}  // namespace router::app
