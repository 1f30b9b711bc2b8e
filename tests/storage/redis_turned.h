// Clients of Redis on one loop that the test turns.
#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "base/current_loop.h"
#include "net/asio_peer_connector.h"
#include "storage/redis_clients.h"

namespace router::test {

class RedisTurned {
 public:
  explicit RedisTurned(storage::RedisAddress address)
      : address_(std::move(address)), current_(loop_), connector_(loop_, address_.tls) {
    // so that the loop ticks, and knows its thread
    loop_.post([this] { loop_.context().stop(); });
    loop_.run();
    loop_.context().restart();
  }

  // As one more process has them; they live as long as this.
  storage::RedisClients& add_clients() {
    auto client = std::make_shared<storage::RedisClient>(connector_, address_);
    clients_.push_back(std::make_unique<storage::RedisClients>(std::vector{std::move(client)}));
    return *clients_.back();
  }
  // False: nothing came within that time.
  bool turn(std::chrono::microseconds at_most) { return loop_.context().run_one_for(at_most) > 0; }
  void wait() {
    turn(std::chrono::milliseconds(2));
    loop_.context().poll();
  }
  // What is under way ends. Whoever uses the clients has stopped before.
  void close() {
    for (const auto& clients : clients_) clients->background()->close();
    // twice in vain: a busy machine is late, and the loop's own tick comes every 50 ms
    for (int turns = 0, in_vain = 0; turns < 2000 && in_vain < 2; ++turns) {
      in_vain = turn(std::chrono::milliseconds(20)) ? 0 : in_vain + 1;
    }
  }

 private:
  const storage::RedisAddress address_;
  net::AsioLoop loop_;
  base::CurrentLoop current_;
  net::AsioPeerConnector connector_;
  std::vector<std::unique_ptr<storage::RedisClients>> clients_;
};

}  // namespace router::test
