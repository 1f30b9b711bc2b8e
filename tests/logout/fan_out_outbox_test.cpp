// What the fan-out keeps for later: its outbox, what an earlier process left there, and the end of a process.
#include <doctest/doctest.h>

#include "logout/calls.h"
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
  REQUIRE(bench.buried().size() == 1);
  CHECK(bench.buried()[0].back_end == "bank");
  CHECK(bench.buried()[0].reason == "refused");
  CHECK(bench.buried()[0].attempts == receipt->calls[0].attempts);
  const auto counted = bench.fan_out.counts();
  CHECK(counted.at({"bank", Outcome::dead}) == 1);

  bench.client.set("bank.example", 200);
  bench.know({"bank"});
  CHECK(bench.retry("unknown") == 0);
  CHECK(bench.retry(bench.buried()[0].id) == 1);
  bench.loop.run_ready();
  CHECK(receipt->calls.size() == 1);
  CHECK(receipt->calls[0].outcome == Outcome::confirmed);
  CHECK(receipt->calls[0].attempts == 1);
  CHECK(bench.buried().empty());
}

TEST_CASE("fan-out: LOGOUT_GIVE_UP_AFTER says when a call becomes a dead letter [issue 14]") {
  logout::FanOutOptions options;
  options.give_up_after = base::minutes(10);
  Bench bench(options, 1);
  bench.client.set("bank.example", 0);
  const auto receipt = bench.submit(Bench::call_to("bank"));
  bench.loop.advance(base::minutes(8));
  CHECK(receipt->calls[0].outcome == Outcome::pending);
  bench.loop.advance(base::minutes(3));
  CHECK(receipt->calls[0].outcome == Outcome::dead);
}

TEST_CASE("fan-out: memory is bounded, what does not fit is a dead letter") {
  logout::FanOutOptions options;
  options.max_waiting = 3;
  options.concurrency = 1;
  Bench bench(options, 2);
  bench.client.set("bank.example", BackEnds::kHangs);
  std::vector<logout::Call> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(Bench::call_to("bank"));
  const auto receipt = bench.submit(std::move(calls));
  CHECK(bench.fan_out.waiting() == 3);
  CHECK(bench.buried().size() == 2);
  CHECK(bench.fan_out.dead_total() == 5);
  CHECK(receipt->open_calls == 3);
  bench.client.set("bank.example", 200);
  bench.loop.advance(base::seconds(60));
}

namespace {

class BrokenOutbox final : public logout::Outbox {
 public:
  base::Task<base::Result<void>> record(std::vector<logout::CallPtr>) override {
    if (is_full) co_return full();
    co_return base::Result<void>();
  }
  base::Task<base::Result<void>> postpone(std::string, unsigned, base::WallTime) override { co_return full(); }
  base::Task<base::Result<void>> settle(std::string) override { co_return full(); }
  base::Task<base::Result<void>> bury(std::string, unsigned, std::string) override { co_return full(); }
  base::Task<base::Result<std::vector<logout::Unfinished>>> retry(logout::CallFilter, std::size_t) override {
    co_return full();
  }
  base::Task<base::Result<std::vector<logout::Unfinished>>> take_left_behind(std::size_t) override { co_return full(); }
  base::Task<base::Result<std::vector<logout::ListedCall>>> list(logout::CallFilter, logout::Page) override {
    co_return full();
  }
  base::Task<base::Result<std::size_t>> buried() override { co_return full(); }
  bool is_durable() const override { return true; }
  bool is_writable() const override { return false; }
  bool is_full = true;

