#include "logout/fan_out.h"

#include <doctest/doctest.h>

#include <set>

#include "logout/memory_outbox.h"
#include "logout/world.h"

namespace router::fan_out_test {

using logout::Outcome;
using test::BackEnds;

namespace {

struct Bench {
  explicit Bench(logout::FanOutOptions options = {})
      : fan_out(client, loop, clock, outbox, receipts, options, [] { return 0.5; }) {}
  ~Bench() {
    client.stop_hanging();
    loop.advance(base::seconds(31));
  }

  static logout::Call call_to(const std::string& name, bool with_token = false) {
    auto target = std::make_shared<logout::CallTarget>();
    target->back_end = name;
    target->url = *http::parse_url("http://" + name + ".example/logout");
    target->sends_token = with_token;
    logout::Call call;
    call.target = std::move(target);
    call.credentials = std::make_shared<logout::Credentials>();
    if (with_token) call.credentials->access_token = base::Secret(std::string("the-token"));
    return call;
  }

  std::shared_ptr<logout::Receipt> submit(std::vector<logout::Call> calls,
                                          logout::Urgency urgency = logout::Urgency::urgent) {
    auto receipt = receipts.open(logout::Cause::browser, "ada");
    test::run_task(fan_out.submit(receipt, std::move(calls), urgency), &loop);
    receipts.set_provider(*receipt, logout::ProviderPart::none);
    return receipt;
  }
  std::shared_ptr<logout::Receipt> submit(logout::Call call) {
    std::vector<logout::Call> calls;
    calls.push_back(std::move(call));
    return submit(std::move(calls));
  }

