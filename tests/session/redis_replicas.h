// Replicas of a router, as far as their stores go: each with a client of its own at the same Redis, on one loop that
// the test turns.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/random.h"
#include "session/redis_store.h"
#include "session/store_driver.h"
#include "storage/redis_addresses.h"
#include "storage/redis_turned.h"

namespace router::test {

class RedisReplicas final : public TestedStore {
 public:
  static constexpr std::size_t kReplicas = 3;

  // `news_in`: so long after the last thing that was done news have come.
  explicit RedisReplicas(const storage::RedisAddress& address, const session::StoreLimits& limits = {},
                         std::chrono::microseconds news_in = std::chrono::microseconds(1'000))
      : turned_(address), news_in_(news_in) {
    session::RedisStoreOptions options{limits, "test:" + crypto::random_token(6) + ":", false};
    const crypto::SealingSecrets secrets{base::Secret("a secret of thirty-two characters")};
    for (std::size_t i = 0; i < kReplicas; ++i) {
      clients_.push_back(&turned_.add_clients());
      stores_.push_back(std::make_unique<session::RedisStore>(*clients_.back(), clock_, secrets, options));
      stores_.back()->start();
    }
  }
  ~RedisReplicas() override {
    for (const auto& store : stores_) store->stop();
    turned_.close();
  }

  session::Store& store() override { return *stores_[0]; }
  session::Store& client(std::size_t number) override { return *stores_.at(number); }
  session::RedisStore& redis_store(std::size_t number) { return *stores_.at(number); }
  FakeClock& clock() override { return clock_; }
  void wait() override { turned_.wait(); }
  // One thing that had to be done.
  void step() { turned_.turn(std::chrono::milliseconds(1)); }
  // As if its process had died.
  void cut_off(std::size_t number) { clients_.at(number)->background()->close(); }
  // News come with what Redis says next.
  void spread() override {
    for (int quiet = 0; quiet < 2;) quiet = turned_.turn(news_in_ / 2) ? 0 : quiet + 1;
  }

 private:
  FakeClock clock_;
  RedisTurned turned_;
  const std::chrono::microseconds news_in_;
  std::vector<storage::RedisClients*> clients_;
  std::vector<std::unique_ptr<session::RedisStore>> stores_;
};

}  // namespace router::test