 private:
  static base::Error full() { return {base::ErrorCode::unavailable, base::Side::store, "disk full"}; }
};

// What another process has left; the rest is as in memory.
class OldOutbox final : public logout::Outbox {
 public:
  base::Task<base::Result<void>> record(std::vector<logout::CallPtr> calls) override {
    return inner_.record(std::move(calls));
  }
  base::Task<base::Result<void>> postpone(std::string id, unsigned attempts, base::WallTime due) override {
    return inner_.postpone(std::move(id), attempts, due);
  }
  base::Task<base::Result<void>> settle(std::string id) override {
    settled.push_back(id);
    return inner_.settle(std::move(id));
  }
  base::Task<base::Result<void>> bury(std::string id, unsigned attempts, std::string reason) override {
    return inner_.bury(std::move(id), attempts, std::move(reason));
  }
  base::Task<base::Result<std::vector<logout::Unfinished>>> retry(logout::CallFilter which,
                                                                  std::size_t limit) override {
    return inner_.retry(std::move(which), limit);
  }
  base::Task<base::Result<std::vector<logout::Unfinished>>> take_left_behind(std::size_t limit) override {
    std::vector<logout::Unfinished> taken;
    while (taken.size() < limit && !left.empty()) {
      taken.push_back(std::move(left.front()));
      left.erase(left.begin());
    }
    for (const auto& one : taken) {
      auto recording = inner_.record({one.call});
      co_await recording;
    }
    co_return taken;
  }
  base::Task<base::Result<std::vector<logout::ListedCall>>> list(logout::CallFilter filter,
                                                                 logout::Page page) override {
    return inner_.list(std::move(filter), page);
  }
  base::Task<base::Result<std::size_t>> buried() override { return inner_.buried(); }
  bool is_durable() const override { return true; }
  bool is_writable() const override { return true; }
  std::vector<logout::Unfinished> left;
  std::vector<std::string> settled;

 private:
  logout::MemoryOutbox inner_;
};

struct OldWorld {
  OldWorld() {
    fan_out.use_targets(
        [this](const std::string& name, const std::string&) -> base::Result<std::shared_ptr<const logout::CallTarget>> {
          if (error) return *error;
          return Bench::find({"bank", "mail"}, name);
        });
  }
  // Its loop must have nothing left to do.
  ~OldWorld() {
    error.reset();
    for (const char* host : {"bank.example", "mail.example"}) bench.client.set(host, 200);
    base::start_detached(fan_out.drain(base::milliseconds(0)));
    bench.loop.advance(base::minutes(3));
  }
  void leave(unsigned number, const std::string& back_end, unsigned attempts = 0, base::milliseconds due_in = {}) {
    auto call = test::make_call("old", number, back_end);
    call->created = bench.clock.wall() - base::minutes(1);
    old.left.push_back({std::move(call), attempts, bench.clock.wall() + due_in});
  }
  std::vector<logout::ListedCall> list() { return *test::run_task(old.list({}, {}), &bench.loop); }

  Bench bench;
  OldOutbox old;
  logout::FanOut fan_out{bench.client, bench.loop, bench.clock, old, bench.receipts, {}, [] { return 0.5; }};
  std::optional<base::Error> error;
};

}  // namespace

TEST_CASE("fan-out: an outbox that cannot be written does not stop it; the receipt says so") {
  Bench bench;
  BrokenOutbox broken;
  logout::FanOut fan_out(bench.client, bench.loop, bench.clock, broken, bench.receipts, {}, [] { return 0.5; });
  auto receipt = bench.receipts.open(logout::Cause::browser, "ada");
  std::vector<logout::Call> calls;
  calls.push_back(Bench::call_to("bank"));
  test::run_task(fan_out.submit({{receipt, std::move(calls), {}}}, logout::Urgency::urgent));
  bench.loop.run_ready();
  CHECK(!receipt->durable);
  CHECK(!fan_out.is_writable());
  CHECK(receipt->calls[0].outcome == Outcome::confirmed);
}

TEST_CASE("fan-out: a receipt of several sessions is durable where the calls of all are recorded [issue 12]") {
  for (const bool fails_first : {true, false}) {
    CAPTURE(fails_first);
    Bench bench;
    BrokenOutbox outbox;
    logout::FanOut fan_out(bench.client, bench.loop, bench.clock, outbox, bench.receipts, {}, [] { return 0.5; });
    auto receipt = bench.receipts.open(logout::Cause::admin, "ada");
    for (const bool fails : {fails_first, !fails_first}) {
      outbox.is_full = fails;
      std::vector<logout::Call> calls;
      calls.push_back(Bench::call_to("bank"));
      test::run_task(fan_out.submit({{receipt, std::move(calls), {}}}, logout::Urgency::urgent));
      CHECK(receipt->durable == (!fails && !fails_first));
    }
    bench.loop.run_ready();
  }
}

