#include "logout/redis_outbox.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

#include "crypto/random.h"
#include "logout/outbox_contract.h"
#include "storage/redis_addresses.h"
#include "storage/redis_turned.h"

namespace router::redis_outbox_test {

namespace {

// Processes at one Redis, on a loop that the test turns.
class RedisOutboxes final : public test::TestedOutbox {
 public:
  explicit RedisOutboxes(const storage::RedisAddress& address)
      : turned_(address), clients_(turned_.add_clients()), outbox_(make()) {}
  ~RedisOutboxes() override {
    outbox_->stop();
    if (neighbour_) neighbour_->stop();
    turned_.close();
  }

  logout::Outbox& outbox() override { return *outbox_; }
  bool crash() override {
    outbox_->stop();
    gone_.push_back(std::exchange(outbox_, make()));
    clock_.advance(base::seconds(61));
    return true;
  }
  logout::RedisOutbox& redis_outbox() { return *outbox_; }
  test::FakeClock& clock() { return clock_; }
  logout::Outbox* neighbour() override {
    if (!neighbour_) neighbour_ = make();
    return neighbour_.get();
  }
  void wait() override { turned_.wait(); }

 private:
  std::unique_ptr<logout::RedisOutbox> make() {
    const crypto::SealingSecrets secrets{base::Secret("a secret of thirty-two characters")};
    auto made =
        std::make_unique<logout::RedisOutbox>(clients_, clock_, secrets, logout::RedisOutboxOptions{prefix_, false});
    made->start();
    return made;
  }

  test::FakeClock clock_;
  test::RedisTurned turned_;
  storage::RedisClients& clients_;
  const std::string prefix_ = "test:" + crypto::random_token(6) + ":";
  std::unique_ptr<logout::RedisOutbox> outbox_;
  std::unique_ptr<logout::RedisOutbox> neighbour_;
  std::vector<std::unique_ptr<logout::RedisOutbox>> gone_;
};

}  // namespace

TEST_CASE("Redis outbox: keeps the contract of all outboxes [issue 12]") {
  test::check_outbox_contract([] { return std::make_unique<RedisOutboxes>(test::standalone_redis()); });
}

TEST_CASE("Redis outbox: keeps the contract behind a Sentinel, in a cluster and over a slow line [issue 12]") {
  SUBCASE("slow line") {
    test::check_outbox_contract([] { return std::make_unique<RedisOutboxes>(test::slow_redis()); });
  }
  SUBCASE("Sentinel") {
    test::check_outbox_contract([] { return std::make_unique<RedisOutboxes>(test::sentinel_redis()); });
  }
  SUBCASE("cluster") {
    test::check_outbox_contract([] { return std::make_unique<RedisOutboxes>(test::cluster_redis()); });
  }
}

TEST_CASE("Redis outbox: in a cluster the calls of a logout are in one place, and taken over as anywhere [issue 12]") {
  RedisOutboxes tested(test::cluster_redis());
  test::OutboxDriver outbox(tested);
  for (const char* logout : {"a", "b", "c", "d", "e"})
    outbox.record({test::make_call(logout, 1), test::make_call(logout, 2)});
  outbox.settle("a.1");
  REQUIRE(tested.crash());
  CHECK(test::ids_of(outbox.take_left_behind()) ==
        test::Ids{"a.2", "b.1", "b.2", "c.1", "c.2", "d.1", "d.2", "e.1", "e.2"});
}

TEST_CASE(
    "Redis outbox: what was recorded while Redis was away, or before it lost all it knew, is there once it is back "
    "[issue 12]") {
  test::RedisServer server;
  RedisOutboxes tested(test::impatient_address_of(server));
  test::OutboxDriver outbox(tested);
  outbox.record({test::make_call("a", 1), test::make_call("a", 2)});
  outbox.settle("a.2");
  server.kill();
  CHECK_FALSE(tested.run(tested.outbox().record({test::make_call("b", 1)})));
  CHECK_FALSE(tested.outbox().is_writable());
  server.start();
  CHECK(tested.until([&] {
    const auto listed = tested.run(tested.outbox().list({}, {}));
    return listed && listed->size() == 2;
  }));
  CHECK(outbox.ids() == test::Ids{"a.1", "b.1"});
  CHECK(tested.outbox().is_writable());
}

TEST_CASE("Redis outbox: of what was lost with Redis the calls that nobody had are counted [issue 12]") {
  test::RedisServer server;
  RedisOutboxes tested(test::impatient_address_of(server));
  test::OutboxDriver outbox(tested);
  outbox.record({test::make_call("a", 1), test::make_call("b", 1), test::make_call("c", 1)});
  REQUIRE(tested.crash());  // these have no process any more
  outbox.record({test::make_call("d", 1), test::make_call("d", 2)});
  outbox.bury("d.2", "refused");
  REQUIRE(tested.run(tested.neighbour()->record({test::make_call("e", 1)})));
  CHECK(outbox.take_left_behind(0).empty());  // but it has looked
  server.kill();
  CHECK(tested.until([&] { return !tested.outbox().is_writable(); }));
  server.start();
  CHECK(tested.until([&] {
    const auto listed = tested.run(tested.outbox().list({}, {}));
    return listed && listed->size() == 2;
  }));
  CHECK(outbox.ids() == test::Ids{"d.1", "e.1"});
  tested.clock().advance(logout::RedisOutbox::kAccountedAfter);
  CHECK(tested.until([&] { return tested.redis_outbox().lost_total() != 0; }));
  CHECK(tested.redis_outbox().lost_total() == 4);
}

}  // namespace router::redis_outbox_test
