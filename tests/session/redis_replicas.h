// Replicas of a router, as far as their stores go: each with a client of its own at the same Redis, on one loop that
// the test turns.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/current_loop.h"
#include "crypto/random.h"
#include "net/asio_peer_connector.h"
#include "session/redis_store.h"
#include "session/store_driver.h"
#include "support/redis_server.h"

namespace router::test {

// One a process, which the tests share: each store has names of its own in it.
inline storage::RedisAddress standalone_redis() {
  static const RedisServer server;
  storage::RedisAddress address;
  address.servers = {{"127.0.0.1", server.port()}};
  return address;
}
inline storage::RedisAddress sentinel_redis() {
  static RedisGroup group;
  storage::RedisAddress address;
  address.layout = storage::RedisLayout::sentinel;
  address.servers = {{"127.0.0.1", group.sentinel().port()}};
  address.master = "main";
  return address;
}
inline storage::RedisAddress cluster_redis() {
  static RedisCluster cluster;
  storage::RedisAddress address;
  address.layout = storage::RedisLayout::cluster;
  address.servers = {{"127.0.0.1", cluster.node(1).port()}};
  return address;
}

class RedisReplicas final : public TestedStore {
 public:
  static constexpr std::size_t kReplicas = 3;

  explicit RedisReplicas(const storage::RedisAddress& address, const session::StoreLimits& limits = {})
      : current_(loop_), connector_(loop_, address.tls) {
    // so that the loop ticks, and knows its thread
    loop_.post([this] { loop_.context().stop(); });
    loop_.run();
    loop_.context().restart();
    session::RedisStoreOptions options{limits, "test:" + crypto::random_token(6) + ":", false};
    const crypto::SealingSecrets secrets{base::Secret("a secret of thirty-two characters")};
    for (std::size_t i = 0; i < kReplicas; ++i) {
      auto client = std::make_shared<storage::RedisClient>(connector_, address);
      clients_.push_back(std::make_unique<storage::RedisClients>(std::vector{client}));
      stores_.push_back(std::make_unique<session::RedisStore>(*clients_.back(), clock_, secrets, options));
      stores_.back()->start();
    }
  }
  ~RedisReplicas() override {
    for (const auto& store : stores_) store->stop();
    for (const auto& client : clients_) client->background()->close();
    while (loop_.context().run_one_for(milliseconds(20)) > 0) {
      if (++last_turns_ > 2000) break;
    }
  }

  session::Store& store() override { return *stores_[0]; }
  session::Store& client(std::size_t number) override { return *stores_.at(number); }
  session::RedisStore& redis_store(std::size_t number) { return *stores_.at(number); }
  FakeClock& clock() override { return clock_; }
  void wait() override {
    loop_.context().run_one_for(milliseconds(2));
    loop_.context().poll();
  }
  // News come with what Redis says next.
  void spread() override {
    for (int quiet = 0; quiet < 2;)
      quiet = loop_.context().run_one_for(std::chrono::microseconds(500)) > 0 ? 0 : quiet + 1;
  }
  template <class Condition>
  bool until(Condition condition, milliseconds at_most = milliseconds(15'000)) {
    const auto deadline = in(at_most);
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      wait();
    }
    return true;
  }

 private:
  FakeClock clock_;
  net::AsioLoop loop_;
  base::CurrentLoop current_;
  net::AsioPeerConnector connector_;
  std::vector<std::unique_ptr<storage::RedisClients>> clients_;
  std::vector<std::unique_ptr<session::RedisStore>> stores_;
  int last_turns_ = 0;
};

}  // namespace router::test
