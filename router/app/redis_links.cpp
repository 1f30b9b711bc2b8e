#include "app/redis_links.h"

#include <utility>

namespace router::app {

using storage::RedisAddress;
using storage::RedisClient;

base::Result<RedisAddress> redis_address(const config::StateLocation& location,
                                         const config::Environment& environment) {
  auto address = storage::parse_redis_url(location.url.reveal());
  if (!address) return address;
  const auto& options = location.redis;
  address->tls.verify = options.verify && environment.reject_unauthorized;
  address->tls.verify_host = options.verify_host;
  address->tls.ca_files = environment.ca_certificate_files;
  address->tls.trusted = options.trusted;
  address->connect_timeout = options.connect_timeout;
  address->command_timeout = options.command_timeout;
  return address;
}

RedisLinks::Link::Link(net::AsioLoop& on, const RedisAddress& address, const std::vector<std::string>& name_servers)
    : loop(on), connector(on, address.tls, name_servers), client(std::make_shared<RedisClient>(connector, address)) {}

RedisLinks::RedisLinks(RedisAddress address, std::vector<std::string> name_servers, net::AsioLoop& background)
    : address_(std::move(address)), name_servers_(std::move(name_servers)), clients_({}) {
  add(background);
}

void RedisLinks::add(net::AsioLoop& core) {
  links_.push_back(std::make_unique<Link>(core, address_, name_servers_));
  clients_.add(links_.back()->client);
}

void RedisLinks::close() {
  for (const auto& link : links_) link->loop.post([client = link->client] { client->close(); });
}

void RedisLinks::drop_cores() {
  clients_.keep_only_background();
  links_.resize(1);
}

}  // namespace router::app