TEST_CASE("fan-out: what an earlier process left behind is finished under its own ids") {
  OldWorld world;
  world.leave(1, "bank");
  world.leave(3, "mail");
  test::run_task(world.fan_out.recover());
  world.bench.loop.run_ready();
  CHECK(world.bench.client.header("bank.example", "idempotency-key") == "old.1");
  CHECK(world.bench.client.header("bank.example", "cookie") == "a=1; b=bank");
  CHECK(world.bench.client.header("bank.example", "x-forwarded-host") == "app.example");
  CHECK(world.bench.client.header("mail.example", "idempotency-key") == "old.3");
  CHECK(world.old.settled == std::vector<std::string>{"old.1", "old.3"});
  const auto receipt = world.bench.receipts.find("old");
  CHECK(receipt->complete());
  CHECK(receipt->durable);
  CHECK(receipt->calls.size() == 2);
}

TEST_CASE("fan-out: it looks for what others left at its start, and every 15 seconds") {
  OldWorld world;
  world.leave(1, "bank");
  world.fan_out.start();
  world.bench.loop.run_ready();
  CHECK(world.old.settled.size() == 1);
  world.leave(2, "mail");
  world.bench.loop.advance(base::seconds(14));
  CHECK(world.old.settled.size() == 1);
  world.bench.loop.advance(base::seconds(2));
  CHECK(world.old.settled.size() == 2);
  test::run_task(world.fan_out.drain(base::seconds(1)), &world.bench.loop);
  world.leave(3, "mail");
  world.bench.loop.advance(base::seconds(60));
  CHECK(world.old.settled.size() == 2);
}

TEST_CASE("fan-out: a call left behind goes on where it was, with its attempts and when it is due") {
  OldWorld world;
  world.leave(1, "bank", 4, base::seconds(20));
  world.bench.client.set("bank.example", 503);
  test::run_task(world.fan_out.recover());
  world.bench.loop.advance(base::seconds(19));
  CHECK(world.bench.client.count("bank.example") == 0);
  world.bench.loop.advance(base::milliseconds(1'100));
  CHECK(world.bench.client.count("bank.example") == 1);
  const auto listed = world.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].attempts == 5);
  CHECK(listed[0].due > world.bench.clock.wall() + base::seconds(6));
}

TEST_CASE("fan-out: a call left behind is given up 24 hours after the logout, however often processes died") {
  OldWorld world;
  auto call = test::make_call("old", 1, "bank");
  call->created = world.bench.clock.wall() - std::chrono::hours(23) - base::minutes(59);
  world.old.left.push_back({call, 40, world.bench.clock.wall()});
  world.bench.client.set("bank.example", 503);
  test::run_task(world.fan_out.recover());
  world.bench.loop.advance(base::minutes(2));
  const auto listed = world.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].state == logout::CallState::buried);
  CHECK(listed[0].reason == "status 503");
}

TEST_CASE("fan-out: a call to a back-end that the configuration no longer has is buried, and says so") {
  OldWorld world;
  world.leave(1, "sold");
  world.leave(2, "bank");
  test::run_task(world.fan_out.recover());
  world.bench.loop.run_ready();
  CHECK(world.bench.client.requests.size() == 1);
  const auto listed = world.list();
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].state == logout::CallState::buried);
  CHECK(listed[0].reason == "no such back-end any more");
  const auto receipt = world.bench.receipts.find("old");
  CHECK(receipt->complete());
  CHECK(receipt->calls[0].outcome == Outcome::dead);
  CHECK(receipt->calls[0].target->back_end == "sold");
  CHECK(world.fan_out.waiting() == 0);
}

TEST_CASE("fan-out: a call to a destination that is not known yet waits until it is") {
  OldWorld world;
  world.leave(1, "bank");
  world.error = base::Error{base::ErrorCode::unavailable, base::Side::router, "the destination is not known yet"};
  test::run_task(world.fan_out.recover());
  world.bench.loop.advance(base::seconds(5));
  CHECK(world.bench.client.requests.empty());
  CHECK(world.fan_out.waiting() == 1);
  world.error.reset();
  world.bench.loop.advance(base::seconds(60));
  CHECK(world.bench.client.count("bank.example") == 1);
  CHECK(world.bench.receipts.find("old")->complete());
}

TEST_CASE("fan-out: a call that is to be tried again is postponed in the outbox, with its attempts") {
  Bench bench;
  bench.client.set("bank.example", 503);
  bench.submit(Bench::call_to("bank"));
  bench.loop.run_ready();
  const auto listed = *test::run_task(bench.outbox.list({}, {}));
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].attempts == 1);
  CHECK(listed[0].due == bench.clock.wall() + base::milliseconds(500));
  bench.loop.advance(base::milliseconds(600));
  CHECK(test::run_task(bench.outbox.list({}, {}))->at(0).attempts == 2);
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
