#include "backend/forwarder.h"

#include "backend/destination_tls.h"
#include "backend/passage.h"
#include "routing/rewrite.h"

namespace router::backend {

using base::Result;
using base::Task;

namespace {

net::BackendOrigin origin_of(const config::Destination& destination, const config::Configuration& configuration) {
  auto origin = net::make_backend_origin(destination.url, destination_tls(destination, configuration),
                                         destination.proxy_host, destination.proxy_port);
  return net::make_strict(std::move(origin), destination.strict_connections);
}

}  // namespace

Forwarder::Forwarder(const config::Destination& destination, const config::Configuration& configuration,
                     CompressionSlots& slots)
    : destination_(destination),
      config_(configuration),
      origin_(origin_of(destination, configuration)),
      slots_(slots),
      metrics_(destination.name) {}

Task<Result<void>> Forwarder::serve(Call& call) {
  auto rewritten = routing::rewrite(call.route(), call.match.match, call.facts.target());
  if (!rewritten) co_return rewritten.error();
  std::string path = routing::join_paths(destination_.url, *rewritten);
  Passage passage(call, destination_, config_, origin_, slots_, metrics_);
  auto passed = co_await passage.run(std::move(path));
  co_return passed;
}

}  // namespace router::backend
