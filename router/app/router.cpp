#include "app/router.h"

#include <algorithm>
#include <cstdio>

#include "app/restart_settings.h"
#include "app/service_manager.h"
#include "app/wiring.h"
#include "base/log.h"
#include "net/inherited_listener.h"
#include "net/signals.h"
#include "session/user_fingerprint.h"

namespace router::app {

using base::milliseconds;

namespace {

const base::CounterFamily kReloads("xsrouter_reloads_total", "Reloads of the configuration, by result.", {"result"});

// How often a draining router looks whether it is done.
constexpr milliseconds kDrainPoll{50};

constexpr std::size_t kLongestErrors = 4096;  // in the log

std::string errors_of(const config::Issues& issues) {
  std::string text;
  for (const auto& issue : issues.sorted()) {
    if (issue.severity == config::Severity::error) text.append(text.empty() ? "" : "\n").append(to_text(issue));
  }
  return text.substr(0, kLongestErrors);
}

net::ParseLimits parse_limits(const config::Limits& limits) {
  return {limits.header_bytes, limits.header_count, limits.url_bytes, limits.body_bytes};
}

// A whole head has to fit into one buffer.
std::size_t request_buffer(const config::Limits& limits) {
  return std::max(net::BufferPool::kLarge, limits.header_bytes + limits.url_bytes + kBehindHead);
}

net::PoolLimits pool_limits(const config::Environment& environment, std::size_t cores) {
  net::PoolLimits limits;
  // rounded up: a limit of 1 must leave one connection a core
  limits.connections = (environment.limits.upstream_connections + cores - 1) / cores;
  limits.lasting = (environment.limits.upstream_streams + cores - 1) / cores;
  limits.waiting = (environment.limits.upstream_queue + cores - 1) / cores;
  limits.reuse = !environment.disable_connection_reuse;
  limits.name_servers = environment.name_servers;
  return limits;
}

net::ServerTimeouts server_timeouts(const config::Environment& environment) {
  net::ServerTimeouts timeouts;
  timeouts.request = base::or_never(environment.incoming_request_timeout);
  timeouts.stall = base::or_never(environment.incoming_connection_timeout);
  timeouts.idle = base::or_never(environment.server_keep_alive);
  timeouts.head = std::min(environment.limits.header_timeout, timeouts.request);
  timeouts.minimum_body_rate = environment.limits.minimum_body_rate;
  timeouts.minimum_read_rate = environment.limits.minimum_read_rate;
  return timeouts;
}

// Null: no TLS.
base::Result<std::shared_ptr<net::ServerTls>> load_tls(const config::Environment& environment) {
  if (environment.tls_cert.empty()) return std::shared_ptr<net::ServerTls>();
  return net::ServerTls::load(environment.tls_cert, environment.tls_key);
}

}  // namespace

Router::Core::Core(const config::Configuration& config, std::shared_ptr<const pipeline::Graph> graph, std::size_t cores,
                   net::ConnectionLimits& limits)
    : loop(request_buffer(config.environment.limits), answer_buffer(config.environment.limits)),
      tls(config.environment.ca_certificate_files, config.environment.reject_unauthorized),
      parse_limits(app::parse_limits(config.environment.limits)),
      answer_limits(app::answer_limits(config.environment.limits)),
      pool(loop, tls, answer_limits, pool_limits(config.environment, cores)),
      pipeline(std::move(graph), pool),
      server(loop, pipeline, parse_limits, server_timeouts(config.environment), limits) {}

Router::Router(const config::LoadResult& loaded, config::LoadInput input, std::unique_ptr<State> state)
    : input_(std::move(input)),
      config_(loaded.configuration),
      started_with_(config_),
      connections_(config_->environment.limits.connections, config_->environment.limits.connections_per_address),
      started_files_(loaded.private_files),
      private_files_(started_files_),
      effective_(std::make_shared<const std::string>(loaded.effective)) {
  session::use_fingerprint_secret(config_->environment.session_secret);
  state->use_redis(config_->environment, background_);
  parts_ = std::make_unique<Parts>(*config_, std::move(state), background_);
  put_in_force();
  const auto cores = core_count(config_->environment);
  background_.measure_lag("background");
  for (std::size_t i = 0; i < cores; ++i) {
    cores_.push_back(std::make_unique<Core>(*config_, graph_, cores, connections_));
    parts_->state->add_core(cores_.back()->loop);
    cores_.back()->loop.measure_lag(std::to_string(i));
  }
}

Router::~Router() {
  if (loader_.joinable()) loader_.join();
  for (auto& core : cores_) core->loop.stop();
  for (auto& core : cores_) {
    if (core->thread.joinable()) core->thread.join();
  }
  parts_->call_loops.stop();
  parts_->state->finish();
  base::flush_log();
  // last: a client of it that dawdles holds nothing up that has to be written; the loops it asks answer no more
  management_.reset();
}

base::Result<std::uint16_t> Router::start() {
  net::hold_ends();
  auto tls = load_tls(config_->environment);
  if (!tls) return tls.error();
  tls_ = *tls;
  const auto handed = net::inherited_listener();
  if (!handed) return handed.error();
  std::uint16_t port = config_->environment.port;
  for (auto& core : cores_) {
    auto listening = *handed ? core->server.listen_on(**handed) : core->server.listen(port);
    if (!listening) return listening.error();
    port = *listening;  // with port 0 the first core chooses for all
    core->server.use_tls(*tls);
    core->server.start();
  }
  if (auto started = start_management(); !started) return started.error();
  parts_->call_loops.start();
  for (auto& core : cores_) core->thread = std::thread([&loop = core->loop] { loop.run(); });
  return port;
}

void Router::run(std::uint16_t port) {
  net::Signals signals(
      background_, [this] { stop(); }, [this] { reload(); }, [] { base::reopen_log(); });
  // from here on it ends as it should: who reads this may send a signal at once
  base::log_info("router.listening", {{"port", port}, {"directory", config_->directory}});
  background_.post([this] {
    parts_->start();
    tell_service_manager("READY=1");
    watch_loops();
  });
  background_.run();
}

void Router::watch_loops() {
  const auto within = watchdog_time();
  if (!within) return;
  std::vector<base::Loop*> loops{&background_};
  for (auto& core : cores_) loops.push_back(&core->loop);
  for (auto* const loop : parts_->call_loops.all()) loops.push_back(loop);
  watchdog_ =
      std::make_unique<Watchdog>(background_, std::move(loops), *within, [] { tell_service_manager("WATCHDOG=1"); });
  watchdog_->start();
}

// Reading and checking may take a second; the background loop has logins and logouts to do meanwhile.
void Router::reload(Operations::Reloaded told) {
  if (stopping_) {
    if (told) told({.fault = "the router is stopping"});
    return;
  }
  if (told) (loading_ ? told_later_ : told_now_).push_back(std::move(told));
  if (std::exchange(loading_, true)) {
    load_again_ = true;
    return;
  }
  tell_reloading();
  if (loader_.joinable()) loader_.join();
  loader_ = std::thread([this, input = input_] {
    net::hold_signals();  // it may outlive the Signals
    auto loaded = std::make_shared<Loaded>(load(input));
    background_.post([this, loaded] { loaded_anew(*loaded); });
  });
}

Router::Loaded Router::load(const config::LoadInput& input) {
  Loaded loaded{config::load(input), std::shared_ptr<net::ServerTls>()};
  const auto& configuration = loaded.result.configuration;
  if (configuration) loaded.tls = load_tls(configuration->environment);
  return loaded;
}

void Router::loaded_anew(const Loaded& loaded) {
  loading_ = false;
  const auto told = std::exchange(told_now_, std::exchange(told_later_, {}));
  const auto outcome = stopping_ ? management::ReloadOutcome{.fault = "the router is stopping"} : take_over(loaded);
  if (!stopping_) tell_service_manager("READY=1");  // the old configuration, where the new one is refused
  for (const auto& tell : told) tell(outcome);
  if (std::exchange(load_again_, false)) reload();
}

management::ReloadOutcome Router::take_over(const Loaded& loaded) {
  // what is advised was said at start
  const auto issues = loaded.result.issues.to_mend(false);
  if (!issues.empty()) std::fputs(to_text(issues).c_str(), stderr);
  management::ReloadOutcome outcome{.issues = to_json(issues)};
  if (!loaded.result.configuration) {
    outcome.fault = "the new configuration has errors; the old one goes on";
  } else if (!loaded.tls) {
    outcome.fault = loaded.tls.error().detail;
  } else {
    private_files_ = loaded.result.private_files;
    private_files_.add(started_files_);
    take_over(loaded.result.configuration, *loaded.tls);
    effective_ = std::make_shared<const std::string>(loaded.result.effective);
    // at each reload, until the restart: what runs is not what is written
    for (const auto name : changed_for_next_start(started_with_->environment, config_->environment)) {
      base::log_warning("reload.needs_restart", {{"setting", name}});
      outcome.needs_restart.emplace_back(name);
    }
    base::log_info("reload.done", {{"audit", true}, {"routes", config_->routes.size()}});
    outcome.done = true;
  }
  if (!outcome.done) {
    base::log_error("reload.refused", {{"audit", true}, {"reason", outcome.fault}, {"errors", errors_of(issues)}});
  }
  kReloads.with(outcome.done ? "done" : "refused").add();
  return outcome;
}

base::Result<void> Router::start_management() {
  const auto& environment = config_->environment;
  if (!environment.has_management()) return {};
  std::vector<Operations::Core> cores;
  cores.reserve(cores_.size());
  for (auto& core : cores_) cores.push_back({core->loop, core->pool, core->server});
  operations_ = std::make_unique<Operations>(
      Operations::Given{.parts = *parts_,
                        .cores = std::move(cores),
                        .stopping = stopping_,
                        .in_force =
                            [this] {
                              return Operations::InForce{graph_, tls_, effective_};
                            },
                        .reload = [this](Operations::Reloaded told) { reload(std::move(told)); }});
  management_ =
      std::make_unique<management::Server>(management::ServerOptions{.bind = environment.management_bind,
                                                                     .port = environment.management_port.value_or(0),
                                                                     .token = environment.management_token,
                                                                     .read_token = environment.management_read_token,
                                                                     .tls_certificate = environment.management_tls_cert,
                                                                     .tls_key = environment.management_tls_key},
                                           *operations_, parts_->clock);
  const auto port = management_->start();
  if (!port) return port.error();
  base::log_info("management.listening", {{"bind", environment.management_bind}, {"port", *port}});
  return {};
}

void Router::take_over(std::shared_ptr<const config::Configuration> configuration,
                       const std::shared_ptr<net::ServerTls>& tls) {
  config_ = std::move(configuration);
  tls_ = tls;
  put_in_force();
  for (auto& core : cores_) {
    core->loop.post([&core = *core, graph = graph_, tls] {
      core.pipeline.replace_graph(graph);
      core.server.use_tls(tls);
    });
  }
}

void Router::put_in_force() {
  graph_ = make_graph(config_, *parts_, parts_->bind(*config_), private_files_);
  parts_->use(graph_);
}

void Router::stop() {
  if (stopping_.exchange(true)) return drain();
  tell_service_manager("STOPPING=1");
  const auto delay = config_->environment.shutdown_delay;
  base::log_info("router.stopping", {{"open_connections", open_connections()}, {"delay_ms", delay.count()}});
  // whoever balances reads /ready, and sends nobody here any more, before a connection would be refused
  if (delay > milliseconds(0)) return background_.after(delay, [this] { drain(); });
  drain();
}

void Router::drain() {
  if (std::exchange(draining_, true)) return;
  for (auto& core : cores_) {
    core->loop.post([&core = *core] { core.server.drain(); });
  }
  parts_->streams.end_all();
  const auto give_up_at = parts_->clock.steady() + config_->environment.shutdown_timeout;
  background_.after(kDrainPoll, [this, give_up_at] { finish_when_idle(give_up_at); });
}

std::size_t Router::open_connections() {
  std::size_t open = 0;
  for (const auto& core : cores_) open += core->server.connections();
  return open;
}

void Router::finish_when_idle(base::SteadyTime give_up_at) {
  const bool late = parts_->clock.steady() >= give_up_at;
  if (late) {
    for (auto& core : cores_) {
      core->loop.post([&core = *core] { core.server.abort_all(); });
    }
  }
  const bool listening =
      std::any_of(cores_.begin(), cores_.end(), [](const auto& core) { return core->server.is_listening(); });
  if ((listening || open_connections() > 0) && parts_->clock.steady() < give_up_at + milliseconds(1'000)) {
    background_.after(kDrainPoll, [this, give_up_at] { finish_when_idle(give_up_at); });
    return;
  }
  parts_->flush_then(give_up_at, [this] {
    parts_->state->stop(background_, [this] {
      for (auto& core : cores_) core->loop.stop();
      background_.stop();
    });
  });
}

}  // namespace router::app
