#include "app/parts.h"

#include <algorithm>

#include "app/logout_metrics.h"
#include "base/guarded.h"
#include "base/log.h"
#include "config/chosen_destinations.h"
#include "identity/metadata.h"

namespace router::app {

using base::milliseconds;

namespace {

constexpr milliseconds kShortestFlush{1'000};
// Of that, for the tokens that nobody needs any more then.
constexpr milliseconds kForRevocations{500};

logout::FanOutOptions fan_out_options(const config::Environment& environment) {
  logout::FanOutOptions options;
  options.concurrency = environment.logout_fanout_concurrency;
  options.give_up_after = environment.logout_give_up_after;
  return options;
}

session::DoorLimits door_limits(const config::Limits& limits) {
  return {limits.logins_per_address, limits.failed_logins_per_address, limits.failed_logins};
}

base::Task<void> drain_then(logout::FanOut& fan_out, logout::Revocations& revocations, Evidence& evidence,
                            milliseconds at_most, std::function<void()> done) {
  // whatever happens, the router stops
  auto telling = base::guarded(fan_out.drain(at_most - kForRevocations));
  const auto told = co_await telling;
  if (!told) base::log_error("stop.flush", {{"detail", told.error().detail}});
  auto revoking = base::guarded(revocations.drain(kForRevocations));
  const auto revoked = co_await revoking;
  if (!revoked) base::log_error("stop.flush", {{"detail", revoked.error().detail}});
  // what is not told yet is evidence, too
  auto finishing = base::guarded(evidence.finish());
  const auto finished = co_await finishing;
  if (!finished) base::log_error("stop.flush", {{"detail", finished.error().detail}});
  done();
}

}  // namespace

Parts::Parts(const config::Configuration& config, std::unique_ptr<State> given, net::AsioLoop& background_loop)
    : state(std::move(given)),
      background(background_loop),
      call_loops(background, config.environment, clock),
      client_tokens(std::make_shared<identity::ClientTokens>(for_identity(config))),
      sessions(*state->sessions),
      look_ups(config.environment.limits.look_ups_per_address),
      receipts(clock),
      evidence(*state, config.environment, receipts),
      receipt_links({config.environment.session_secret, config.environment.previous_session_secret}, clock, receipts,
                    evidence.book.get()),
      logout_tokens({config.environment.signing_key, config.environment.previous_signing_key},
                    {config.environment.session_secret, config.environment.previous_session_secret},
                    config.environment.signals_issuer, clock),
      signal_queue(background, sessions.shared()),
      fan_out(call_loops.client(), background, clock, *state->outbox, receipts, fan_out_options(config.environment)),
      return_states({config.environment.session_secret, config.environment.previous_session_secret}, clock,
                    sessions.shared()),
      doors(std::make_shared<session::Doors>(door_limits(config.environment.limits), &sessions.shared())),
      ongoing_logouts(background, receipts, *state->outbox, doors),
      ongoing_logins(doors, config.environment.limits.failed_callbacks_per_address),
      signal_pollers_({background, clock, sessions.shared(), ongoing_logouts.signal_states,
                       [this](std::string transmitter, std::string token) {
                         return take_signal(std::move(transmitter), std::move(token));
                       }}) {
  receipts.on_complete([this](const logout::Receipt& receipt) { count_logout(receipt, clock.steady()); });
  sessions.on_news([this](session::News news) {
    background.post([this, news = std::move(news)] { base::start_detached(hear(news)); });
  });
}

void Parts::start() {
  state->start();
  fan_out.use_logout_tokens(logout_tokens);
  fan_out.use_signal_queue(signal_queue);
  fan_out.use_targets(
      [this](const std::string& name, const std::string& tenant) { return graph_->logout->find_target(name, tenant); });
  fan_out.use_client_tokens(client_tokens);
  fan_out.use_tokens([this](std::vector<logout::CallPtr> tokens) {
    return ongoing_logouts.revocations.take_over(std::move(tokens), providers_, graph_->config->logout.revoke_after);
  });
  fan_out.start();
  evidence.start(background, call_loops.signer());
  providers_->start();
  expiry_ = std::make_unique<session::Expiry>(
      sessions, background, [this](std::vector<session::Snapshot> over) { return sessions_over(std::move(over)); });
  expiry_->start();
  is_started_ = true;
  signal_pollers_.use(graph_->config->signals, transmitters_, for_identity(*graph_->config));
}

void Parts::use(std::shared_ptr<const pipeline::Graph> graph) {
  graph_ = std::move(graph);
  if (is_started_) signal_pollers_.use(graph_->config->signals, transmitters_, for_identity(*graph_->config));
}

base::Task<logout::TakenSignal> Parts::take_signal(std::string transmitter, std::string token) {
  const auto in_force = graph_;
  auto taking = in_force->logout->take_signal(std::move(transmitter), std::move(token));
  auto taken = co_await taking;
  co_return taken;
}

base::Task<void> Parts::hear(session::News news) {
  const auto in_force = graph_;
  co_await in_force->logout->hear(std::move(news));
}

base::Task<void> Parts::sessions_over(std::vector<session::Snapshot> over) {
  const auto in_force = graph_;  // a reload must not pull it away
  co_await in_force->logout->session_timed_out(std::move(over));
}

void Parts::flush_then(base::SteadyTime at_latest, std::function<void()> done) {
  if (expiry_) expiry_->stop();
  signal_pollers_.stop();
  const auto left = std::chrono::duration_cast<milliseconds>(at_latest - clock.steady());
  base::start_detached(
      drain_then(fan_out, ongoing_logouts.revocations, evidence, std::max(left, kShortestFlush), std::move(done)));
}

Bound Parts::bind(const config::Configuration& config) {
  const auto& signals = config.signals;
  std::vector<std::string> transmitters;
  for (const auto& transmitter : signals.transmitters) transmitters.push_back(transmitter.issuer);
  auto revokers = signals.global_revocation ? signals.global_revocation->issuers : std::vector<std::string>();
  return {bind_providers(config), bind_destination_service(config),
          bind_issuers(std::move(transmitters), identity::transmitter_url, config, transmitters_),
          bind_issuers(std::move(revokers), identity::discovery_url, config, revokers_)};
}

// Whoever still uses those of before keeps them alive.
std::shared_ptr<identity::TokenIssuers> Parts::bind_issuers(std::vector<std::string> issuers,
                                                            identity::TokenIssuers::MetadataUrl metadata_url,
                                                            const config::Configuration& config,
                                                            std::shared_ptr<identity::TokenIssuers>& bound) {
  if (!bound || !bound->are(issuers))
    bound = std::make_shared<identity::TokenIssuers>(issuers, metadata_url, for_identity(config));
  return bound;
}

std::shared_ptr<identity::Providers> Parts::bind_providers(const config::Configuration& config) {
  if (providers_ && bindings_ == config.providers) return providers_;
  if (providers_) retired_providers_.add(std::move(providers_));
  bindings_ = config.providers;
  providers_ = std::make_shared<identity::Providers>(bindings_, for_identity(config));
  return providers_;
}

std::shared_ptr<identity::DestinationService> Parts::bind_destination_service(const config::Configuration& config) {
  if (destination_binding_ != config.destination_service) {
    destination_binding_ = config.destination_service;
    destination_service_.reset();
    if (destination_binding_) {
      destination_service_ =
          std::make_shared<identity::DestinationService>(*destination_binding_, client_tokens, for_identity(config));
    }
  }
  if (destination_service_) {
    std::vector<std::string> names;
    for (const auto& [name, logout] : config.looked_up_logouts) names.push_back(name);
    destination_service_->keep_known(std::move(names));
    destination_service_->reserve(config::named_elsewhere(config));
  }
  return destination_service_;
}

}  // namespace router::app
