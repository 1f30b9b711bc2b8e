// The running program: every object there is, and how it starts, reloads and stops.
//
// Threads: constructed, started and destroyed on the main thread, which also runs the background loop; each core has
// a thread of its own. reload() and stop() run on the background loop.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/operations.h"
#include "app/parts.h"
#include "app/service_manager.h"
#include "config/load.h"
#include "management/server.h"
#include "net/asio_backend.h"
#include "net/server.h"
#include "pipeline/pipeline.h"

namespace router::app {

class Router {
 public:
  // `loaded` of `input`, with a configuration.
  Router(const config::LoadResult& loaded, config::LoadInput input, std::unique_ptr<State> state);
  ~Router();

  // Listens on every core. Errors: refused (port in use).
  base::Result<std::uint16_t> start();
  // Says that it listens on `port`, and runs the background loop until stop() has finished.
  void run(std::uint16_t port);

  // Reads the configuration on a thread of its own. A bad one is refused with its findings in the log, and the old one
  // goes on; of a good one, settings that need a restart are named. `told` hears how it went, on the background loop.
  void reload(Operations::Reloaded told = {});
  // /ready says no at once. After SHUTDOWN_DELAY, or when it is called again, no new connections; requests under way
  // are finished, for SHUTDOWN_TIMEOUT at the most.
  void stop();

 private:
  // One core of the data plane. Lives as long as the Router; touched on its own loop only once started.
  struct Core {
    Core(const config::Configuration& config, std::shared_ptr<const pipeline::Graph> graph, std::size_t cores,
         net::ConnectionLimits& limits);
    net::AsioLoop loop;
    net::ClientTls tls;
    net::ParseLimits parse_limits;
    net::ParseLimits answer_limits;
    net::AsioBackendPool pool;
    pipeline::Pipeline pipeline;
    net::Server server;
    std::thread thread;
  };

  // What a reload brings, read on a thread of its own.
  struct Loaded {
    config::LoadResult result;
    base::Result<std::shared_ptr<net::ServerTls>> tls;
  };
  static Loaded load(const config::LoadInput& input);
  void loaded_anew(const Loaded& loaded);
  management::ReloadOutcome take_over(const Loaded& loaded);
  void take_over(std::shared_ptr<const config::Configuration> configuration,
                 const std::shared_ptr<net::ServerTls>& tls);
  base::Result<void> start_management();
  // graph_ from config_: binds what it needs, and lets it hold for what no request asked for.
  void put_in_force();
  // Where a service manager wants to hear that they all work.
  void watch_loops();
  void drain();
  void finish_when_idle(base::SteadyTime give_up_at);
  std::size_t open_connections();

  config::LoadInput input_;
  std::shared_ptr<const config::Configuration> config_;
  const std::shared_ptr<const config::Configuration> started_with_;
  net::ConnectionLimits connections_;
  net::AsioLoop background_;
  std::unique_ptr<Parts> parts_;
  std::shared_ptr<const pipeline::Graph> graph_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::shared_ptr<net::ServerTls> tls_;           // of the connections from now on; null: none
  const config::PrivateFiles started_files_;      // it lives by them until the end, whatever is written since
  config::PrivateFiles private_files_;            // those, and of what is in force
  std::shared_ptr<const std::string> effective_;  // config::LoadResult::effective
  std::unique_ptr<Watchdog> watchdog_;            // null: nobody watches
  std::thread loader_;
  bool loading_ = false;
  bool load_again_ = false;                       // asked for meanwhile
  std::vector<Operations::Reloaded> told_now_;    // of what is being read
  std::vector<Operations::Reloaded> told_later_;  // of what is read after it
  std::atomic<bool> stopping_{false};
  bool draining_ = false;
  // last: they ask what is above
  std::unique_ptr<Operations> operations_;
  std::unique_ptr<management::Server> management_;
};

}  // namespace router::app
