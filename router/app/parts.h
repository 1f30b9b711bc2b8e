// What outlives a reload: sessions, keys, the fan-out and its journal. Made once at start; what cannot change without
// a restart (store, outbox, limits) is read here, but for threads and port (app/router).
//
// Owner: Router. Constructed before the loops run, destroyed after they have stopped; start() and flush_then() on the
// background loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "app/call_loops.h"
#include "app/evidence.h"
#include "app/retirement.h"
#include "app/signal_pollers.h"
#include "app/state.h"
#include "backend/compressed_body.h"
#include "backend/kept_bodies.h"
#include "base/clock.h"
#include "config/model.h"
#include "identity/client_tokens.h"
#include "identity/destination_service.h"
#include "identity/providers.h"
#include "identity/token_issuer.h"
#include "login/ongoing.h"
#include "logout/fan_out.h"
#include "logout/receipt.h"
#include "logout/receipt_link.h"
#include "logout/return_states.h"
#include "net/asio_loop.h"
#include "pipeline/graph.h"
#include "session/address_limit.h"
#include "session/event_streams.h"
#include "session/expiry.h"
#include "session/live_connections.h"

namespace router::app {

// What a configuration is bound to outside, the same objects while its bindings stay the same, so that keys, tokens and
// destinations stay known.
struct Bound {
  std::shared_ptr<identity::Providers> providers;
  std::shared_ptr<identity::DestinationService> destination_service;  // null: none
  std::shared_ptr<identity::TokenIssuers> transmitters;
  std::shared_ptr<identity::TokenIssuers> revokers;
};

struct Parts {
  Parts(const config::Configuration& config, std::unique_ptr<State> state, net::AsioLoop& background_loop);

  void start();
  // Gives the fan-out and the revocations until `at_latest`, then calls `done`.
  void flush_then(base::SteadyTime at_latest, std::function<void()> done);
  // What the configuration binds; providers and destination service of before are retired where it binds others.
  // Background loop, or before the loops run.
  Bound bind(const config::Configuration& config);
  // The graph whose rules hold for what no request asked for. Background loop, or before the loops run.
  void use(std::shared_ptr<const pipeline::Graph> graph);
  // The store has ended these sessions: their back-ends hear of it.
  base::Task<void> sessions_over(std::vector<session::Snapshot> over);
  // Another replica has done this.
  base::Task<void> hear(session::News news);

  // Background loop.
  const identity::Providers& bound_providers() const { return *providers_; }

  identity::Parts for_identity(const config::Configuration& config) {
    return {call_loops.client(), background, clock, config.environment.reject_unauthorized};
  }
  pipeline::Parts for_requests() {
    return {clock, background, {sessions, live, streams}, &logout_tokens, client_tokens.get(), &look_ups};
  }

  const std::unique_ptr<State> state;  // outlives all that is below
  base::SystemClock clock;
  net::AsioLoop& background;
  CallLoops call_loops;

  // of the router itself at bound services; as verified (NODE_TLS_REJECT_UNAUTHORIZED) when it started
  std::shared_ptr<identity::ClientTokens> client_tokens;
  backend::CompressionSlots compression_slots;
  backend::KeptBodies kept_bodies;
  session::Store& sessions;  // of the state
  session::AddressLimit look_ups;
  session::LiveConnections live;
  session::EventStreams streams;
  logout::Receipts receipts;
  Evidence evidence;
  logout::ReceiptLinks receipt_links;
  logout::LogoutTokens logout_tokens;
  logout::SignalQueue signal_queue;
  logout::FanOut fan_out;
  logout::ReturnStates return_states;
  std::shared_ptr<session::Doors> doors;
  logout::Ongoing ongoing_logouts;
  login::Ongoing ongoing_logins;

 private:
  std::shared_ptr<identity::Providers> bind_providers(const config::Configuration& config);
  std::shared_ptr<identity::DestinationService> bind_destination_service(const config::Configuration& config);
  std::shared_ptr<identity::TokenIssuers> bind_issuers(std::vector<std::string> issuers,
                                                       identity::TokenIssuers::MetadataUrl metadata_url,
                                                       const config::Configuration& config,
                                                       std::shared_ptr<identity::TokenIssuers>& bound);

  base::Task<logout::TakenSignal> take_signal(std::string transmitter, std::string token);

  std::shared_ptr<const pipeline::Graph> graph_;
  std::unique_ptr<session::Expiry> expiry_;
  std::optional<config::DestinationService> destination_binding_;
  std::shared_ptr<identity::DestinationService> destination_service_;
  std::vector<config::IdentityProvider> bindings_;
  std::shared_ptr<identity::Providers> providers_;
  Retirement<identity::Providers> retired_providers_{background, clock};
  std::shared_ptr<identity::TokenIssuers> transmitters_;
  std::shared_ptr<identity::TokenIssuers> revokers_;
  bool is_started_ = false;
  SignalPollers signal_pollers_;
};

}  // namespace router::app
