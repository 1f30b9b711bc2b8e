// What the fan-out keeps for later: its outbox, what an earlier process left there, and the end of a process.
#include <doctest/doctest.h>

#include "logout/fan_out_bench.h"

namespace router::fan_out_outbox_test {

using logout::Outcome;
using test::BackEnds;
using Bench = test::FanOutBench;

TEST_CASE("fan-out: after 24 hours a call becomes a dead letter, which can be tried again") {
  Bench bench;
  bench.client.set("bank.example", 0);
  const auto receipt = bench.submit(Bench::call_to("bank"));
  bench.loop.advance(std::chrono::hours(25));
  CHECK(receipt->calls[0].outcome == Outcome::dead);
  CHECK(receipt->complete());
  CHECK(bench.fan_out.waiting() == 0);
  REQUIRE(bench.fan_out.dead_letters().size() == 1);
  CHECK(bench.fan_out.dead_letters()[0].back_end == "bank");
  CHECK(bench.fan_out.dead_letters()[0].fault == "refused");
  const auto counted = bench.fan_out.counts();
  CHECK(counted.at({"bank", Outcome::dead}) == 1);

  bench.client.set("bank.example", 200);
  CHECK(bench.fan_out.retry_dead("unknown") == 0);
  CHECK(bench.fan_out.retry_dead(bench.fan_out.dead_letters()[0].call_id) == 1);
  bench.loop.run_ready();
  CHECK(receipt->calls[0].outcome == Outcome::confirmed);
  CHECK(bench.fan_out.dead_letters().empty());
}

TEST_CASE("fan-out: memory is bounded, what does not fit is a dead letter") {
  logout::FanOutOptions options;
  options.max_waiting = 3;
  options.max_dead_letters = 2;
  options.concurrency = 1;
  Bench bench(options);
  bench.client.set("bank.example", BackEnds::kHangs);
  std::vector<logout::Call> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(Bench::call_to("bank"));
  const auto receipt = bench.submit(std::move(calls));
  CHECK(bench.fan_out.waiting() == 3);
  CHECK(bench.fan_out.dead_letters().size() == 2);
  CHECK(bench.fan_out.dead_total() == 5);
  CHECK(receipt->open_calls == 3);
  bench.client.set("bank.example", 200);
  bench.loop.advance(base::seconds(60));
}

namespace {

class BrokenOutbox final : public logout::Outbox {
 public:
  base::Task<base::Result<void>> record(const std::vector<logout::Call>&) override { co_return full(); }
  base::Task<base::Result<void>> settle(std::string) override { co_return full(); }
  base::Task<base::Result<void>> bury(std::string) override { co_return full(); }
  base::Task<base::Result<std::vector<logout::Call>>> take_left_behind(std::size_t) override {
    co_return full();
  }
  bool is_durable() const override { return true; }
  bool is_writable() const override { return false; }

 private:
  static base::Error full() { return {base::ErrorCode::unavailable, base::Side::store, "disk full"}; }
};

class OldOutbox final : public logout::Outbox {
 public:
  base::Task<base::Result<void>> record(const std::vector<logout::Call>&) override {
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> settle(std::string id) override {
    settled.push_back(std::move(id));
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> bury(std::string) override { co_return base::Result<void>(); }
  base::Task<base::Result<std::vector<logout::Call>>> take_left_behind(std::size_t) override {
    co_return std::exchange(left, {});
  }
  bool is_durable() const override { return true; }
  bool is_writable() const override { return true; }
  std::vector<logout::Call> left;
  std::vector<std::string> settled;
};

}  // namespace

TEST_CASE("fan-out: an outbox that cannot be written does not stop it; the receipt says so") {
  Bench bench;
  BrokenOutbox broken;
  logout::FanOut fan_out(bench.client, bench.loop, bench.clock, broken, bench.receipts, {},
                         [] { return 0.5; });
  auto receipt = bench.receipts.open(logout::Cause::browser, "ada");
  std::vector<logout::Call> calls;
  calls.push_back(Bench::call_to("bank"));
  test::run_task(fan_out.submit(receipt, std::move(calls), logout::Urgency::urgent));
  bench.loop.run_ready();
  CHECK(!receipt->durable);
  CHECK(!fan_out.is_writable());
  CHECK(receipt->calls[0].outcome == Outcome::confirmed);
}

TEST_CASE("fan-out: what an earlier process left behind is finished under its own ids") {
  Bench bench;
  OldOutbox old;
  auto call = Bench::call_to("bank");
  call.id = "old.1";
  call.logout_id = "old";
  old.left.push_back(std::move(call));
  logout::FanOut fan_out(bench.client, bench.loop, bench.clock, old, bench.receipts, {}, [] { return 0.5; });
  test::run_task(fan_out.recover());
  bench.loop.run_ready();
  CHECK(bench.client.header("bank.example", "idempotency-key") == "old.1");
  CHECK(old.settled == std::vector<std::string>{"old.1"});
  CHECK(bench.receipts.find("old")->complete());
}

TEST_CASE("fan-out: a drain ends when all is told, or when its time is over") {
  Bench bench;
  bench.client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 500 : 200; });
  bench.submit(Bench::call_to("bank"));
  bool drained = false;
  base::start_detached(test::detail::store_done(bench.fan_out.drain(base::seconds(30)), drained));
  bench.loop.advance(base::milliseconds(300));
  CHECK(!drained);
  bench.loop.advance(base::seconds(1));
  CHECK(drained);
}

}  // namespace router::fan_out_outbox_test
