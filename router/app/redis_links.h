// One Redis, and a client of it on each loop: the background loop's, and those of the cores.
//
// Nothing is connected before something is asked, so that a Redis that is away holds up no start. Made and
// completed before the loops run. Owner: State; outlives what asks by clients(). Source:
// docs/contract/durability.md "Redis".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/model.h"
#include "net/asio_loop.h"
#include "net/asio_peer_connector.h"
#include "storage/redis_clients.h"

namespace router::app {

// Errors: invalid_config, never with a password.
base::Result<storage::RedisAddress> redis_address(const config::StateLocation& location,
                                                  const config::Environment& environment);

class RedisLinks {
 public:
  RedisLinks(storage::RedisAddress address, std::vector<std::string> name_servers, net::AsioLoop& background);

  void add(net::AsioLoop& core);
  storage::RedisClients& clients() { return clients_; }

  // Ends what is under way, each on its own loop, which has to run some turns more. Any thread.
  void close();
  // When the loops have stopped, before those of the cores are gone.
  void drop_cores();

 private:
  struct Link {
    Link(net::AsioLoop& on, const storage::RedisAddress& address, const std::vector<std::string>& name_servers);
    net::AsioLoop& loop;
    net::AsioPeerConnector connector;
    storage::RedisClientPtr client;
  };

  const storage::RedisAddress address_;
  const std::vector<std::string> name_servers_;
  std::vector<std::unique_ptr<Link>> links_;  // as clients_: the background loop's first
  storage::RedisClients clients_;
};

}  // namespace router::app
