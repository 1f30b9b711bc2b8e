#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "logout/fan_out_bench.h"

namespace router::fan_out_test {

using logout::Outcome;
using test::BackEnds;
using Bench = test::FanOutBench;

TEST_CASE("fan-out: what an answer means") {
  struct Row {
    int status;
    bool token;
    Outcome outcome;
  };
  const std::vector<Row> rows = {
      {200, false, Outcome::confirmed}, {204, true, Outcome::confirmed},    {302, false, Outcome::confirmed},
      {404, true, Outcome::confirmed},  {410, false, Outcome::confirmed},   {401, true, Outcome::refused},
      {403, true, Outcome::refused},    {401, false, Outcome::unconfirmed}, {403, false, Outcome::unconfirmed},
      {400, false, Outcome::pending},   {405, false, Outcome::pending},     {429, true, Outcome::pending},
      {500, false, Outcome::pending},   {503, true, Outcome::pending},
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
      bench.fan_out.submit({{receipt, std::move(calls), {}}}, logout::Urgency::urgent), submitted));
  CHECK(submitted);
  CHECK(bench.client.requests.empty());
  bench.loop.run_ready();
  CHECK(bench.client.count("bank.example") == 1);
}

TEST_CASE("fan-out: one hangs, one refuses, one answers 500, two are fine") {
  Bench bench;
  const auto script = [&](int first) { return [first](unsigned attempt) { return attempt < 3 ? first : 200; }; };
  bench.client.set("hangs.example", script(BackEnds::kHangs));
  bench.client.set("refuses.example", script(0));
  bench.client.set("fails.example", script(500));
  std::vector<logout::Call> calls;
  for (const auto* name : {"hangs", "refuses", "fails", "fine", "good"}) calls.push_back(Bench::call_to(name));
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

TEST_CASE("fan-out: where nobody listens one call asks every half second, and all go once somebody does [issue 11]") {
  Bench bench;
  bool is_there = false;
  bench.client.set("gone.example", [&](unsigned) { return is_there ? 200 : 0; });
  bench.submit(Bench::call_to("gone"));
  bench.loop.run_ready();
  std::vector<std::shared_ptr<logout::Receipt>> receipts;
  for (int i = 0; i < 1'000; ++i) {
    receipts.push_back(bench.submit(Bench::call_to("gone")));
    bench.loop.advance(base::milliseconds(10));
  }
  CHECK(bench.client.count("gone.example") >= 15);
  CHECK(bench.client.count("gone.example") <= 21);
  is_there = true;
  bench.loop.advance(base::milliseconds(600));
  const auto told =
      std::count_if(receipts.begin(), receipts.end(), [](const auto& receipt) { return receipt->complete(); });
  CHECK(told >= 975);  // those that have asked wait for their own time
  bench.loop.advance(base::seconds(70));
  CHECK(bench.fan_out.waiting() == 0);
  CHECK(bench.fan_out.dead_total() == 0);
}

TEST_CASE(
    "fan-out: a call that only waited where nobody listens is given up when it is time, like the others [issue 11]") {
  logout::FanOutOptions options;
  options.give_up_after = base::minutes(10);
  Bench bench(options);
  bench.client.set("gone.example", 0);
  bench.submit(Bench::call_to("gone"));
  bench.loop.run_ready();
  constexpr std::size_t kMany = 5'000;  // more than ask in these minutes
  std::vector<std::shared_ptr<logout::Receipt>> receipts;
  for (std::size_t i = 0; i < kMany; ++i) receipts.push_back(bench.submit(Bench::call_to("gone")));
  bench.loop.advance(base::minutes(9));
  CHECK(bench.fan_out.waiting() == kMany + 1);
  bench.loop.advance(base::minutes(1) + base::seconds(1));
  CHECK(bench.fan_out.waiting() == 0);
  CHECK(bench.fan_out.dead_total() == kMany + 1);
  CHECK(receipts.back()->calls[0].attempts == 0);
  CHECK(receipts.back()->calls[0].fault == "refused");
  CHECK(receipts.back()->calls[0].outcome == Outcome::dead);
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

TEST_CASE("fan-out: calls that join a receipt leave those that are under way their outcome [issue 12]") {
  Bench bench;
  bench.client.set("bank.example", BackEnds::kHangs);
  const auto receipt = bench.submit(Bench::call_to("bank"));
  bench.loop.run_ready();
  // other sessions of the same user
  for (int i = 0; i < 50; ++i) {
    std::vector<logout::Call> more;
    more.push_back(Bench::call_to("shop"));
    run_task(bench.fan_out.submit({{receipt, std::move(more), {}}}, logout::Urgency::urgent), &bench.loop);
  }
  bench.loop.advance(base::seconds(31));
  CHECK(receipt->calls[0].fault == "timeout");
  CHECK(receipt->calls[0].took >= base::seconds(10));
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

}  // namespace router::fan_out_test