  test::FakeClock clock;
  test::FakeLoop loop{clock};
  BackEnds client{loop};
  logout::MemoryOutbox outbox;
  logout::Receipts receipts{clock};
  logout::FanOut fan_out;
};

}  // namespace

TEST_CASE("fan-out: what an answer means") {
  struct Row {
    int status;
    bool token;
    Outcome outcome;
  };
  const std::vector<Row> rows = {
      {200, false, Outcome::confirmed},   {204, true, Outcome::confirmed},
      {302, false, Outcome::confirmed},   {404, true, Outcome::confirmed},
      {410, false, Outcome::confirmed},   {401, true, Outcome::refused},
      {403, true, Outcome::refused},      {401, false, Outcome::unconfirmed},
      {403, false, Outcome::unconfirmed}, {400, false, Outcome::pending},
      {405, false, Outcome::pending},     {429, true, Outcome::pending},
      {500, false, Outcome::pending},     {503, true, Outcome::pending},
  };
  for (const auto& row : rows) {
    CAPTURE(row.status);
    Bench bench;
    bench.client.set("bank.example", row.status);
    const auto receipt = bench.submit(Bench::call_to("bank", row.token));
    bench.loop.run_ready();
    CHECK(receipt->calls[0].outcome == row.outcome);
    CHECK(receipt->calls[0].status == row.status);
    CHECK(receipt->complete() == (row.outcome != Outcome::pending));
  }
}

TEST_CASE("fan-out: retries wait 0.5 s, doubling to 60 s, give or take a quarter") {
  CHECK(logout::retry_delay(1, 0.5) == base::milliseconds(500));
  CHECK(logout::retry_delay(2, 0.5) == base::milliseconds(1000));
  CHECK(logout::retry_delay(7, 0.5) == base::milliseconds(32'000));
  CHECK(logout::retry_delay(8, 0.5) == base::milliseconds(60'000));
  CHECK(logout::retry_delay(4'000'000'000U, 0.5) == base::milliseconds(60'000));
  CHECK(logout::retry_delay(1, 0.0) == base::milliseconds(375));
  CHECK(logout::retry_delay(1, 0.999) < base::milliseconds(625));
}

TEST_CASE("fan-out: nothing is sent before the submitter has gone on") {
  Bench bench;
  auto receipt = bench.receipts.open(logout::Cause::browser, "ada");
  std::vector<logout::Call> calls;
  calls.push_back(Bench::call_to("bank"));
  bool submitted = false;
  base::start_detached(test::detail::store_done(
      bench.fan_out.submit(receipt, std::move(calls), logout::Urgency::urgent), submitted));
  CHECK(submitted);
  CHECK(bench.client.requests.empty());
  bench.loop.run_ready();
  CHECK(bench.client.count("bank.example") == 1);
}

TEST_CASE("fan-out: one hangs, one refuses, one answers 500, two are fine") {
  Bench bench;
  const auto script = [&](int first) {
    return [first](unsigned attempt) { return attempt < 3 ? first : 200; };
  };
  bench.client.set("hangs.example", script(BackEnds::kHangs));
  bench.client.set("refuses.example", script(0));
  bench.client.set("fails.example", script(500));
  std::vector<logout::Call> calls;
  for (const auto* name : {"hangs", "refuses", "fails", "fine", "good"})
    calls.push_back(Bench::call_to(name));
  const auto receipt = bench.submit(std::move(calls));
  bench.loop.run_ready();
  CHECK(bench.client.count("fine.example") == 1);
  CHECK(bench.client.count("good.example") == 1);
  CHECK(receipt->open_calls == 3);

  bench.loop.advance(base::seconds(2));
  CHECK(receipt->calls[1].outcome == Outcome::confirmed);
  CHECK(receipt->calls[2].outcome == Outcome::confirmed);
  CHECK(receipt->calls[2].attempts == 3);
  CHECK(!receipt->complete());
  bench.loop.advance(base::seconds(70));
  CHECK(receipt->complete());
  CHECK(bench.client.count("fine.example") == 1);
  CHECK(bench.fan_out.waiting() == 0);
}

TEST_CASE("fan-out: a slow back-end does not hold up a later call to another, nor to itself") {
  Bench bench;
  bench.client.set("slow.example", [](unsigned attempt) { return attempt == 1 ? BackEnds::kHangs : 200; });
  const auto first = bench.submit(Bench::call_to("slow"));
  bench.loop.run_ready();
  const auto second = bench.submit(Bench::call_to("slow"));
  const auto third = bench.submit(Bench::call_to("quick"));
  bench.loop.run_ready();
  CHECK(!first->complete());
  CHECK(second->complete());
  CHECK(third->complete());
}

TEST_CASE("fan-out: a call that waits for its retry does not hold up the next one") {
  Bench bench;
  bench.client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 500 : 200; });
  const auto first = bench.submit(Bench::call_to("bank"));
  bench.loop.run_ready();
  const auto second = bench.submit(Bench::call_to("bank"));
  bench.loop.run_ready();
  CHECK(second->complete());
  CHECK(!first->complete());
}

TEST_CASE("fan-out: the Idempotency-Key is the same on each retry, and no other call's") {
  Bench bench;
  bench.client.set("bank.example", [](unsigned attempt) { return attempt < 4 ? 503 : 200; });
  const auto receipt = bench.submit(Bench::call_to("bank"));
  bench.submit(Bench::call_to("mail"));
  bench.loop.advance(base::seconds(10));
  CHECK(receipt->complete());
  std::set<std::string> keys;
  for (const auto& request : bench.client.requests) {
    for (const auto& [name, value] : request.headers) {
      if (name == "Idempotency-Key") keys.insert(request.url.host + value);
    }
  }
  CHECK(bench.client.requests.size() == 5);
  CHECK(keys.size() == 2);
}

TEST_CASE("fan-out: a token that expires while a call waits is not sent any more, and the receipt says so") {
  Bench bench;
  bench.client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 500 : 401; });
  auto call = Bench::call_to("bank", true);
  call.credentials->expires = bench.clock.wall() + base::milliseconds(100);
  const auto receipt = bench.submit(std::move(call));
  bench.loop.run_ready();
  CHECK(bench.client.header("bank.example", "authorization") == "Bearer the-token");
  CHECK(!receipt->calls[0].token_withheld);
  bench.loop.advance(base::seconds(1));
  CHECK(bench.client.header("bank.example", "authorization").empty());
  CHECK(receipt->calls[0].token_withheld);
  CHECK(receipt->calls[0].outcome == Outcome::unconfirmed);
}

TEST_CASE("fan-out: at most LOGOUT_FANOUT_CONCURRENCY calls per back-end at a time") {
  logout::FanOutOptions options;
  options.concurrency = 4;
  Bench bench(options);
  bench.client.set("bank.example", [](unsigned attempt) { return attempt <= 20 ? BackEnds::kHangs : 200; });
  for (int i = 0; i < 20; ++i) bench.submit(Bench::call_to("bank"));
  bench.loop.run_ready();
  CHECK(bench.client.running["bank.example"] == 4);
  bench.loop.advance(base::seconds(600));
  CHECK(bench.client.most_running["bank.example"] == 4);
  CHECK(bench.fan_out.waiting() == 0);
}

TEST_CASE("fan-out: 10,000 sessions that time out together go out at a steady rate") {
  Bench bench;
  std::vector<logout::Call> calls;
  for (int i = 0; i < 10'000; ++i) calls.push_back(Bench::call_to("bank"));
  bench.submit(std::move(calls), logout::Urgency::paced);
  bench.loop.advance(base::seconds(1));
  CHECK(bench.client.count("bank.example") >= 1900);
  CHECK(bench.client.count("bank.example") <= 2100);
  bench.submit(Bench::call_to("bank"));
  const auto before = bench.client.count("bank.example");
  bench.loop.run_ready();
  // A user who logs out now does not queue behind them.
  CHECK(bench.client.count("bank.example") >= before + 1);
  CHECK(bench.client.requests.back().headers.back().second.ends_with(".1"));
  bench.loop.advance(base::seconds(5));
  CHECK(bench.client.count("bank.example") == 10'001);
}

TEST_CASE("fan-out: mass expiry waits for room, but not for the slowest back-end and not for ever") {
  logout::FanOutOptions options;
  options.paced_high_water = 10;
  Bench bench(options);
  std::vector<logout::Call> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(Bench::call_to("bank"));
  bench.submit(std::move(calls), logout::Urgency::paced);
  bool roomy = false;
  base::start_detached(test::detail::store_done(bench.fan_out.wait_for_room({"bank"}), roomy));
  CHECK(!roomy);
  bench.loop.advance(base::milliseconds(100));
  CHECK(roomy);

  bench.client.set("stuck.example", BackEnds::kHangs);
  std::vector<logout::Call> stuck;
  for (int i = 0; i < 100; ++i) stuck.push_back(Bench::call_to("stuck"));
  bench.submit(std::move(stuck), logout::Urgency::paced);
  bench.loop.advance(base::milliseconds(100));
  test::run_task(bench.fan_out.wait_for_room({"bank", "stuck"}));
  bool waited = false;
  base::start_detached(test::detail::store_done(bench.fan_out.wait_for_room({"stuck"}), waited));
  bench.loop.advance(base::seconds(9));
  CHECK(!waited);
  bench.loop.advance(base::seconds(2));
  CHECK(waited);
  bench.client.set("stuck.example", 200);
  bench.loop.advance(base::seconds(60));
}

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

}  // namespace router::fan_out_test
