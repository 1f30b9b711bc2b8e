// A request on its way, for tests of single stages: configuration and request by hand, everything else real.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "pipeline/context.h"
#include "pipeline/error_reply.h"
#include "pipeline/stages/stages.h"
#include "session/memory_store.h"
#include "support/fake_exchange.h"
#include "support/fake_loop.h"
#include "support/routes.h"
#include "support/unused_pool.h"

namespace router::test {

using Fields = std::initializer_list<http::Field>;

class StageWorld {
 public:
  StageWorld() { config.environment.trusted_proxies = {"10.0.0.0/8"}; }

  // Takes `config` as it is then.
  pipeline::Context& ask(std::string method, std::string_view target, Fields fields = {}) {
    exchange = std::make_unique<FakeExchange>(std::move(method), target, fields);
    exchange->set_endpoints({peer, 80, tls});
    auto made = std::make_shared<pipeline::Graph>(std::make_shared<const config::Configuration>(config), parts);
    made->applications = applications;
    graph = std::move(made);
    context = std::make_unique<pipeline::Context>(*exchange, *graph, pool);
    return *context;
  }

  config::Configuration config;
  std::shared_ptr<applications::Catalogue> applications;
  std::string_view peer = "192.0.2.7";
  bool tls = false;

  FakeClock clock;
  FakeLoop loop{clock};
  session::MemoryStore store{clock};
  session::LiveConnections live;
  session::EventStreams streams;
  pipeline::Parts parts{clock, loop, {store, live, streams}};
  UnusedPool pool;
  std::unique_ptr<FakeExchange> exchange;
  std::shared_ptr<const pipeline::Graph> graph;
  std::unique_ptr<pipeline::Context> context;
};

// What a stage said: 0 = go on, else the status; errors count as the status they become.
inline int status_after(const base::Result<pipeline::Verdict>& verdict) {
  if (!verdict) return pipeline::status_of(verdict.error());
  if (const auto* response = std::get_if<http::Response>(&*verdict)) return response->status;
  return 0;
}

}  // namespace router::test
