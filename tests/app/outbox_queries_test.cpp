#include "app/outbox_queries.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "logout/fan_out_bench.h"
#include "management/schemas.h"
#include "support/json_schema.h"

namespace router::outbox_queries_test {
namespace {

using nlohmann::json;
using test::FanOutBench;

struct Bench : FanOutBench {
  using FanOutBench::FanOutBench;
  json list(management::OutboxQuestion question = {}) {
    const auto listed = test::run_task(app::list_calls(outbox, fan_out, std::move(question)), &loop);
    REQUIRE(listed);
    auto answer = json::parse(*listed);
    CHECK(test::schema_fault(json::parse(management::kOutboxSchema), answer) == "");
    return answer;
  }
  base::Result<management::Retried> again(management::RetryWish wish) {
    return test::run_task(app::retry_calls(fan_out, outbox, std::move(wish)), &loop);
  }
  base::Result<void> drop(const std::string& id) { return test::run_task(app::drop_call(outbox, id), &loop); }
  // The calls of two back-ends that are away, given up.
  void give_up_two() {
    know({"bank", "mail"});
    for (const auto* name : {"bank", "mail"}) {
      client.set(std::string(name) + ".example", 503);
      submit(call_to(name));
    }
    loop.advance(logout::kGiveUpAfter + base::minutes(2));
    REQUIRE(buried().size() == 2);
  }
};

}  // namespace

TEST_CASE("outbox: what waits is listed with its back-end, and what was given up with its reason [issue 14]") {
  Bench bench;
  bench.client.set("bank.example", 503);
  const auto receipt = bench.submit(FanOutBench::call_to("bank"));
  bench.loop.advance(base::seconds(3));
  auto answer = bench.list();
  REQUIRE(answer["calls"].size() == 1);
  CHECK(answer["calls"][0]["state"] == "pending");
  CHECK(answer["calls"][0]["logout_id"] == receipt->id);
  CHECK(answer["calls"][0]["attempts"].get<int>() >= 2);
  CHECK(answer["calls"][0]["reason"] == "status 503");
  CHECK(answer["back_ends"][0]["back_end"] == "bank");
  CHECK(answer["back_ends"][0]["waiting"] == 1);
  CHECK(answer["back_ends"][0]["oldest_seconds"].get<double>() >= 2);
  CHECK(bench.list({.dead = true})["calls"].empty());
  bench.loop.advance(logout::kGiveUpAfter + base::minutes(2));
  answer = bench.list({.dead = true});
  REQUIRE(answer["calls"].size() == 1);
  CHECK(answer["calls"][0]["state"] == "dead");
  CHECK(answer["calls"][0]["reason"] == "status 503");
  CHECK(answer["back_ends"][0]["waiting"] == 0);
  CHECK(bench.list({.dead = false})["calls"].empty());
  CHECK(bench.list({.back_end = "mail"})["calls"].empty());
  CHECK(bench.list({.back_end = "mail"})["back_ends"].empty());
}

TEST_CASE("outbox: pages go on where the last one ended [issue 14]") {
  Bench bench;
  bench.client.set("bank.example", 503);
  for (int i = 0; i < 5; ++i) bench.submit(FanOutBench::call_to("bank"));
  const auto first = bench.list({.limit = 3});
  CHECK(first["calls"].size() == 3);
  CHECK(first["next_cursor"] == "3");
  const auto second = bench.list({.cursor = 3, .limit = 3});
  CHECK(second["calls"].size() == 2);
  CHECK_FALSE(second.contains("next_cursor"));
  CHECK(bench.list({.cursor = 18'446'744'073'709'551'615U})["calls"].empty());
}

TEST_CASE("outbox: what was given up is tried again: one, a back-end's, or all [issue 14]") {
  for (const auto& [wish, count] :
       {std::pair{management::RetryWish{.back_end = "bank"}, 1U}, std::pair{management::RetryWish{}, 2U},
        std::pair{management::RetryWish{.back_end = "nobody"}, 0U}}) {
    Bench bench;
    bench.give_up_two();
    bench.client.set("bank.example", 200);
    bench.client.set("mail.example", 200);
    const auto retried = bench.again(wish);
    REQUIRE(retried);
    CHECK(retried->count == count);
    CHECK_FALSE(retried->more);
    CHECK(retried->left == 2 - count);
    bench.loop.advance(base::seconds(1));
    CHECK(bench.buried().size() == 2 - count);
    CHECK(bench.fan_out.waiting() == 0);
  }
  Bench bench;
  bench.give_up_two();
  CHECK(bench.again({.call_id = bench.buried()[0].id})->count == 1);
  const auto unknown = bench.again({.call_id = "nothing.1"});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == base::ErrorCode::not_found);
}

TEST_CASE("outbox: of many a thousand are tried again at a time, and it is said how many are left [issue 14]") {
  constexpr std::size_t kBatch = logout::FanOut::kRetryBatch;
  logout::FanOutOptions options;
  options.give_up_after = base::minutes(2);
  Bench bench(options, 2 * kBatch);
  bench.know({"bank"});
  bench.client.set("bank.example", 503);
  for (std::size_t i = 0; i < kBatch + 200; ++i) bench.submit(FanOutBench::call_to("bank"));
  bench.loop.advance(options.give_up_after + base::minutes(2));
  bench.client.set("bank.example", 200);
  const auto first = bench.again({});
  REQUIRE(first);
  CHECK(first->count == kBatch);
  CHECK(first->more);
  CHECK(first->left == 200);
  const auto second = bench.again({});
  REQUIRE(second);
  CHECK(second->count == 200);
  CHECK_FALSE(second->more);
  CHECK(second->left == 0);
}

TEST_CASE("outbox: only what was given up is forgotten [issue 14]") {
  Bench bench;
  bench.give_up_two();
  CHECK(bench.drop(bench.buried()[0].id));
  CHECK(bench.buried().size() == 1);
  CHECK(bench.drop("nothing.1").error().code == base::ErrorCode::not_found);
  const auto receipt = bench.submit(FanOutBench::call_to("bank"));
  const auto refused = bench.drop(receipt->id + ".1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::conflict);
  CHECK(bench.fan_out.waiting() == 1);
}

}  // namespace router::outbox_queries_test
