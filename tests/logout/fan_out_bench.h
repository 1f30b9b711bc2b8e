// A fan-out with back-ends that answer what a test says, on a loop that it turns.
#pragma once

#include "logout/fan_out.h"
#include "logout/memory_outbox.h"
#include "logout/world.h"

namespace router::test {

struct FanOutBench {
  explicit FanOutBench(logout::FanOutOptions options = {}, std::size_t most_buried = 1000)
      : outbox(most_buried), fan_out(client, loop, clock, outbox, receipts, options, [] { return 0.5; }) {}
  ~FanOutBench() {
    client.stop_hanging();
    loop.advance(base::seconds(31));
  }

  static logout::Call call_to(const std::string& name, bool with_token = false) {
    auto target = std::make_shared<logout::CallTarget>();
    target->name = "destination:" + name;
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
    run_task(fan_out.submit({{receipt, std::move(calls), {}}}, urgency), &loop);
    receipts.set_provider(*receipt, logout::ProviderPart::none);
    return receipt;
  }
  std::shared_ptr<logout::Receipt> submit(logout::Call call) {
    std::vector<logout::Call> calls;
    calls.push_back(std::move(call));
    return submit(std::move(calls));
  }

  std::vector<logout::ListedCall> buried() {
    return *run_task(outbox.list({.state = logout::CallState::buried}, {}), &loop);
  }
  std::size_t retry(const std::string& call_id) { return *run_task(fan_out.retry_dead({.call_id = call_id}), &loop); }
  // As the configuration has them.
  void know(const std::vector<std::string>& names) {
    fan_out.use_targets(
        [names](const std::string& target_name, const std::string&) { return find(names, target_name); });
  }
  static base::Result<std::shared_ptr<const logout::CallTarget>> find(const std::vector<std::string>& names,
                                                                      const std::string& target_name) {
    for (const auto& name : names) {
      if (target_name == "destination:" + name) return call_to(name).target;
    }
    return base::Error{base::ErrorCode::not_found, base::Side::router, "no such back-end any more"};
  }

  FakeClock clock;
  FakeLoop loop{clock};
  BackEnds client{loop};
  logout::MemoryOutbox outbox;
  logout::Receipts receipts{clock};
  logout::FanOut fan_out;
};

}  // namespace router::test
