// Where the fan-out sends what waits, and what it says of it meanwhile.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "logout/fan_out_bench.h"

namespace router::fan_out_targets_test {

using logout::Outcome;
using Bench = test::FanOutBench;

namespace {

bool sends_token(const net::ClientRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const auto& header) { return header.first == "Authorization"; });
}

// A tenant has its own erp, which everybody else shares with the provider.
std::shared_ptr<const logout::CallTarget> erp_of(const std::string& tenant) {
  auto target = std::make_shared<logout::CallTarget>(*Bench::call_to("erp").target);
  target->tenant = tenant;
  target->url = *http::parse_url("http://" + (tenant.empty() ? "provider" : tenant) + ".example/logout");
  return target;
}

logout::Call call_for(const std::string& tenant, bool is_known = true) {
  auto target = std::make_shared<logout::CallTarget>(*erp_of(tenant));
  target->is_known = is_known;
  auto call = Bench::call_to("erp");
  call.target = std::move(target);
  call.tenant = tenant;
  return call;
}

}  // namespace

TEST_CASE("fan-out: a call that waits goes where its back-end is now, as that is called now [issue 9]") {
  Bench bench;
  bench.client.set("bank.example", 503);
  auto now = Bench::call_to("bank", true).target;
  std::optional<base::Error> error;
  bench.fan_out.use_targets(
      [&](const std::string&, const std::string&) -> base::Result<std::shared_ptr<const logout::CallTarget>> {
        if (error) return *error;
        return now;
      });
  const auto receipt = bench.submit(Bench::call_to("bank", true));
  bench.loop.run_ready();
  CHECK(sends_token(bench.client.requests.back()));
  // a reload: it is elsewhere, and gets no token any more
  auto corrected = std::make_shared<logout::CallTarget>(*now);
  corrected->url = *http::parse_url("http://new.example/logout");
  corrected->sends_token = false;
  now = corrected;
  bench.client.set("new.example", 503);
  bench.loop.advance(base::milliseconds(600));
  REQUIRE(bench.client.count("new.example") == 1);
  CHECK_FALSE(sends_token(bench.client.requests.back()));
  CHECK(receipt->calls[0].target->url.host == "new.example");
  // not known for now: where it was
  error = base::Error{base::ErrorCode::unavailable, base::Side::router, "the destination is not known yet"};
  bench.loop.advance(base::milliseconds(1'100));
  CHECK(bench.client.count("new.example") == 2);
  CHECK(bench.client.count("bank.example") == 1);
  error = base::Error{base::ErrorCode::not_found, base::Side::router, "no such back-end any more"};
  bench.loop.advance(base::seconds(5));
  CHECK(receipt->calls[0].outcome == Outcome::dead);
  CHECK(receipt->calls[0].fault == "no such back-end any more");
}

TEST_CASE("fan-out: a subscriber's own back-end is told though another's of that name is found meanwhile [issue 15]") {
  bool has_left = false;
  Bench bench;
  bench.client.set("t1.example", [](unsigned attempt) { return attempt == 1 ? 503 : 200; });
  bench.fan_out.use_targets(
      [&](const std::string&, const std::string& tenant) -> base::Result<std::shared_ptr<const logout::CallTarget>> {
        return erp_of(has_left ? "" : tenant);
      });
  const auto receipt = bench.submit(call_for("t1"));
  bench.loop.run_ready();
  CHECK(bench.client.count("t1.example") == 1);
  has_left = true;
  bench.loop.advance(base::milliseconds(600));
  CHECK(bench.client.count("t1.example") == 2);
  CHECK(bench.client.count("provider.example") == 0);
  CHECK(receipt->complete());
  CHECK(receipt->calls[0].target->tenant == "t1");
}

TEST_CASE("fan-out: calls that wait until it is known whose back-end it is hold up nobody else's later [issue 15]") {
  bool is_known = false;
  Bench bench({.concurrency = 2});
  bench.client.set("t1.example", test::BackEnds::kHangs);
  bench.fan_out.use_targets(
      [&](const std::string&, const std::string& tenant) -> base::Result<std::shared_ptr<const logout::CallTarget>> {
        if (is_known) return erp_of(tenant);
        return base::Error{base::ErrorCode::unavailable, base::Side::router, "the destination is not known yet"};
      });
  const auto first = bench.submit(call_for("t1", false));
  for (int i = 0; i < 2; ++i) bench.submit(call_for("t1", false));
  bench.loop.run_ready();
  CHECK(bench.client.requests.empty());
  is_known = true;
  bench.loop.advance(base::milliseconds(600));
  CHECK(bench.client.running["t1.example"] == 2);
  CHECK(first->calls[0].attempts == 2);  // on its way from one lane to another it is not tried
  const auto of_provider = bench.submit(call_for(""));
  const auto of_another = bench.submit(call_for("t2", false));
  bench.loop.run_ready();
  CHECK(of_provider->complete());
  CHECK(of_another->complete());
  CHECK(bench.fan_out.waiting() == 3);
}

TEST_CASE("fan-out: why the last attempt of a call failed can be asked for while it waits [issue 14]") {
  for (const auto& [status, reason] : std::vector<std::pair<int, std::string>>{{503, "status 503"}, {0, "refused"}}) {
    Bench bench;
    bench.client.set("bank.example", status);
    const auto receipt = bench.submit(Bench::call_to("bank"));
    CHECK(bench.fan_out.last_fault(receipt->id, receipt->id + ".1").empty());
    bench.loop.run_ready();
    CHECK(bench.fan_out.last_fault(receipt->id, receipt->id + ".1") == reason);
    CHECK(bench.fan_out.last_fault(receipt->id, receipt->id + ".2").empty());
    CHECK(bench.fan_out.last_fault("unknown", "unknown.1").empty());
  }
}

}  // namespace router::fan_out_targets_test
